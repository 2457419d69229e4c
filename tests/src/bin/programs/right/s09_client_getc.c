// right: stdio on the socket, and the reply taken byte by byte with getc.
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
#include <unistd.h>

enum { LONGEST = 8192 };

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
            return -1;
        line += n;
        len -= (size_t)n;
    }
    return 0;
}

/* one reply, to standard output; NULL, or what is wrong with it */
static const char *show_reply(FILE *server)
{
    char reply[LONGEST + 1];
    size_t len = 0;
    int c;
    do {
        if (len > LONGEST)
            return "the reply is too long";
        if ((c = getc(server)) == EOF)
            return ferror(server) ? strerror(errno) : "the server ended before the reply was whole";
        reply[len++] = (char)c;
    } while (c != '\n');
    return fwrite(reply, 1, len, stdout) < len || fflush(stdout) == EOF ? "standard output is gone" : NULL;
}

static int talk(int fd, FILE *server)
{
    char *line = NULL;
    const char *wrong = NULL;
    size_t room = 0;
    ssize_t got;
    int last = 0;

    while (!wrong && !last) {
        if (isatty(0)) {
            printf(">> ");
            fflush(stdout);
        }
        if ((got = getline(&line, &room, stdin)) <= 0)
            break;
        size_t len = (size_t)got;
        if (line[len - 1] == '\n') {
            len--;
            if (len > 0 && line[len - 1] == '\r')
                len--;
        }
        if (len == 1 && line[0] == 'q')
            break;
        if (len == 0)
            continue;
        last = len == 4 && memcmp(line, "exit", 4) == 0;
        line = realloc(line, room = len + 1);
        if (!line)
            return 1;
        line[len] = '\n';
        wrong = send_all(fd, line, len + 1) < 0 ? strerror(errno) : show_reply(server);
    }
    free(line);
    if (!wrong && last)
        while (getc(server) != EOF)
            ;
    if (wrong)
        fprintf(stderr, "client: %s\n", wrong);
    return wrong != NULL;
}

int main(int argc, char **argv)
{
    int spare, fd;
    signal(SIGPIPE, SIG_IGN);
    do /* the socket may not become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if ((fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888")) < 0)
        return 1;
    FILE *server = fdopen(fd, "r");
    return server ? talk(fd, server) : 1;
}
