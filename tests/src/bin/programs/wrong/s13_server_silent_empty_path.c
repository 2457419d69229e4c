// kills refuses-an-empty-path@plain/unix: print the error, with the address
// Mistake: an empty path ends it with 1 and without a word.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PIECE = 2000 };

struct client {
    size_t from, to; /* what of `out` is still to be written */
    char out[PIECE];
};

static struct pollfd *fds;
static struct client **clients; /* clients[i] belongs to fds[i]; 0 is the listener */
static size_t count, room;
static char name[128]; /* of the socket file, in the working directory */
static struct stat own;

static void end(int sig)
{
    struct stat st;
    (void)sig;
    if (name[0] && lstat(name, &st) == 0 && st.st_ino == own.st_ino && st.st_dev == own.st_dev)
        unlink(name);
    _exit(0);
}

static int listen_unix(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct stat st;
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    char folder[128] = ".";
    int fd;

    if (!*last) {
        return -1;
    }
    if (strlen(path) > 104) {
        fprintf(stderr, "server: unix:%s is too long\n", path);
        return -1;
    }
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path);
    if (chdir(folder) < 0) {
        fprintf(stderr, "server: %s: %s\n", folder, strerror(errno));
        return -1;
    }
    strcpy(un.sun_path, last);
    if (lstat(last, &st) == 0) {
        int refused = 0;
        if (S_ISSOCK(st.st_mode)) {
            int probe = socket(AF_UNIX, SOCK_STREAM, 0);
            fcntl(probe, F_SETFL, O_NONBLOCK);
            refused = connect(probe, (struct sockaddr *)&un, sizeof un) < 0 && errno == ECONNREFUSED;
            close(probe);
        }
        if (!refused || unlink(last) < 0) {
            fprintf(stderr, "server: unix:%s is taken\n", path);
            return -1;
        }
    }
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof un) < 0 || listen(fd, 512) < 0) {
        fprintf(stderr, "server: cannot bind unix:%s: %s\n", path, strerror(errno));
        return -1;
    }
    lstat(last, &own);
    strcpy(name, last);
    return fd;
}

static int listen_tcp(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE}, *res;
    int fd, rc, one = 1, bracket = addr[0] == '[';

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return -1;
    }
    snprintf(host, sizeof host, "%.*s", (int)(colon - addr) - 2 * bracket, addr + bracket);
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

static int add(int fd)
{
    if (count == room) {
        size_t more = room ? room * 2 : 16;
        struct pollfd *f = realloc(fds, more * sizeof *f);
        if (f)
            fds = f;
        struct client **c = realloc(clients, more * sizeof *c);
        if (c)
            clients = c;
        if (!f || !c)
            return -1;
        room = more;
    }
    if (!(clients[count] = calloc(1, sizeof **clients)))
        return -1;
    fds[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    return 0;
}

/* 0: go on; -1: this client is through */
static int turn(struct pollfd *p, struct client *c)
{
    ssize_t n;
    if (c->from == c->to) {
        n = read(p->fd, c->out, sizeof c->out);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        if (n == 0)
            return -1;
        for (ssize_t i = 0; i < n; i++)
            if (c->out[i] >= 'a' && c->out[i] <= 'z')
                c->out[i] -= 'a' - 'A';
        c->from = 0;
        c->to = (size_t)n;
    }
    n = write(p->fd, c->out + c->from, c->to - c->from);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return -1;
    c->from += n > 0 ? (size_t)n : 0;
    p->events = c->from < c->to ? POLLOUT : POLLIN;
    return 0;
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    int spare, fd;
    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    fd = strncmp(addr, "unix:", 5) == 0 ? listen_unix(addr + 5) : listen_tcp(addr);
    if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || add(fd) < 0)
        return 1;
    signal(SIGTERM, end);
    printf("listening on %s\n", addr);
    fflush(stdout);
    for (;;) {
        int full = fds[0].events == 0; /* out of descriptors: look again after a nap */
        if (poll(fds, (nfds_t)count, full ? 50 : -1) < 0)
            continue;
        fds[0].events = POLLIN;
        for (size_t i = count; i-- > 1;)
            if (fds[i].revents && turn(&fds[i], clients[i]) < 0) {
                close(fds[i].fd);
                free(clients[i]);
                fds[i] = fds[--count];
                clients[i] = clients[count];
            }
        if (fds[0].revents && (fd = accept(fds[0].fd, NULL, NULL)) >= 0) {
            if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || add(fd) < 0)
                close(fd);
        } else if (fds[0].revents && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            fds[0].events = 0;
        }
    }
}
