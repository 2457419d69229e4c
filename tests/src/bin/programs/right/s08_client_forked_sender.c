// right: for each line a forked child sends while the parent waits in recv with MSG_WAITALL.
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
#include <sys/wait.h>
#include <unistd.h>

static int dial(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *res, *a;
    int fd = -1, rc;

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
    for (a = res; a; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    if (fd < 0)
        fprintf(stderr, "client: cannot connect to %s: %s\n", addr, strerror(errno));
    freeaddrinfo(res);
    return fd;
}

static int send_all(int fd, const char *line, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, line, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return 1;
        line += n;
        len -= (size_t)n;
    }
    return 0;
}

/* how many bytes of the reply came: all of them, or the server is gone */
static size_t ask(int fd, const char *line, size_t len, char *reply)
{
    size_t got = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(send_all(fd, line, len));
    if (pid < 0) {
        fprintf(stderr, "client: fork: %s\n", strerror(errno));
        return 0;
    }
    while (got < len) {
        ssize_t n = recv(fd, reply + got, len - got, MSG_WAITALL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    if (got < len)
        shutdown(fd, SHUT_RDWR); /* sets a blocked child free */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return got;
}

int main(int argc, char **argv)
{
    char *line = NULL, *reply = NULL;
    size_t room = 0;
    ssize_t n;
    int spare;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    do /* the socket may not become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888");
    if (fd < 0)
        return 1;
    for (;;) {
        if (isatty(0)) {
            fputs(">> ", stdout);
            fflush(stdout);
        }
        if ((n = getline(&line, &room, stdin)) <= 0)
            break;
        if (line[n - 1] == '\n' && --n > 0 && line[n - 1] == '\r')
            n--;
        if (n == 1 && line[0] == 'q')
            break;
        if (n == 0)
            continue;
        char *more = realloc(reply, (size_t)n + 1);
        if (!more) {
            fprintf(stderr, "client: no memory for %zd bytes\n", n);
            return 1;
        }
        reply = more;
        if (ask(fd, line, (size_t)n, reply) < (size_t)n) {
            fprintf(stderr, "client: the server is gone before the reply was whole\n");
            return 1;
        }
        reply[n] = '\n';
        if (fwrite(reply, 1, (size_t)n + 1, stdout) != (size_t)n + 1 || fflush(stdout) != 0) {
            fprintf(stderr, "client: standard output: %s\n", strerror(errno));
            return 1;
        }
    }
    free(line);
    free(reply);
    close(fd);
    return 0;
}
