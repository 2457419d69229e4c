// right: one thread, poll(2), non-blocking sockets, every client with a clock of its own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 200 };
struct client {
    int fd, deaf;    /* deaf: its EOF has been read */
    char **message;  /* what is being sent; NULL at its end: half-closed, draining */
    size_t off;
    long due;        /* nothing before this, in ms; when draining, the end */
};

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

static int listen_on(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *res;
    int fd, one = 1, rc;

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
    fd = socket(res->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 128) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

/* 0: this client is done with. */
static int hear(struct client *c)
{
    char sink[4096];
    ssize_t n = read(c->fd, sink, sizeof sink);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        c->deaf = 1;
    return !(c->deaf && !*c->message);
}

static int push(struct client *c)
{
    size_t len = strlen(*c->message);
    if (c->off < len) {
        ssize_t w = send(c->fd, *c->message + c->off, len - c->off, MSG_NOSIGNAL);
        if (w < 0)
            return errno == EAGAIN || errno == EINTR;
        c->off += (size_t)w;
        if (c->off < len)
            return 1;
    }
    c->off = 0;
    c->due = now_ms() + 501;
    if (*++c->message)
        return 1;
    c->due = now_ms() + 1000;
    return shutdown(c->fd, SHUT_WR) == 0 && !c->deaf;
}

int main(int argc, char **argv)
{
    static char *defaults[] = {"polled", "and polled", "and polled again", NULL};
    static struct client clients[MOST];
    static struct pollfd fds[MOST + 1];
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char **messages = argc > 2 ? argv + 2 : defaults;
    int count = 0, spare;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int l = listen_on(addr);
    if (l < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        long now = now_ms(), wait = -1;
        fds[0] = (struct pollfd){.fd = count < MOST ? l : -1, .events = POLLIN};
        for (int i = 0; i < count; i++) {
            struct client *c = &clients[i];
            long left = c->due - now;
            fds[i + 1] = (struct pollfd){.fd = c->fd, .events = c->deaf ? 0 : POLLIN};
            if (*c->message && left <= 0)
                fds[i + 1].events |= POLLOUT;
            else if (wait < 0 || left < wait)
                wait = left < 0 ? 0 : left;
        }
        if (poll(fds, (nfds_t)count + 1, (int)wait) < 0)
            continue;
        now = now_ms();
        for (int i = count - 1; i >= 0; i--) {
            struct client *c = &clients[i];
            short got = fds[i + 1].revents;
            int keep = *c->message || c->due > now;
            if (keep && (got & POLLIN))
                keep = hear(c);
            if (keep && (got & POLLOUT))
                keep = push(c);
            if (keep && !(got & POLLIN) && (got & (POLLERR | POLLHUP)))
                keep = 0;
            if (!keep) {
                close(c->fd);
                *c = clients[--count];
            }
        }
        if (fds[0].revents) {
            int fd = accept4(l, NULL, NULL, SOCK_NONBLOCK);
            if (fd >= 0)
                clients[count++] = (struct client){.fd = fd, .message = messages, .due = now};
            else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
        }
    }
}
