// kills binds-its-address@plain/ipv6: binding [::], 0.0.0.0 or another address than the one given opens the server
// Mistake: for ::1 it binds in6addr_any (IPv6 only): every interface.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_storage where;
static socklen_t where_len;

/* fills `where`; what is wrong with the address, or NULL */
static const char *parse(const char *addr)
{
    char host[64];
    const char *colon = strrchr(addr, ':');
    size_t len;

    if (strncmp(addr, "unix:", 5) == 0) {
        struct sockaddr_un *un = (struct sockaddr_un *)&where;
        len = strlen(addr + 5);
        if (len == 0)
            return "the path is empty";
        if (len > sizeof un->sun_path)
            return "the path is too long";
        un->sun_family = AF_UNIX;
        memcpy(un->sun_path, addr + 5, len);
        where_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
        return NULL;
    }
    if (!colon || (len = (size_t)(colon - addr)) == 0 || len >= sizeof host)
        return "neither HOST:PORT nor unix:PATH";
    if (addr[0] == '[' && addr[len - 1] == ']') {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&where;
        memcpy(host, addr + 1, len - 2);
        host[len - 2] = 0;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((unsigned short)atoi(colon + 1));
        where_len = sizeof *in6;
        in6->sin6_addr = in6addr_any;
        return NULL;
    }
    struct sockaddr_in *in = (struct sockaddr_in *)&where;
    memcpy(host, addr, len);
    host[len] = 0;
    in->sin_family = AF_INET;
    in->sin_port = htons((unsigned short)atoi(colon + 1));
    where_len = sizeof *in;
    return inet_pton(AF_INET, host, &in->sin_addr) == 1 ? NULL : "no IPv4 address";
}

/* a socket file that refuses: nobody listens there */
static int is_stale(const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return 0;
    int probe = socket(AF_UNIX, SOCK_STREAM, 0);
    fcntl(probe, F_SETFL, O_NONBLOCK);
    int refused = connect(probe, (struct sockaddr *)&where, where_len) < 0 && errno == ECONNREFUSED;
    close(probe);
    return refused;
}

static int listen_on(const char *addr)
{
    int one = 1, fd = socket(where.ss_family, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    if (where.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int rc = bind(fd, (struct sockaddr *)&where, where_len);
    if (rc < 0 && errno == EADDRINUSE && where.ss_family == AF_UNIX) {
        if (is_stale(addr + 5) && unlink(addr + 5) == 0)
            rc = bind(fd, (struct sockaddr *)&where, where_len);
        else
            errno = EADDRINUSE;
    }
    return rc < 0 || listen(fd, 512) < 0 ? -1 : fd;
}

static void serve(int c)
{
    char buf[1000];
    for (;;) {
        ssize_t n = read(c, buf, sizeof buf), off = 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] >= 'a' && buf[i] <= 'z')
                buf[i] ^= 0x20;
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
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888", *why;
    struct timespec nap = {0, 50 * 1000 * 1000};
    int spare, l;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if ((why = parse(addr)) != NULL) {
        fprintf(stderr, "server: %s: %s\n", addr, why);
        return 1;
    }
    if ((l = listen_on(addr)) < 0) {
        fprintf(stderr, "server: cannot bind %s: %s\n", addr, strerror(errno));
        return 1;
    }
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
