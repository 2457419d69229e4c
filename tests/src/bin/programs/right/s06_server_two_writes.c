// right, slow: length and header in one write(2), the body in another, Nagle on. A process a client.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

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

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

static int write_all(int c, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t w = write(c, data, len);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        data += w;
        len -= (size_t)w;
    }
    return 0;
}

static void serve(int c, char **messages)
{
    char head[64], sink[4096];
    for (; *messages; messages++) {
        size_t len = strlen(*messages);
        int n = snprintf(head + 4, sizeof head - 4, "{\"data_size\":%zu}", len);
        uint32_t be = htonl((uint32_t)n);
        memcpy(head, &be, 4);
        if (write_all(c, head, 4 + (size_t)n) < 0 || write_all(c, *messages, len) < 0)
            return;
    }
    if (shutdown(c, SHUT_WR) < 0)
        return;
    long end = now_ms() + 1000, left;
    while ((left = end - now_ms()) > 0) {
        struct pollfd p = {.fd = c, .events = POLLIN};
        int r = poll(&p, 1, (int)left);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0 || read(c, sink, sizeof sink) <= 0)
            return;
    }
}

int main(int argc, char **argv)
{
    int spare;
    static char *defaults[] = {"header first", "body later", "twice the segments", NULL};
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char **messages = argc > 2 ? argv + 2 : defaults;
    struct timespec nap = {0, 50 * 1000 * 1000};

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    signal(SIGCHLD, SIG_IGN);
    int l = listen_on(addr);
    if (l < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        int c = accept(l, NULL, NULL);
        if (c < 0) {
            if (errno != EINTR && errno != ECONNABORTED) {
                fprintf(stderr, "server: accept: %s\n", strerror(errno));
                nanosleep(&nap, NULL);
            }
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
