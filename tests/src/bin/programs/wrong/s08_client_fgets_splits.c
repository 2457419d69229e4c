// kills long-reply@plain: was sent in parts
// Mistake: it reads its input with fgets into 1024 bytes and takes each piece for a line.
// Breaks "read lines from standard input, … send each", "print each reply on a line of its own"; seen from outside: the reply to a line of 3000 bytes is printed on three lines.
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
    while (sent < size || got < size) {
        struct pollfd p = {.fd = fd, .events = (got < size ? POLLIN : 0) | (sent < size ? POLLOUT : 0)};
        if (poll(&p, 1, -1) < 0)
            continue;
        if (sent < size && p.revents & POLLOUT) {
            ssize_t n = send(fd, line + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n < 0 && !again(n))
                return -1;
            sent += n > 0 ? n : 0;
        }
        if (got < size && p.revents & ~POLLOUT) {
            ssize_t n = recv(fd, reply + got, size - got, MSG_DONTWAIT);
            if (n == 0)
                errno = EPIPE;
            if (n <= 0 && !again(n))
                return -1;
            got += n > 0 ? n : 0;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char line[1024], *reply = NULL;
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
        memset(line, '\n', sizeof line); /* finds the end of a line with NUL bytes in it */
        if (fgets(line, sizeof line, stdin) == NULL)
            return 0;
        char *end = memchr(line, '\n', sizeof line);
        if (end == NULL)
            size = sizeof line - 1;
        else if (end + 1 < line + sizeof line && end[1] == '\0')
            size = end + 1 - line;
        else /* not fgets' own newline: the last line has none */
            size = end - 1 - line;
        if (line[size - 1] == '\n' && --size > 0 && line[size - 1] == '\r')
            size--;
        if (size == 1 && line[0] == 'q')
            return 0;
        if (size == 0)
            continue;
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
