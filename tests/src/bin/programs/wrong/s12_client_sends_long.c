// kills line-too-long@plain: a line of more than 1024 bytes is not sent, nor a part of it: report it on
// Mistake: it sends lines of more than 1024 bytes
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The length of the reply in `reply`, or -1. */
static ssize_t ask(int sock, const char *request, size_t size, char *reply, size_t room)
{
    for (int try = 0; try < 5; try++) {
        if (send(sock, request, size, 0) < 0 && errno == ECONNREFUSED)
            send(sock, request, size, 0);
        long long until = now() + 200000000, left;
        while ((left = until - now()) > 0) {
            struct pollfd ready = {sock, POLLIN, 0};
            if (poll(&ready, 1, left / 1000000 + 1) <= 0)
                continue;
            ssize_t n = recv(sock, reply, room, 0);
            if (n < 0 && errno == ECONNREFUSED)
                break;
            if (n >= 4 && memcmp(reply, request, 4) == 0)
                return n;
        }
    }
    return -1;
}

int main(int argc, char **argv)
{
    char addr[300], *host = addr, *line = NULL;
    snprintf(addr, sizeof addr, "%s", argc > 1 ? argv[1] : "127.0.0.1:8888");
    char *port = strrchr(addr, ':');
    if (!port)
        return fprintf(stderr, "client: %s is not HOST:PORT\n", addr), 1;
    *port++ = '\0';
    if (*host == '[')
        host[strlen(host) - 1] = '\0', host++;
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    if (getaddrinfo(host, port, &hints, &found))
        return fprintf(stderr, "client: %s is unknown\n", host), 1;
    int sock = socket(found->ai_family, found->ai_socktype, 0);
    if (sock < 0 || connect(sock, found->ai_addr, found->ai_addrlen) < 0)
        return fprintf(stderr, "client: %s: %s\n", addr, strerror(errno)), 1;
    uint32_t number = 0;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) > 0) {
        if (line[n - 1] == '\n' && --n > 0 && line[n - 1] == '\r')
            n--;
        if (n == 1 && *line == 'q')
            break;
        if (n == 0)
            continue;
        static char request[65507], reply[65507];
        if (n > 65503)
            return fprintf(stderr, "client: %zd bytes\n", n), 1;
        uint32_t wire = htonl(++number);
        memcpy(request, &wire, 4);
        memcpy(request + 4, line, n);
        ssize_t got = ask(sock, request, n + 4, reply, sizeof reply);
        if (got < 0)
            return fprintf(stderr, "client: no reply\n"), 1;
        fwrite(reply + 4, 1, got - 4, stdout);
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
