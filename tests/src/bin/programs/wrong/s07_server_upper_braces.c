// kills any-pieces@slice: the reply is not what this server should make of the request
// kills late-reader@plain: not what this server should make
// kills only-ascii-letters@plain: work on the bytes, and on the ASCII letters only || letters have changed
// Mistake: it takes every ASCII byte from `a` on for a letter and forgets that letters end at `z`.
// Breaks "ASCII letters upper-cased, every other byte untouched"; seen from outside: `{|}~` comes back as `[\]^`, DEL as `_`.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static struct addrinfo *resolve(const char *address) {
    char host[256];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    if (colon == NULL || colon - address >= (long)sizeof host) {
        fprintf(stderr, "%s: not HOST:PORT\n", address);
        exit(1);
    }
    memcpy(host, address, colon - address);
    host[colon - address] = '\0';
    int error = getaddrinfo(host, colon + 1, &hints, &found);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", address, gai_strerror(error));
        exit(1);
    }
    return found;
}

static void serve(int fd) {
    char buffer[4096];
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (ssize_t i = 0; i < n; i++)
            if (buffer[i] >= 'a' && (unsigned char)buffer[i] < 128)
                buffer[i] -= 'a' - 'A';
        for (ssize_t done = 0; done < n;) {
            ssize_t sent = send(fd, buffer + done, n - done, MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR)
                return;
            if (sent > 0)
                done += sent;
        }
    }
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    struct timespec nap = {0, 50000000};
    int one = 1, spare;
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, where->ai_addr, where->ai_addrlen) < 0 || listen(fd, 128) < 0) {
        fprintf(stderr, "%s: %s\n", address, strerror(errno));
        return 1;
    }
    printf("listening on %s\n", address);
    fflush(stdout);
    for (;;) {
        int client = accept(fd, NULL, NULL);
        if (client < 0) {
            nanosleep(&nap, NULL);
            continue;
        }
        serve(client);
        close(client);
    }
}
