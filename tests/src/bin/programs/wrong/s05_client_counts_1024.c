// kills body-in-pieces@plain: a message may come in any number of pieces
// kills end-inside@fin@7: before the message was whole: that is an error, not the end, and what
// Mistake: it receives at most 1024 bytes at a time and counts 1024 for each, however many came.
// Breaks "then the bytes (as many as announced)"; seen from outside: of a body of 3000 bytes that comes in six pieces only the first pieces are printed.
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

static long parse(const char *text, ssize_t n) {
    if (n > 8 || strspn(text, "0123456789") != (size_t)n || (n > 1 && text[0] == '0'))
        return -1;
    long size = strtol(text, NULL, 10);
    return size <= 67108864 ? size : -1;
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
    char text[1025];
    for (long count = 1;; count++) {
        ssize_t n = recv(fd, text, 1024, 0);
        if (n < 0)
            return gone(address, strerror(errno));
        if (n == 0)
            return 0;
        text[n] = '\0';
        long size = parse(text, n), got = 0, length = 0;
        if (size < 0)
            return gone(address, "not a size");
        if (send(fd, "receive ok", 10, 0) != 10)
            return gone(address, strerror(errno));
        char *body = malloc(size + 1);
        while (body != NULL && got < size) {
            n = recv(fd, body + length, size - got < 1024 ? size - got : 1024, 0);
            if (n < 0)
                return gone(address, strerror(errno));
            if (n == 0)
                return gone(address, "the server ended inside a message");
            length += n;
            got += 1024;
        }
        if (body == NULL)
            return gone(address, "no memory");
        printf("message %ld: ", count);
        fwrite(body, 1, length, stdout);
        putchar('\n');
        fflush(stdout);
        free(body);
    }
}
