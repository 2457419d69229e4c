// kills reports-reads@slice: bytes that an earlier read left in the buffer were printed too
// Mistake: it prints the buffer with %s and never ends the text after the n bytes of the read.
// Breaks "`read K: N bytes: TEXT`, TEXT is the raw bytes as they came"; seen from outside: after a read of `abcdefgh` a read of `xy` is printed as `2 bytes: xycdefgh`.
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

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    if (connect(fd, where->ai_addr, where->ai_addrlen) < 0) {
        fprintf(stderr, "%s: %s\n", address, strerror(errno));
        return 1;
    }
    char buffer[1025] = {0};
    long reads = 0, total = 0;
    ssize_t n;
    while ((n = recv(fd, buffer, 1024, 0)) > 0) {
        reads++;
        total += n;
        printf("read %ld: %zd bytes: %s\n", reads, n, buffer);
        fflush(stdout);
    }
    if (n < 0) {
        fprintf(stderr, "%s: %s\n", address, strerror(errno));
        return 1;
    }
    printf("total: %ld bytes in %ld reads\n", total, reads);
    return 0;
}
