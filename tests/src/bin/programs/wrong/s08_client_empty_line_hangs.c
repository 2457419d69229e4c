// kills skips-empty-lines@plain: for an empty line there is nothing to send
// Mistake: it does not skip empty lines, and its loop reads once before it asks whether anything is missing.
// Breaks "read lines from standard input, skip empty ones"; seen from outside: an empty line sends nothing and is followed by a read: client and server wait for each other for ever.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
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

static int again(ssize_t n) { return n < 0 && (errno == EAGAIN || errno == EINTR); }

/* sends the line and reads as many bytes back; -1 when the server is gone */
static int ask(int fd, const char *line, size_t size, char *reply) {
    size_t sent = 0, got = 0;
    do {
        struct pollfd p = {.fd = fd, .events = POLLIN | (sent < size ? POLLOUT : 0)};
        if (poll(&p, 1, -1) < 0)
            continue;
        if (sent < size && p.revents & POLLOUT) {
            ssize_t n = send(fd, line + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n < 0 && !again(n))
                return -1;
            sent += n > 0 ? n : 0;
        }
        if (p.revents & ~POLLOUT) {
            ssize_t n = recv(fd, reply + got, size - got, MSG_DONTWAIT);
            if (n == 0)
                errno = EPIPE;
            if (n <= 0 && !again(n))
                return -1;
            got += n > 0 ? n : 0;
        }
    } while (got < size);
    return 0;
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char *line = NULL, *reply = NULL;
    size_t room = 0;
    ssize_t size;
    int spare;
    do /* the socket may not become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    signal(SIGPIPE, SIG_IGN);
    struct addrinfo *where = resolve(address);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    if (connect(fd, where->ai_addr, where->ai_addrlen) < 0) {
        fprintf(stderr, "%s: %s\n", address, strerror(errno));
        return 1;
    }
    for (;;) {
        if (isatty(0)) {
            fputs(">> ", stdout);
            fflush(stdout);
        }
        if ((size = getline(&line, &room, stdin)) <= 0)
            return 0;
        if (line[size - 1] == '\n' && --size > 0 && line[size - 1] == '\r')
            size--;
        if (size == 1 && line[0] == 'q')
            return 0;
        if ((reply = realloc(reply, size + 1)) == NULL) {
            fprintf(stderr, "no memory for %zd bytes\n", size);
            return 1;
        }
        if (ask(fd, line, size, reply) < 0) {
            fprintf(stderr, "%s: the server is gone: %s\n", address, strerror(errno));
            return 1;
        }
        reply[size] = '\n';
        if (fwrite(reply, 1, size + 1, stdout) < (size_t)size + 1 || fflush(stdout) != 0) {
            fprintf(stderr, "standard output: %s\n", strerror(errno));
            return 1;
        }
    }
}
