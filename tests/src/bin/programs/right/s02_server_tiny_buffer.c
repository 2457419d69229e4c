// right: iterative, read(2)/write(2) with a buffer of seven bytes, silent once it listens.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void serve(int c)
{
    char b[7];
    ssize_t n, off, w;
    for (;;) {
        n = read(c, b, sizeof b);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (off = 0; off < n; off++)
            if (b[off] >= 'a' && b[off] <= 'z')
                b[off] ^= 0x20;
        for (off = 0; off < n; off += w) {
            w = write(c, b + off, (size_t)(n - off));
            if (w < 0 && errno == EINTR)
                w = 0;
            if (w < 0)
                return;
        }
    }
}

int main(int argc, char **argv)
{
    int spare;
    char host[64] = "127.0.0.1", *end;
    long port = 8888;
    int one = 1;
    struct sockaddr_in sa;
    struct timespec nap = {0, 50 * 1000 * 1000};

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    memset(&sa, 0, sizeof sa);
    sa.sin_family = AF_INET;
    if (argc > 1) {
        char *colon = strrchr(argv[1], ':');
        if (!colon || (size_t)(colon - argv[1]) >= sizeof host) {
            fprintf(stderr, "usage: server IPV4:PORT\n");
            return 2;
        }
        memcpy(host, argv[1], (size_t)(colon - argv[1]));
        host[colon - argv[1]] = 0;
        port = strtol(colon + 1, &end, 10);
        if (end == colon + 1 || *end)
            port = -1;
    }
    if (strcmp(host, "localhost") == 0)
        strcpy(host, "127.0.0.1");
    if (inet_pton(AF_INET, host, &sa.sin_addr) != 1 || port < 0 || port > 65535) {
        fprintf(stderr, "server: not an IPv4 address and port: %s\n", argv[1]);
        return 2;
    }
    sa.sin_port = htons((unsigned short)port);
    int l = socket(AF_INET, SOCK_STREAM, 0);
    if (l >= 0)
        setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (l < 0 || bind(l, (struct sockaddr *)&sa, sizeof sa) < 0 || listen(l, 64) < 0) {
        fprintf(stderr, "server: cannot bind %s:%ld: %s\n", host, port, strerror(errno));
        return 1;
    }
    for (;;) {
        int c = accept(l, NULL, NULL);
        if (c < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                nanosleep(&nap, NULL);
            continue;
        }
        serve(c);
        close(c);
    }
}
