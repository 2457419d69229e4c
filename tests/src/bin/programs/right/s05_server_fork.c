// right: a forked process a connection; answers through recv(MSG_WAITALL), bodies 4093 bytes a write.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

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
    fd = socket(res->ai_family, SOCK_STREAM, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 128) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

static int put(int c, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t w = send(c, bytes, len < 4093 ? len : 4093, MSG_NOSIGNAL);
        if (w < 0 && errno != EINTR)
            return -1;
        if (w > 0) {
            bytes += w;
            len -= (size_t)w;
        }
    }
    return 0;
}

/* 1: `receive ok`; 0: something else, or the end of the stream; -1: the connection is gone. */
static int answered(int c)
{
    char answer[10];
    size_t got = 0;
    while (got < sizeof answer) {
        ssize_t r = recv(c, answer + got, sizeof answer - got, MSG_WAITALL);
        if (r < 0 && errno != EINTR)
            return -1;
        if (r == 0)
            return 0;
        if (r > 0)
            got += (size_t)r;
    }
    return memcmp(answer, "receive ok", sizeof answer) == 0;
}

static void serve(int c, char **messages)
{
    char size[24], sink[4096];
    int one = 1, rc = 1;
    struct timespec t;

    setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (; *messages && rc == 1; messages++) {
        size_t len = strlen(*messages);
        int digits = snprintf(size, sizeof size, "%zu", len);
        if (put(c, size, (size_t)digits) < 0 || (rc = answered(c)) < 0)
            return;
        if (rc == 1 && put(c, *messages, len) < 0)
            return;
    }
    if (shutdown(c, SHUT_WR) < 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    long end = t.tv_sec * 1000L + t.tv_nsec / 1000000L + 1000;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &t);
        long left = end - (t.tv_sec * 1000L + t.tv_nsec / 1000000L);
        struct pollfd p = {.fd = c, .events = POLLIN};
        if (left <= 0)
            return;
        int r = poll(&p, 1, (int)left);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0 || read(c, sink, sizeof sink) <= 0)
            return;
    }
}

int main(int argc, char **argv)
{
    static char *defaults[] = {"a fork asked", "and asked again", "and is done", NULL};
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char **messages = argc > 2 ? argv + 2 : defaults;
    int spare;

    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    int l = listen_on(addr);
    if (l < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        int c = accept(l, NULL, NULL);
        if (c < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
            continue;
        }
        pid_t pid = fork();
        if (pid == 0) {
            close(l);
            serve(c, messages);
            close(c);
            _exit(0);
        }
        if (pid < 0)
            serve(c, messages);
        close(c);
    }
}
