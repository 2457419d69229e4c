// right: poll(2): non-blocking socket, raw read(2) on standard input, own line splitting.
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

static char *in;              /* what standard input gave */
static size_t have, room, at; /* bytes there, space, start of the next line */
static int ended;

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "client: %s: %s\n", what, why);
    return 1;
}

static int ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    while (poll(&p, 1, -1) < 0)
        if (errno != EINTR)
            return -1;
    return 0;
}

static int dial(const char *addr)
{
    const char *colon = strrchr(addr, ':');
    char host[256], *end;
    struct addrinfo hints, *res, *ai;
    int s = -1, rc, why = ECONNREFUSED;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        fail(addr, "not HOST:PORT");
        return -1;
    }
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    long port = strtol(colon + 1, &end, 10);
    if (*end || port < 1 || port > 65535) {
        fail(addr, "bad port");
        return -1;
    }
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0) {
        fail(addr, gai_strerror(rc));
        return -1;
    }
    for (ai = res; ai && s < 0; ai = ai->ai_next) {
        s = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);
        if (s >= 0 && connect(s, ai->ai_addr, ai->ai_addrlen) < 0) {
            why = errno;
            close(s);
            s = -1;
        }
    }
    freeaddrinfo(res);
    if (s < 0)
        fail(addr, strerror(why));
    else
        fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK);
    return s;
}

/* 1: a line, 0: end of input, -1: error */
static int next_line(char **line, size_t *len)
{
    for (;;) {
        char *nl = have > at ? memchr(in + at, '\n', have - at) : NULL;
        if (nl) {
            *line = in + at;
            *len = (size_t)(nl - *line);
            at += *len + 1;
            if (*len > 0 && (*line)[*len - 1] == '\r')
                --*len;
            return 1;
        }
        if (ended) {
            *line = in + at;
            *len = have - at;
            at = have;
            return *len > 0;
        }
        if (at > 0) {
            memmove(in, in + at, have - at);
            have -= at;
            at = 0;
        }
        if (have == room) {
            char *more = realloc(in, room ? 2 * room : 4096);
            if (!more)
                return -1;
            in = more;
            room = room ? 2 * room : 4096;
        }
        if (ready(0, POLLIN) < 0)
            return -1;
        ssize_t n = read(0, in + have, room - have);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (n == 0)
            ended = 1;
        if (n > 0)
            have += (size_t)n;
    }
}

static int put_out(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t w = write(1, p, n);
        if (w < 0 && errno == EAGAIN) {
            if (ready(1, POLLOUT) < 0)
                return -1;
            continue;
        }
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int spare;
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char reply[1025], *line;
    size_t len;
    int rc;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int s = dial(addr);
    if (s < 0)
        return 1;
    while ((rc = next_line(&line, &len)) == 1) {
        if (len == 0)
            continue;
        if (len == 1 && *line == 'q')
            return 0;
        while (len > 0) {
            ssize_t w;
            if (ready(s, POLLOUT) < 0)
                return fail("poll", strerror(errno));
            w = write(s, line, len);
            if (w < 0 && (errno == EAGAIN || errno == EINTR))
                continue;
            if (w < 0)
                return fail("the server is gone", strerror(errno));
            line += w;
            len -= (size_t)w;
        }
        ssize_t n;
        do {
            if (ready(s, POLLIN) < 0)
                return fail("poll", strerror(errno));
            n = read(s, reply, 1024);
        } while (n < 0 && (errno == EAGAIN || errno == EINTR));
        if (n < 0)
            return fail("the server is gone", strerror(errno));
        if (n == 0)
            return fail("the server is gone", "end of stream before the reply");
        reply[n] = '\n';
        if (put_out(reply, (size_t)n + 1) < 0)
            return fail("standard output", strerror(errno));
    }
    if (rc < 0)
        return fail("standard input", strerror(errno));
    return 0;
}
