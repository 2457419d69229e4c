// kills prints-messages@plain: print that first, then the bytes
// never: as they came: all of them
// never: messages were printed: print every message
// Mistake: it prints the bytes of a read, and only then its number.
// Breaks "`message K: TEXT`"; seen from outside: each text stands before its label.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int dial(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *res;
    int rc, fd;

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
    fd = socket(res->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, res->ai_addr, res->ai_addrlen) < 0) {
        fprintf(stderr, "client: cannot connect to %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

static int put(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t w = write(1, bytes, len);
        if (w < 0 && errno != EINTR)
            return -1;
        if (w > 0) {
            bytes += w;
            len -= (size_t)w;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    char piece[4][256], label[64];
    struct iovec in[4];
    long k = 0;
    int spare;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888");
    if (fd < 0)
        return 1;
    for (int i = 0; i < 4; i++)
        in[i] = (struct iovec){.iov_base = piece[i], .iov_len = sizeof piece[i]};
    for (;;) {
        ssize_t n = readv(fd, in, 4);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fprintf(stderr, "client: the server is gone: %s\n", strerror(errno));
            return 1;
        }
        if (n == 0)
            break;
        int len = snprintf(label, sizeof label, "message %ld: ", ++k);
        int bad = 0;
        for (int i = 0; i < 4 && n > 0 && !bad; i++) {
            size_t part = n < (ssize_t)sizeof piece[i] ? (size_t)n : sizeof piece[i];
            bad = put(piece[i], part);
            n -= (ssize_t)part;
        }
        if (bad || put(label, (size_t)len) < 0 || put("\n", 1) < 0) {
            fprintf(stderr, "client: standard output: %s\n", strerror(errno));
            return 1;
        }
    }
    fprintf(stderr, "client: the server has ended after %ld\n", k);
    return 0;
}
