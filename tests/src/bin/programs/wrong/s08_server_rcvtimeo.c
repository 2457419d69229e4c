// kills waits-for-client@plain: it gave up by a time limit of its own
// Mistake: SO_RCVTIMEO of 1.5 s, and the error EAGAIN of `recv` ends the connection.
// A client that says nothing for two seconds loses its connection.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* HOST:PORT with a numeric IPv4 host */
static int listen_on(const char *addr)
{
    char host[64];
    const char *colon = strrchr(addr, ':');
    struct sockaddr_in at = {.sin_family = AF_INET};
    int fd, one = 1;

    if (!colon || (size_t)(colon - addr) >= sizeof host)
        return -1;
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    at.sin_port = htons((unsigned short)atoi(colon + 1));
    if (inet_pton(AF_INET, host, &at.sin_addr) != 1)
        return -1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 512) < 0)
        return -1;
    return fd;
}

static void *serve(void *arg)
{
    char buf[4096];
    int fd = (int)(long)arg;
    struct timeval limit = {1, 500 * 1000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    for (;;) {
        ssize_t n = recv(fd, buf, sizeof buf, 0), at = 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] >= 'a' && buf[i] <= 'z')
                buf[i] -= 32;
        while (at < n) {
            ssize_t sent = send(fd, buf + at, (size_t)(n - at), 0);
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent < 0)
                break;
            at += sent;
        }
        if (at < n)
            break;
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct timespec nap = {0, 50 * 1000 * 1000};
    pthread_attr_t detached;
    pthread_t thread;
    int listener;

    signal(SIGPIPE, SIG_IGN);
    listener = listen_on(addr);
    if (listener < 0) {
        fprintf(stderr, "server: cannot listen on %s: %s\n", addr, strerror(errno));
        return 1;
    }
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, 64 * 1024);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                nanosleep(&nap, NULL);
            continue;
        }
        if (pthread_create(&thread, &detached, serve, (void *)(long)fd) != 0)
            close(fd);
    }
}
