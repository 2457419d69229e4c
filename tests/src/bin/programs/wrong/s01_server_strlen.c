// kills echo-bytes@plain: the reply stops before a byte of value 0: bytes were treated
// Mistake: it takes what came for a C string and sends strlen(buffer) bytes back.
// Breaks "the server returns every byte unchanged"; seen from outside: `ab\0cd` comes back as `ab`; everything after a NUL is lost.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct addrinfo *resolve(const char *address) {
    char host[256];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
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

static int send_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t n = send(fd, data, size, 0);
        if (n < 0)
            return -1;
        data += n;
        size -= n;
    }
    return 0;
}

static void serve(int fd) {
    char buffer[1025];
    for (;;) {
        ssize_t n = recv(fd, buffer, 1024, 0);
        if (n <= 0)
            return;
        buffer[n] = '\0';
        if (send_all(fd, buffer, strlen(buffer)) < 0)
            return;
    }
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    int on = 1, listener = socket(where->ai_family, SOCK_STREAM, 0);
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, where->ai_addr, where->ai_addrlen) < 0 || listen(listener, 128) < 0) {
        fprintf(stderr, "cannot listen on %s: %s\n", address, strerror(errno));
        return 1;
    }
    printf("listening on %s\n", address);
    fflush(stdout);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            usleep(50000);
            continue;
        }
        serve(fd);
        close(fd);
    }
}
