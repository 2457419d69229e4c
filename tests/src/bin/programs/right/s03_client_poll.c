// right: poll(2) and recv(2) on a non-blocking socket, stdio output flushed line by line.
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
#include <unistd.h>

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "client: %s: %s\n", what, why);
    return 1;
}

int main(int argc, char **argv)
{
    int spare;
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    const char *colon = strrchr(addr, ':');
    char host[256], buf[1024], *end;
    struct addrinfo hints, *res, *ai;
    unsigned long reads = 0, total = 0;
    int s = -1, rc, why = ECONNREFUSED;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host)
        return fail(addr, "not HOST:PORT");
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    long port = strtol(colon + 1, &end, 10);
    if (*end || port < 1 || port > 65535)
        return fail(addr, "bad port");
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0)
        return fail(addr, gai_strerror(rc));
    for (ai = res; ai && s < 0; ai = ai->ai_next) {
        s = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);
        if (s >= 0 && connect(s, ai->ai_addr, ai->ai_addrlen) < 0) {
            why = errno;
            close(s);
            s = -1;
        }
    }
    freeaddrinfo(res);
    if (s < 0)
        return fail(addr, strerror(why));
    fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK);
    for (;;) {
        struct pollfd p = {.fd = s, .events = POLLIN};
        if (poll(&p, 1, -1) < 0) {
            if (errno == EINTR)
                continue;
            return fail("poll", strerror(errno));
        }
        ssize_t n = recv(s, buf, sizeof buf, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            continue;
        if (n < 0)
            return fail("the server is gone", strerror(errno));
        if (n == 0)
            break;
        reads++;
        total += (unsigned long)n;
        printf("read %lu: %zd bytes: ", reads, n);
        fwrite(buf, 1, (size_t)n, stdout);
        putchar('\n');
        if (fflush(stdout) != 0)
            return fail("standard output", strerror(errno));
    }
    printf("total: %lu bytes in %lu reads\n", total, reads);
    if (fflush(stdout) != 0)
        return fail("standard output", strerror(errno));
    close(s);
    return 0;
}
