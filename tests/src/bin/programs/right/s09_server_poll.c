// right: poll(2) over non-blocking sockets; a client is read from only when it has taken all its replies.
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
#include <time.h>
#include <unistd.h>

enum { LONGEST = 8192, PIECE = 4096 };

struct client {
    enum { TALKS, LAST_WORDS, FAREWELL } state; /* LAST_WORDS: they are in `out`; FAREWELL: FIN is sent */
    long long until;                            /* FAREWELL ends then, in milliseconds */
    size_t len, from, to;
    char line[LONGEST];                /* what came of the line so far */
    char out[LONGEST + PIECE + 32];    /* replies, from..to still to be written */
};

static struct pollfd *fds;
static struct client **clients; /* clients[i] belongs to fds[i]; 0 is the listener */
static size_t count, room;

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

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
        bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 512) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
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

static void put(struct client *c, const char *bytes, size_t n)
{
    memcpy(c->out + c->to, bytes, n);
    c->to += n;
}

static void line_ends(struct client *c)
{
    if (c->len > 0 && c->line[c->len - 1] == '\r')
        c->len--;
    if (c->len == 4 && memcmp(c->line, "exit", 4) == 0) {
        put(c, "Byebye!\n", 8);
        c->state = LAST_WORDS;
        return;
    }
    for (size_t i = 0; i < c->len; i++)
        if (c->line[i] >= 'a' && c->line[i] <= 'z')
            c->line[i] -= 'a' - 'A';
    put(c, c->line, c->len);
    put(c, "\n", 1);
    c->len = 0;
}

static void take(struct client *c, const char *piece, size_t n)
{
    for (size_t i = 0; i < n && c->state == TALKS; i++) {
        if (piece[i] == '\n') {
            line_ends(c);
        } else if (c->len == LONGEST) {
            put(c, "line too long\n", 14);
            c->state = LAST_WORDS;
        } else {
            c->line[c->len++] = piece[i];
        }
    }
}

/* 0: go on; -1: this client is through */
static int turn(struct pollfd *p, struct client *c)
{
    char piece[PIECE];
    ssize_t n;

    if (c->from == c->to) {
        n = read(p->fd, piece, sizeof piece);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        if (c->state == FAREWELL)
            return n > 0 ? 0 : -1;
        c->from = c->to = 0;
        if (n > 0) {
            take(c, piece, (size_t)n);
        } else {
            if (c->len == 0)
                return -1;
            line_ends(c); /* the end of the stream ends the last line, too; the next read says so again */
        }
    }
    if (c->from < c->to) {
        n = write(p->fd, c->out + c->from, c->to - c->from);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (n > 0)
            c->from += (size_t)n;
    }
    if (c->from == c->to && c->state == LAST_WORDS) {
        if (shutdown(p->fd, SHUT_WR) < 0)
            return -1;
        c->state = FAREWELL;
        c->until = now() + 1000;
    }
    p->events = c->from < c->to ? POLLOUT : POLLIN;
    return 0;
}

/* in how many milliseconds the next farewell is over; -1: none is under way */
static int next_end(void)
{
    long long least = -1, t = now();
    for (size_t i = 1; i < count; i++)
        if (clients[i]->state == FAREWELL) {
            long long left = clients[i]->until > t ? clients[i]->until - t : 0;
            if (least < 0 || left < least)
                least = left;
        }
    return (int)least;
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
        int wait = next_end();
        if (full && (wait < 0 || wait > 50))
            wait = 50;
        if (poll(fds, (nfds_t)count, wait) < 0)
            continue;
        fds[0].events = POLLIN;
        for (size_t i = count; i-- > 1;) {
            int over = clients[i]->state == FAREWELL && now() >= clients[i]->until;
            if (over || (fds[i].revents && turn(&fds[i], clients[i]) < 0)) {
                close(fds[i].fd);
                free(clients[i]);
                fds[i] = fds[--count];
                clients[i] = clients[count];
            }
        }
        if (fds[0].revents && (fd = accept(fds[0].fd, NULL, NULL)) >= 0) {
            if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || add(fd) < 0)
                close(fd);
        } else if (fds[0].revents && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            fds[0].events = 0;
        }
    }
}
