// right: poll(2) over non-blocking sockets; a client that owes us a read is not read from until it took its bytes.
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
#include <unistd.h>

struct client { size_t from, to; char buf[8192]; };

static struct pollfd *fds;
static struct client **clients; /* clients[i] belongs to fds[i]; 0 is the listener */
static size_t count, room;

static int listen_on(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *res;
    int fd, rc, one = 1;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return -1;
    }
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0) {
        fprintf(stderr, "server: %s: %s\n", addr, gai_strerror(rc));
        return -1;
    }
    fd = socket(res->ai_family, res->ai_socktype, res->ai_protocol);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 128) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

static int add(int fd)
{
    if (count == room) {
        size_t more = room ? room * 2 : 16;
        struct pollfd *f = realloc(fds, more * sizeof *f);
        if (f)
            fds = f;
        struct client **c = realloc(clients, more * sizeof *c);
        if (c)
            clients = c;
        if (!f || !c)
            return -1;
        room = more;
    }
    if (!(clients[count] = calloc(1, sizeof **clients)))
        return -1;
    fds[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    return 0;
}

/* 0: go on; -1: this client is through */
static int turn(struct pollfd *p, struct client *c)
{
    ssize_t n;
    if (c->from == c->to) {
        n = read(p->fd, c->buf, sizeof c->buf);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        if (n == 0)
            return -1;
        c->from = 0;
        c->to = (size_t)n;
        for (ssize_t i = 0; i < n; i++)
            if (c->buf[i] >= 'a' && c->buf[i] <= 'z')
                c->buf[i] -= 'a' - 'A';
    }
    n = write(p->fd, c->buf + c->from, c->to - c->from);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return -1;
    if (n > 0)
        c->from += (size_t)n;
    p->events = c->from < c->to ? POLLOUT : POLLIN;
    return 0;
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    int spare, fd;
    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if ((fd = listen_on(addr)) < 0 || add(fd) < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        int full = fds[0].events == 0; /* out of descriptors: look again after a nap, or when one is free */
        if (poll(fds, (nfds_t)count, full ? 50 : -1) < 0)
            continue;
        fds[0].events = POLLIN;
        for (size_t i = count; i-- > 1;)
            if (fds[i].revents && turn(&fds[i], clients[i]) < 0) {
                close(fds[i].fd);
                free(clients[i]);
                fds[i] = fds[--count];
                clients[i] = clients[count];
            }
        if (fds[0].revents && (fd = accept(fds[0].fd, NULL, NULL)) >= 0) {
            if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || add(fd) < 0)
                close(fd);
        } else if (fds[0].revents && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            fds[0].events = 0;
        }
    }
}
