// kills gone-before-accept@plain: what one client does must end its connection only
// Mistake: it neither ignores SIGPIPE nor sends with MSG_NOSIGNAL.
// Breaks "treats no client's behaviour as its own error"; seen from outside: a client that sends, half-closes and resets while it waits behind another client ends the whole server by signal 13.
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
        if (send_all(fd, buffer, n) < 0)
            return;
    }
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    int on = 1, listener = socket(where->ai_family, SOCK_STREAM, 0);
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
