// kills binds-its-address@plain: bytes: announce that, in decimal ASCII digits
// Mistake: it pads the size with zeros to eight digits.
// Breaks "no leading zero except `0` itself"; seen from outside: the size of `hello` arrives as `00000005`.
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
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

static int send_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            bytes += n;
            length -= n;
        }
    }
    return 0;
}

static void drain(int fd) {
    char sink[4096];
    struct pollfd one = {.fd = fd, .events = POLLIN};
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 4; i++) {
        if (poll(&one, 1, 250) > 0 && read(fd, sink, sizeof sink) <= 0)
            break;
    }
}

static int answered(int fd) {
    char answer[10];
    size_t got = 0;
    while (got < sizeof answer) {
        ssize_t n = read(fd, answer + got, sizeof answer - got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return 0;
        if (n > 0)
            got += n;
    }
    return memcmp(answer, "receive ok", sizeof answer) == 0;
}

static void push(int fd, char **messages) {
    char size[32];
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (; *messages != NULL; messages++) {
        int digits = snprintf(size, sizeof size, "%08zu", strlen(*messages));
        if (send_all(fd, size, digits) < 0 || !answered(fd) || send_all(fd, *messages, strlen(*messages)) < 0)
            break;
    }
    drain(fd);
}

int main(int argc, char **argv) {
    static char *defaults[] = {"hello", "from the server", "goodbye", NULL};
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, where->ai_addr, where->ai_addrlen) < 0 || listen(listener, 128) < 0) {
        fprintf(stderr, "cannot listen on %s: %s\n", address, strerror(errno));
        return 1;
    }
    printf("listening on %s\n", address);
    fflush(stdout);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        push(fd, argc > 2 ? argv + 2 : defaults);
        close(fd);
    }
}
