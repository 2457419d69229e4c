// kills beside-a-slow-reader@plain: these are the bytes of another client
// Mistake: what could not be written yet is kept in one buffer for all clients.
// Breaks "as 02 for many clients at once" ("the server returns every byte unchanged, in order"); seen from outside: while one client sends and does not read, the next one is answered with bytes of the first.
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
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static struct addrinfo *resolve(const char *address) {
    char host[256];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    if (colon == NULL || colon - address >= (long)sizeof host) {
        fprintf(stderr, "%s: not HOST:PORT\n", address);
        exit(1);
    }
    memcpy(host, address, colon - address);
    host[colon - address] = '\0';
    int error = getaddrinfo(host, colon + 1, &hints, &found);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", address, gai_strerror(error));
        exit(1);
    }
    return found;
}

struct client {
    int waiting, ended;
};

static struct pollfd fds[1000];
static struct client clients[1000];
static char pending[65536];
static size_t held;

/* 0 goes on, -1 ends this client */
static int turn(struct pollfd *p, struct client *c) {
    if (p->revents & ~POLLOUT && !c->waiting) {
        ssize_t n = recv(p->fd, pending + held, 4096, 0);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        for (ssize_t i = 0; i < n; i++)
            if (pending[held + i] >= 'a' && pending[held + i] <= 'z')
                pending[held + i] -= 'a' - 'A';
        held += n;
        c->ended = n == 0;
    }
    if (!c->ended || c->waiting) {
        ssize_t sent = send(p->fd, pending, held, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            held = c->waiting ? 0 : held;
            return -1;
        }
        if (sent > 0)
            memmove(pending, pending + sent, held -= sent);
        c->waiting = held > 0;
    }
    p->events = c->waiting ? POLLOUT : POLLIN;
    return c->ended ? -1 : 0;
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    struct timespec nap = {0, 50000000};
    int one = 1, spare;
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, where->ai_addr, where->ai_addrlen) < 0 || listen(fd, 512) < 0) {
        fprintf(stderr, "%s: %s\n", address, strerror(errno));
        return 1;
    }
    printf("listening on %s\n", address);
    fflush(stdout);
    nfds_t count = 1;
    fds[0] = (struct pollfd){.fd = fd, .events = POLLIN};
    for (;;) {
        fds[0].events = count < 1000 ? POLLIN : 0;
        if (poll(fds, count, -1) < 0)
            continue;
        for (nfds_t i = count; i-- > 1;)
            if (fds[i].revents && turn(&fds[i], &clients[i]) < 0) {
                close(fds[i].fd);
                fds[i] = fds[--count];
                clients[i] = clients[count];
            }
        if (fds[0].revents) {
            int client = accept(fd, NULL, NULL);
            if (client < 0) {
                nanosleep(&nap, NULL);
                continue;
            }
            fcntl(client, F_SETFL, O_NONBLOCK);
            fds[count] = (struct pollfd){.fd = client, .events = POLLIN};
            clients[count++] = (struct client){0, 0};
        }
    }
}
