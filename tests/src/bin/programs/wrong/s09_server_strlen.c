// kills any-line@plain: the line was taken for a C string
// Mistake: it takes the line for a C string, which ends at the first NUL.
// Breaks "the same bytes"; seen from outside: `a\0b\n` gets `A\n`.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 8192 };

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
        bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 512) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

static int send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* the last words and FIN; then what still comes is dropped, for a second at most */
static int part(int fd, const char *last)
{
    char drain[4096];
    if (send_all(fd, last, strlen(last)) < 0 || shutdown(fd, SHUT_WR) < 0)
        return -1;
    for (long long left, until = now() + 1000; (left = until - now()) > 0;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, (int)left) > 0 && read(fd, drain, sizeof drain) <= 0)
            break;
    }
    return -1;
}

/* -1: this was the last line */
static int reply(int fd, char *line, size_t len)
{
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (len == 4 && memcmp(line, "exit", 4) == 0)
        return part(fd, "Byebye!\n");
    line[len] = 0;
    len = strlen(line);
    for (size_t i = 0; i < len; i++)
        if (line[i] >= 'a' && line[i] <= 'z')
            line[i] -= 'a' - 'A';
    line[len] = '\n';
    return send_all(fd, line, len + 1);
}

static void serve(int fd)
{
    static char piece[4096], line[LONGEST + 1];
    size_t len = 0;

    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0 && len > 0)
                reply(fd, line, len);
            return;
        }
        for (ssize_t i = 0; i < n; i++) {
            if (piece[i] == '\n') {
                if (reply(fd, line, len) < 0)
                    return;
                len = 0;
            } else if (len == LONGEST) {
                part(fd, "line too long\n");
                return;
            } else {
                line[len++] = piece[i];
            }
        }
    }
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    int spare, fd, listener;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN); /* no zombies */
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if ((listener = listen_on(addr)) < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        pid_t child = -1;
        if ((fd = accept(listener, NULL, NULL)) >= 0) {
            child = fork();
            if (child == 0) {
                close(listener);
                serve(fd);
                _exit(0);
            }
            close(fd);
        }
        if (child < 0)
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
}
