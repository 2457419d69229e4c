// kills killed@plain: `error` states why
// Mistake: null comes without an error.
#define _GNU_SOURCE
#include <arpa/inet.h>
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 8192, MILLISECONDS = 10000, MOST = 64 << 20 };

struct output {
    char *bytes;
    size_t len, room;
};

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void give(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(0); /* this client is gone, and this process is for it alone */
        at += n;
        len -= (size_t)n;
    }
}

/* FIN; then what still comes is dropped, for a second at most */
static void part(int fd)
{
    char drain[4096];
    long long until = now() + 1000, left;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    shutdown(fd, SHUT_WR);
    while ((left = until - now()) > 0 && poll(&p, 1, (int)left) > 0)
        if (read(fd, drain, sizeof drain) <= 0)
            break;
    _exit(0);
}

static void reply(int fd, int status, const char *error, const struct output *out, const struct output *err)
{
    char header[400];
    int n;
    if (error)
        n = snprintf(header, sizeof header, "{\"status\":null,");
    else
        n = snprintf(header, sizeof header, "{\"status\":%d,", status);
    n += snprintf(header + n, sizeof header - (size_t)n, "\"stdout_size\":%zu,\"stderr_size\":%zu}", out->len, err->len);
    uint32_t len = htonl((uint32_t)n);
    give(fd, &len, sizeof len);
    give(fd, header, (size_t)n);
    give(fd, out->bytes, out->len);
    give(fd, err->bytes, err->len);
}

static void child(const char *line, int out, int err)
{
    sigset_t none;
    setpgid(0, 0);
    for (int s = 1; s <= SIGRTMAX; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, 0);
    dup2(out, 1);
    dup2(err, 2);
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

/* reads once; 1: there may be more, 0: the end, -1: over MOST */
static int more(int fd, struct output *to, size_t all)
{
    if (to->room - to->len < 65536) {
        size_t room = to->room ? to->room * 2 : 1 << 18;
        char *bytes = realloc(to->bytes, room);
        if (!bytes)
            return -1;
        to->bytes = bytes;
        to->room = room;
    }
    ssize_t n = read(fd, to->bytes + to->len, 65536);
    if (n <= 0)
        return 0;
    if (all + (size_t)n > MOST) {
        to->len += MOST - all;
        return -1;
    }
    to->len += (size_t)n;
    return 1;
}

/* the status of sh, or -1 and what went wrong */
static int run(const char *line, struct output *out, struct output *err, const char **error)
{
    int a[2], b[2], status;
    long long until = now() + MILLISECONDS, left;
    *error = NULL;
    if (pipe2(a, O_CLOEXEC) < 0) {
        *error = "no pipe";
        return -1;
    }
    if (pipe2(b, O_CLOEXEC) < 0) {
        close(a[0]);
        close(a[1]);
        *error = "no pipe";
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        child(line, a[1], b[1]);
    close(a[1]);
    close(b[1]);
    if (pid < 0) {
        close(a[0]);
        close(b[0]);
        *error = "no process";
        return -1;
    }
    setpgid(pid, pid); /* whichever of the two is first */
    struct pollfd fds[3] = {
        {.fd = a[0], .events = POLLIN},
        {.fd = b[0], .events = POLLIN},
        {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN},
    };
    while (!*error && (fds[0].fd >= 0 || fds[1].fd >= 0 || fds[2].fd >= 0)) {
        if ((left = until - now()) <= 0) {
            *error = "it took more than 10 seconds";
            break;
        }
        if (poll(fds, 3, (int)left) <= 0)
            continue;
        for (int i = 0; i < 2; i++) {
            if (!fds[i].revents)
                continue;
            int rc = more(fds[i].fd, i ? err : out, out->len + err->len);
            if (rc < 0)
                *error = "more than 64 MiB of output";
            if (rc <= 0) {
                close(fds[i].fd);
                fds[i].fd = -1;
            }
            if (rc < 0)
                break;
        }
        if (fds[2].revents) {
            close(fds[2].fd);
            fds[2].fd = -1;
        }
    }
    if (*error)
        kill(-pid, SIGKILL);
    for (int i = 0; i < 3; i++)
        if (fds[i].fd >= 0)
            close(fds[i].fd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!*error && WIFSIGNALED(status))
        *error = "a signal ended sh";
    return *error ? -1 : WEXITSTATUS(status);
}

static int is_cd(const char *line)
{
    return strcmp(line, "cd") == 0 || strncmp(line, "cd ", 3) == 0;
}

/* cd: 0, or 1 and what to say */
static int enter(char *line, struct output *err)
{
    char *name = line + 2 + strspn(line + 2, " \t"), *end = name + strlen(name);
    while (end > name && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = 0;
    if (*name) {
        if (chdir(name) == 0)
            return 0;
        err->len = (size_t)asprintf(&err->bytes, "cd: %s: %s\n", name, strerror(errno));
        return 1;
    }
    const char *home = getenv("HOME");
    if (!home || !*home || chdir(home) < 0)
        return chdir("/") < 0;
    return 0;
}

static void answer(int fd, char *line, size_t len)
{
    struct output out = {0}, err = {0};
    const char *error = NULL;
    int status;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    line[len] = 0;
    if (memchr(line, 0, len)) {
        reply(fd, -1, "a NUL is in the line", &out, &err);
        return;
    }
    if (strcmp(line, "exit") == 0)
        part(fd);
    if (is_cd(line))
        status = enter(line, &err);
    else
        status = run(line, &out, &err, &error);
    reply(fd, status, error, &out, &err);
    free(out.bytes);
    free(err.bytes);
}

static void serve(int fd)
{
    char held[LONGEST + 1];
    size_t len = 0;
    for (;;) {
        char *newline = memchr(held, '\n', len);
        if (newline) {
            size_t line = (size_t)(newline - held);
            char copy[LONGEST + 1];
            memcpy(copy, held, line);
            len -= line + 1;
            memmove(held, newline + 1, len);
            answer(fd, copy, line);
        } else if (len > LONGEST) {
            struct output none = {0};
            reply(fd, -1, "the line is too long", &none, &none);
            part(fd);
        } else {
            ssize_t n = read(fd, held + len, sizeof held - len);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                _exit(0);
            len += (size_t)n;
        }
    }
}

static int is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24) == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

static int listen_on(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':'), *from = addr;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *res;
    int fd, rc, one = 1;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return -1;
    }
    size_t len = (size_t)(colon - addr);
    if (len > 2 && addr[0] == '[' && colon[-1] == ']') {
        from++;
        len -= 2;
    }
    memcpy(host, from, len);
    host[len] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0) {
        fprintf(stderr, "server: %s: %s\n", addr, gai_strerror(rc));
        return -1;
    }
    if (!is_loopback(res->ai_addr)) {
        fprintf(stderr, "server: %s is not a loopback address\n", addr);
        return -1;
    }
    fd = socket(res->ai_family, res->ai_socktype | SOCK_CLOEXEC, res->ai_protocol);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 512) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    int spare, fd, conn, one = 1;
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if ((fd = listen_on(addr)) < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    signal(SIGCHLD, SIG_IGN); /* nobody waits for the processes of the clients */
    for (;;) {
        if ((conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) < 0) {
            usleep(50000);
            continue;
        }
        pid_t pid = fork();
        if (pid == 0) {
            signal(SIGCHLD, SIG_DFL);
            close(fd);
            setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            serve(conn);
        }
        if (pid < 0)
            fprintf(stderr, "server: no client now: %s\n", strerror(errno));
        close(conn);
    }
}
