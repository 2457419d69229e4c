// kills keeps-no-sockets@plain: the server must close every connection that is over
// Mistake: when read or write fails it goes back to accept without close.
// Breaks "treats no client's behaviour as its own error"; seen from outside: each client that resets costs a file descriptor, until none is left.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_at(const char *address) {
    char host[64];
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon - address >= (long)sizeof host)
        return -1;
    memcpy(host, address, colon - address);
    host[colon - address] = '\0';
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
    if (inet_pton(AF_INET, host, &at.sin_addr) != 1)
        return -1;
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 128) != 0)
        return -1;
    return fd;
}

static int write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        size -= n;
    }
    return 0;
}

static void serve(int fd) {
    char buffer[4096];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            perror("read");
            return;
        }
        if (n == 0)
            break;
        for (ssize_t i = 0; i < n; i++)
            if (buffer[i] >= 'a' && buffer[i] <= 'z')
                buffer[i] -= 'a' - 'A';
        if (write_all(fd, buffer, n) != 0) {
            perror("write");
            return;
        }
    }
    close(fd);
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_at(address);
    if (listener < 0) {
        fprintf(stderr, "cannot listen on %s: %s\n", address, strerror(errno));
        return 1;
    }
    printf("listening on %s\n", address);
    fflush(stdout);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            serve(fd);
    }
}
