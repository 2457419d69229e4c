// right: one poll loop a line sends and receives at once, three bytes a read; replies are put out at exit.
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

static int dial(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *res, *a;
    int fd = -1, rc;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        fprintf(stderr, "client: %s is not HOST:PORT\n", addr);
        return -1;
    }
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0) {
        fprintf(stderr, "client: %s: %s\n", addr, gai_strerror(rc));
        return -1;
    }
    for (a = res; a; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    if (fd < 0)
        fprintf(stderr, "client: cannot connect to %s: %s\n", addr, strerror(errno));
    else
        fcntl(fd, F_SETFL, O_NONBLOCK);
    freeaddrinfo(res);
    return fd;
}

static int again(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* 0, or -1 when the server went; the reply takes the place of the line behind what is sent already */
static int ask(int fd, char *line, size_t len)
{
    size_t sent = 0, got = 0;
    while (got < len) {
        struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (sent < len ? POLLOUT : 0))};
        ssize_t n;
        if (poll(&p, 1, -1) < 0)
            continue;
        if (sent < len && p.revents & POLLOUT) {
            n = write(fd, line + sent, len - sent);
            if (n < 0 && !again(n))
                return -1;
            sent += n > 0 ? (size_t)n : 0;
        }
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            size_t want = sent - got < 3 ? sent - got : 3;
            if (want == 0) { /* bytes, or the end, before anything was asked */
                char c;
                n = recv(fd, &c, 1, MSG_PEEK);
                if (again(n))
                    continue;
                errno = n < 0 ? errno : n > 0 ? EPROTO : EPIPE;
                return -1;
            }
            n = read(fd, line + got, want);
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
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int spare, status = 0;

    signal(SIGPIPE, SIG_IGN);
    do /* the socket may not become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888");
    if (fd < 0)
        return 1;
    int terminal = isatty(0);
    for (;;) {
        if (terminal) {
            fputs(">> ", stdout);
            fflush(stdout);
        }
        if ((n = getline(&line, &room, stdin)) <= 0)
            break;
        if (line[n - 1] == '\n' && --n > 0 && line[n - 1] == '\r')
            n--;
        if (n == 1 && line[0] == 'q')
            break;
        if (n > 0 && ask(fd, line, (size_t)n) < 0) {
            fprintf(stderr, "client: the server is gone: %s\n", strerror(errno));
            status = 1;
            break;
        }
        if (n > 0) {
            fwrite(line, 1, (size_t)n, stdout);
            putchar('\n');
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "client: standard output: %s\n", strerror(errno));
        status = 1;
    }
    free(line);
    close(fd);
    return status;
}
