// right: getline and fully buffered stdio for the terminal side, read(2)/write(2) for the socket.
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

static int fail(const char *what, const char *why)
{
    fflush(stdout); /* what was answered so far */
    fprintf(stderr, "client: %s: %s\n", what, why);
    return 1;
}

int main(int argc, char **argv)
{
    int spare;
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    const char *colon = strrchr(addr, ':');
    char host[256], reply[1024], *line = NULL, *end;
    size_t cap = 0;
    ssize_t len;
    struct addrinfo hints, *res, *ai;
    int s = -1, rc, why = ECONNREFUSED;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
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

    while ((len = getline(&line, &cap, stdin)) > 0) {
        if (line[len - 1] == '\n') {
            len--;
            if (len > 0 && line[len - 1] == '\r')
                len--;
        }
        if (len == 0)
            continue;
        if (len == 1 && line[0] == 'q')
            break;
        for (ssize_t off = 0; off < len;) {
            ssize_t w = write(s, line + off, (size_t)(len - off));
            if (w < 0 && errno == EINTR)
                continue;
            if (w < 0)
                return fail("the server is gone", strerror(errno));
            off += w;
        }
        ssize_t n;
        do
            n = read(s, reply, sizeof reply);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return fail("the server is gone", strerror(errno));
        if (n == 0)
            return fail("the server is gone", "it closed the connection");
        fwrite(reply, 1, (size_t)n, stdout);
        putchar('\n');
    }
    free(line);
    close(s);
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail("standard output", strerror(errno));
    return 0;
}
