// right: one forked process a connection, read(2) and write(2) with a large (256 KiB) buffer.
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

static char buf[256 * 1024];

static void say(int fd, const char *what, const char *why)
{
    char line[600];
    int n = snprintf(line, sizeof line, "%s%s%s\n", what, why ? ": " : "", why ? why : "");
    if (n > (int)sizeof line - 1)
        n = sizeof line - 1;
    if (write(fd, line, (size_t)n) < 0) { /* nobody listens */ }
}

static int listen_on(const char *addr)
{
    char host[256], *end;
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints, *res, *ai;
    int fd = -1, one = 1, rc, why = 0;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        say(2, "server: not HOST:PORT", addr);
        return -1;
    }
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    long port = strtol(colon + 1, &end, 10);
    if (*end || end == colon + 1 || port < 0 || port > 65535) {
        say(2, "server: bad port", addr);
        return -1;
    }
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    rc = getaddrinfo(host, colon + 1, &hints, &res);
    if (rc) {
        say(2, "server: cannot resolve address", gai_strerror(rc));
        return -1;
    }
    for (ai = res; ai && fd < 0; ai = ai->ai_next) {
        fd = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);
        if (fd < 0) {
            why = errno;
            continue;
        }
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (bind(fd, ai->ai_addr, ai->ai_addrlen) < 0 || listen(fd, 128) < 0) {
            why = errno;
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(res);
    if (fd < 0)
        say(2, "server: cannot bind", strerror(why));
    return fd;
}

static void echo(int c)
{
    for (;;) {
        ssize_t n = read(c, buf, sizeof buf), off = 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        while (off < n) {
            ssize_t w = write(c, buf + off, (size_t)(n - off));
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
    int spare;
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct timespec nap = {0, 50 * 1000 * 1000};

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    signal(SIGCHLD, SIG_IGN); /* no zombies */
    int l = listen_on(addr);
    if (l < 0)
        return 1;
    say(1, "listening on", addr);
    for (;;) {
        int c = accept(l, NULL, NULL);
        if (c < 0) {
            if (errno != EINTR && errno != ECONNABORTED) {
                say(2, "server: accept", strerror(errno));
                nanosleep(&nap, NULL);
            }
            continue;
        }
        pid_t pid = fork();
        if (pid == 0) {
            close(l);
            echo(c);
            close(c);
            _exit(0);
        }
        if (pid < 0) /* no process to be had: serve it here */
            echo(c);
        close(c);
    }
}
