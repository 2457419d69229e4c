// right: a forked process a connection: the child closes the listener, the parent the connection, nobody leaves a zombie.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

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
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 512) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

static void serve(int c)
{
    char buf[1000];
    for (;;) {
        ssize_t n = recv(c, buf, sizeof buf, 0), off = 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] >= 'a' && buf[i] <= 'z')
                buf[i] ^= 0x20;
        while (off < n) {
            ssize_t w = send(c, buf + off, (size_t)(n - off), 0);
            if (w < 0 && errno == EINTR)
                continue;
            if (w < 0)
                return;
            off += w;
        }
    }
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct timespec nap = {0, 50 * 1000 * 1000};
    int spare;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
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
        int c = accept(l, NULL, NULL);
        if (c < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                nanosleep(&nap, NULL);
            continue;
        }
        pid_t pid;
        while ((pid = fork()) < 0)
            nanosleep(&nap, NULL);
        if (pid == 0) {
            close(l);
            serve(c);
            close(c);
            _exit(0);
        }
        close(c);
    }
}
