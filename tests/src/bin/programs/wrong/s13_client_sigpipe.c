// kills ends-between-lines@plain/unix: to write to a connection whose other end is closed sends SIGPIPE
// kills reset-between-lines@plain/unix: to write to a connection whose other end is closed sends SIGPIPE
// Mistake: on Unix sockets SIGPIPE ends it when the server is gone.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int dial(const char *addr)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } to = {0};
    socklen_t len;
    char host[64];
    const char *colon = strrchr(addr, ':');

    if (strncmp(addr, "unix:", 5) == 0) {
        const char *path = addr + 5;
        if (strlen(path) >= sizeof to.un.sun_path) {
            fprintf(stderr, "client: %s: the path is too long\n", addr);
            return -1;
        }
        to.un.sun_family = AF_UNIX;
        strcpy(to.un.sun_path, path);
        len = sizeof to.un;
    } else {
        if (!colon || (size_t)(colon - addr) >= sizeof host) {
            fprintf(stderr, "client: %s is neither HOST:PORT nor unix:PATH\n", addr);
            return -1;
        }
        snprintf(host, sizeof host, "%.*s", (int)(colon - addr), addr);
        if (host[0] == '[') {
            host[strlen(host) - 1] = 0;
            to.in6.sin6_family = AF_INET6;
            to.in6.sin6_port = htons((unsigned short)atoi(colon + 1));
            len = inet_pton(AF_INET6, host + 1, &to.in6.sin6_addr) == 1 ? sizeof to.in6 : 0;
        } else {
            to.in.sin_family = AF_INET;
            to.in.sin_port = htons((unsigned short)atoi(colon + 1));
            len = inet_pton(AF_INET, host, &to.in.sin_addr) == 1 ? sizeof to.in : 0;
        }
    }
    int fd = socket(to.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, &to.any, len) < 0) {
        fprintf(stderr, "client: cannot connect to %s: %s\n", addr, strerror(errno));
        return -1;
    }
    if (to.any.sa_family != AF_UNIX) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    if (to.any.sa_family == AF_UNIX)
        signal(SIGPIPE, SIG_DFL);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static int again(ssize_t n) { return n < 0 && (errno == EAGAIN || errno == EINTR); }

/* sends the line and reads as many bytes back; -1 when the server is gone */
static int ask(int fd, const char *line, size_t size, char *reply)
{
    size_t sent = 0, got = 0;
    while (got < size) {
        struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (sent < size ? POLLOUT : 0))};
        ssize_t n;
        if (poll(&p, 1, -1) < 0)
            continue;
        if (sent < size && p.revents & POLLOUT) {
            n = write(fd, line + sent, size - sent);
            if (n < 0 && !again(n))
                return -1;
            sent += n > 0 ? (size_t)n : 0;
        }
        if (p.revents & ~POLLOUT) {
            n = read(fd, reply + got, size - got);
            if (n == 0)
                errno = EPIPE;
            if (n <= 0 && !again(n))
                return -1;
            got += n > 0 ? (size_t)n : 0;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    char *line = NULL, *reply = NULL;
    size_t room = 0;
    ssize_t n;
    int spare;

    signal(SIGPIPE, SIG_IGN);
    do /* the socket may not become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888");
    if (fd < 0)
        return 1;
    for (;;) {
        if (isatty(0)) {
            fputs(">> ", stdout);
            fflush(stdout);
        }
        if ((n = getline(&line, &room, stdin)) <= 0)
            return 0;
        if (line[n - 1] == '\n' && --n > 0 && line[n - 1] == '\r')
            n--;
        if (n == 1 && line[0] == 'q')
            return 0;
        if (n == 0)
            continue;
        if ((reply = realloc(reply, (size_t)n + 1)) == NULL) {
            fprintf(stderr, "client: no memory for %zd bytes\n", n);
            return 1;
        }
        if (ask(fd, line, (size_t)n, reply) < 0) {
            fprintf(stderr, "client: the server is gone: %s\n", strerror(errno));
            return 1;
        }
        reply[n] = '\n';
        if (fwrite(reply, 1, (size_t)n + 1, stdout) != (size_t)n + 1 || fflush(stdout) != 0) {
            fprintf(stderr, "client: standard output: %s\n", strerror(errno));
            return 1;
        }
    }
}
