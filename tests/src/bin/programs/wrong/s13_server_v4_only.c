// kills only-ascii-letters@plain/ipv6: it ended at its start
// Mistake: AF_INET in the hints: it has no IPv6.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *addr, const char *why)
{
    fprintf(stderr, "server: %s: %s\n", addr, why);
    return -1;
}

/* whether connect is refused by the socket file at this path, which is no link */
static int refuses(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct stat st;
    if (lstat(path, &st) < 0 || (st.st_mode & S_IFMT) != S_IFSOCK)
        return 0;
    strcpy(un.sun_path, path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int rc = connect(probe, (struct sockaddr *)&un, sizeof un);
    int refused = rc < 0 && errno == ECONNREFUSED;
    close(probe);
    return refused;
}

static int listen_unix(const char *addr)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    const char *path = addr + 5, *slash = strrchr(path, '/');
    char dir[sizeof un.sun_path] = ".";

    if (*path == 0)
        return fail(addr, "an empty path");
    if (strlen(path) >= sizeof un.sun_path)
        return fail(addr, "a path this long does not fit into sun_path");
    if (slash == path)
        strcpy(dir, "/");
    else if (slash)
        *(char *)mempcpy(dir, path, (size_t)(slash - path)) = 0;
    int folder = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (folder < 0)
        return fail(addr, strerror(errno));
    snprintf(un.sun_path, sizeof un.sun_path, "/proc/self/fd/%d/.%ld", folder, (long)getpid());
    unlink(un.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof un) < 0 || listen(fd, 512) < 0)
        return fail(addr, strerror(errno));
    int rc = link(un.sun_path, path);
    if (rc < 0 && errno == EEXIST && refuses(path)) {
        unlink(path);
        rc = link(un.sun_path, path);
    }
    int why = errno;
    unlink(un.sun_path);
    close(folder);
    return rc < 0 ? fail(addr, strerror(why)) : fd;
}

static int listen_tcp(char *addr)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *res;
    char *host = strdupa(addr), *colon = strrchr(host, ':');
    int rc, one = 1;

    if (!colon || colon == host)
        return fail(addr, "no HOST:PORT");
    *colon = 0;
    if (host[0] == '[' && colon[-1] == ']') {
        host++;
        colon[-1] = 0;
    }
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0)
        return fail(addr, gai_strerror(rc));
    int fd = socket(res->ai_family, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 512) < 0)
        return fail(addr, strerror(errno));
    freeaddrinfo(res);
    return fd;
}

static void *serve(void *arg)
{
    int c = (int)(intptr_t)arg;
    char buf[3000];
    ssize_t n;
    while ((n = recv(c, buf, sizeof buf, 0)) > 0) {
        ssize_t off = 0, w;
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] >= 'a' && buf[i] <= 'z')
                buf[i] &= ~0x20;
        while (off < n && (w = send(c, buf + off, (size_t)(n - off), MSG_NOSIGNAL)) >= 0)
            off += w;
        if (off < n)
            break;
    }
    close(c);
    return NULL;
}

int main(int argc, char **argv)
{
    char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct timespec nap = {0, 50 * 1000 * 1000};
    pthread_attr_t small;
    pthread_t thread;
    int spare;

    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int l = strncmp(addr, "unix:", 5) == 0 ? listen_unix(addr) : listen_tcp(addr);
    if (l < 0)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 * 1024);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        int c = accept(l, NULL, NULL);
        if (c < 0 && errno != EINTR && errno != ECONNABORTED)
            nanosleep(&nap, NULL);
        while (c >= 0 && pthread_create(&thread, &small, serve, (void *)(intptr_t)c) != 0)
            nanosleep(&nap, NULL);
    }
}
