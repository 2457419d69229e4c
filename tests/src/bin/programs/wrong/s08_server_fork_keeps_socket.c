// kills fin-ends-connection@plain: bytes is the client's FIN: it will send nothing more
// kills half-close@plain: is the client's FIN
// kills only-ascii-letters@plain: bytes is the client's FIN: it will send nothing more
// kills rests-after-fin@plain: CLOSE_WAIT means: the client's FIN has come and the server has not closed
// Mistake: the parent forks for each connection and never closes its own descriptor of it.
// Breaks "until the client's EOF; then it closes that connection (with FIN"; seen from outside: the client that half-closes gets its replies and never a FIN; the parent holds every socket in CLOSE_WAIT.
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
            if (buffer[i] >= 'a' && buffer[i] <= 'z')
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
    signal(SIGCHLD, SIG_IGN);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, where->ai_addr, where->ai_addrlen) < 0 || listen(fd, 512) < 0) {
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
        pid_t child;
        while ((child = fork()) < 0)
            nanosleep(&nap, NULL);
        if (child == 0) {
            close(fd);
            serve(client);
            close(client);
            _exit(0);
        }
    }
}
