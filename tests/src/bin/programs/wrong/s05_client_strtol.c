// kills refuses-bad-sizes@plain: check it before you answer it (a parser of numbers accepts more than that)
// Mistake: it gives the size to strtol, which stops at the first byte that is no digit, and does not ask where.
// Breaks "1 to 8 digits, no sign, no blank, no leading zero except `0` itself, at most 67108864; else it is an error"; seen from outside: the size `5x`, or size and body in one piece (`5hello`), is answered with `receive ok`.
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
    if (n > 8 || strspn(text, "0123456789") == 0 || (n > 1 && text[0] == '0'))
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
        long size = parse(text, n), got = 0;
        if (size < 0)
            return gone(address, "not a size");
        if (send(fd, "receive ok", 10, 0) != 10)
            return gone(address, strerror(errno));
        char *body = malloc(size + 1);
        while (body != NULL && got < size) {
            n = recv(fd, body + got, size - got, 0);
            if (n < 0)
                return gone(address, strerror(errno));
            if (n == 0)
                return gone(address, "the server ended inside a message");
            got += n;
        }
        if (body == NULL)
            return gone(address, "no memory");
        printf("message %ld: ", count);
        fwrite(body, 1, size, stdout);
        putchar('\n');
        fflush(stdout);
        free(body);
    }
}
