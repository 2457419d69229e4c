// right: it sends its answer in two writes (`receive `, `ok`) and peeks before it takes a size.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *res;
    int rc, fd, one = 1;

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
    fd = socket(res->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, res->ai_addr, res->ai_addrlen) < 0) {
        fprintf(stderr, "client: cannot connect to %s: %s\n", addr, strerror(errno));
        fd = -1;
    } else {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    freeaddrinfo(res);
    return fd;
}

static ssize_t take(int fd, void *to, size_t most, int flags)
{
    ssize_t n;
    do
        n = recv(fd, to, most, flags);
    while (n < 0 && errno == EINTR);
    return n;
}

static int answer(int fd, const char *part)
{
    size_t len = strlen(part);
    while (len > 0) {
        ssize_t w = send(fd, part, len, MSG_NOSIGNAL);
        if (w < 0 && errno != EINTR)
            return -1;
        if (w > 0) {
            part += w;
            len -= (size_t)w;
        }
    }
    return 0;
}

static long size_of(const char *text, ssize_t n)
{
    long size = 0;
    if (n > 8 || (n > 1 && text[0] == '0'))
        return -1;
    for (ssize_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        size = size * 10 + (text[i] - '0');
    }
    return size <= 67108864 ? size : -1;
}

static int fail(const char *what)
{
    fprintf(stderr, "client: %s\n", what);
    return 1;
}

int main(int argc, char **argv)
{
    char text[1024];
    int spare;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888");
    if (fd < 0)
        return 1;
    for (long k = 1;; k++) {
        ssize_t n = take(fd, text, 1, MSG_PEEK);
        if (n > 0)
            n = take(fd, text, sizeof text, 0);
        if (n < 0)
            return fail(strerror(errno));
        if (n == 0)
            return 0;
        long size = size_of(text, n);
        if (size < 0)
            return fail("the server sent something that is no size");
        if (answer(fd, "receive ") < 0 || answer(fd, "ok") < 0)
            return fail(strerror(errno));
        char *body = malloc((size_t)size + 1);
        if (!body)
            return fail("no memory for a message");
        for (size_t got = 0; got < (size_t)size; got += (size_t)n) {
            n = take(fd, body + got, (size_t)size - got, MSG_WAITALL);
            if (n <= 0)
                return fail(n ? strerror(errno) : "the server ended inside a message");
        }
        printf("message %ld: ", k);
        fwrite(body, 1, (size_t)size, stdout);
        putchar('\n');
        if (fflush(stdout) != 0)
            return fail("cannot write to standard output");
        free(body);
    }
}
