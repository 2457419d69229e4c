// right: poll(2): non-blocking, many clients on one thread.
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
#include <time.h>
#include <unistd.h>

struct conn {
    size_t off, len;
    char buf[8192];
};

static int listen_on(const char *addr)
{
    char host[256], *end;
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints, *res;
    int fd, one = 1, rc;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return -1;
    }
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    long port = strtol(colon + 1, &end, 10);
    if (*end || end == colon + 1 || port < 0 || port > 65535) {
        fprintf(stderr, "server: bad port in %s\n", addr);
        return -1;
    }
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0) {
        fprintf(stderr, "server: %s: %s\n", addr, gai_strerror(rc));
        return -1;
    }
    fd = socket(res->ai_family, res->ai_socktype, res->ai_protocol);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 128) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

static int again(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* 0: go on, -1: this connection is over */
static int step(int fd, struct conn *c)
{
    if (c->off == c->len) {
        ssize_t n = read(fd, c->buf, sizeof c->buf);
        if (n < 0)
            return again() ? 0 : -1;
        if (n == 0)
            return -1;
        for (ssize_t i = 0; i < n; i++)
            if (c->buf[i] >= 'a' && c->buf[i] <= 'z')
                c->buf[i] -= 'a' - 'A';
        c->off = 0;
        c->len = (size_t)n;
    }
    ssize_t w = write(fd, c->buf + c->off, c->len - c->off);
    if (w < 0)
        return again() ? 0 : -1;
    c->off += (size_t)w;
    return 0;
}

int main(int argc, char **argv)
{
    int spare;
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct timespec nap = {0, 50 * 1000 * 1000};
    size_t count = 1, cap = 16;
    struct pollfd *fds = malloc(cap * sizeof *fds);
    struct conn **conns = malloc(cap * sizeof *conns);

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if (!fds || !conns) {
        fprintf(stderr, "server: out of memory\n");
        return 1;
    }
    int l = listen_on(addr);
    if (l < 0)
        return 1;
    fcntl(l, F_SETFL, fcntl(l, F_GETFL) | O_NONBLOCK);
    printf("listening on %s\n", addr);
    fflush(stdout);
    fds[0].fd = l;
    fds[0].events = POLLIN;
    conns[0] = NULL;
    for (;;) {
        if (poll(fds, (nfds_t)count, -1) < 0) {
            if (errno != EINTR)
                nanosleep(&nap, NULL);
            continue;
        }
        for (size_t i = count; i-- > 1;) {
            if (!fds[i].revents)
                continue;
            if (step(fds[i].fd, conns[i]) < 0) {
                close(fds[i].fd);
                free(conns[i]);
                count--;
                fds[i] = fds[count];
                conns[i] = conns[count];
                continue;
            }
            fds[i].events = conns[i]->off < conns[i]->len ? POLLOUT : POLLIN;
        }
        if (!fds[0].revents)
            continue;
        int s = accept(l, NULL, NULL);
        if (s < 0) {
            if (!again() && errno != ECONNABORTED) {
                fprintf(stderr, "server: accept: %s\n", strerror(errno));
                nanosleep(&nap, NULL);
            }
            continue;
        }
        struct conn *c = calloc(1, sizeof *c);
        if (c && count == cap) {
            struct pollfd *f = realloc(fds, 2 * cap * sizeof *fds);
            if (f)
                fds = f;
            struct conn **p = realloc(conns, 2 * cap * sizeof *conns);
            if (p)
                conns = p;
            if (f && p)
                cap *= 2;
        }
        if (!c || count == cap) {
            free(c);
            close(s);
            continue;
        }
        fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK);
        fds[count].fd = s;
        fds[count].events = POLLIN;
        fds[count].revents = 0;
        conns[count++] = c;
    }
}
