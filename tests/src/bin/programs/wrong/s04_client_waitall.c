// kills ignores-input@plain: messages were printed as one: each ends where its `read` ends, and is
// Mistake: it asks recv to wait until its buffer is full (MSG_WAITALL).
// Breaks "The client takes each read for a message"; seen from outside: three short messages, half a second apart, are printed together as message 1 when the server ends.
#define _GNU_SOURCE
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

static int gone(const char *address, const char *why) {
    fprintf(stderr, "%s: %s\n", address, why);
    return 1;
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    signal(SIGPIPE, SIG_IGN);
    if (connect(fd, where->ai_addr, where->ai_addrlen) < 0)
        return gone(address, strerror(errno));
    char buffer[1024];
    ssize_t n;
    for (long count = 1; (n = recv(fd, buffer, sizeof buffer, MSG_WAITALL)) != 0; count++) {
        if (n < 0)
            return gone(address, strerror(errno));
        printf("message %ld: ", count);
        fwrite(buffer, 1, n, stdout);
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
