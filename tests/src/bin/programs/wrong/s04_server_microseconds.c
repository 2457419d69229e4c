// kills pauses@plain: between one message and the next the server must sleep
// Mistake: it pauses with usleep(500), which counts microseconds.
// Breaks "as 03 with 500 ms between writes"; seen from outside: three messages arrive in far less than a second.
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
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

static void push(int fd, char **messages) {
    for (int i = 0; messages[i] != NULL; i++) {
        if (i > 0)
            usleep(500);
        if (send_all(fd, messages[i], strlen(messages[i])) < 0)
            return;
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
