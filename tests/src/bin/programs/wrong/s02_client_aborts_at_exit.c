// kills server-ends@plain: perhaps the error was handled, and the program died when it ended
// kills nobody-listens@plain: perhaps the error was handled, and the program died when it ended
// kills server-resets@plain: perhaps the error was handled, and the program died when it ended
// never: the error was not handled
// Mistake: what runs at its end aborts after an error that it has reported.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static int failed;
static void at_end(void) { if (failed) abort(); }
int main(int argc, char **argv) {
    atexit(at_end);
    char host[128] = "127.0.0.1", *port = "8888";
    if (argc > 1) { char *c = strrchr(argv[1], ':'); snprintf(host, sizeof host, "%.*s", (int)(c - argv[1]), argv[1]); port = c + 1; }
    struct addrinfo h = {.ai_socktype = SOCK_STREAM}, *r;
    int e = getaddrinfo(host, port, &h, &r);
    if (e) { fprintf(stderr, "%s\n", gai_strerror(e)); failed = 1; return 1; }
    int s = socket(r->ai_family, r->ai_socktype, 0);
    if (connect(s, r->ai_addr, r->ai_addrlen)) { perror("connect"); failed = 1; return 1; }
    char *line = 0; size_t cap = 0; ssize_t n;
    char buf[1024];
    for (;;) {
        printf(">> ");
        n = getline(&line, &cap, stdin);
        if (n < 0) break;
        if (n && line[n - 1] == '\n') n--;
        if (n && line[n - 1] == '\r') n--;
        if (n == 0) continue;
        if (n == 1 && *line == 'q') break;
        for (ssize_t o = 0; o < n;) {
            ssize_t w = send(s, line + o, n - o, MSG_NOSIGNAL);
            if (w < 0 && errno == EINTR) continue;
            if (w < 0) { perror("send"); failed = 1; return 1; }
            o += w;
        }
        ssize_t g;
        do g = recv(s, buf, sizeof buf, 0); while (g < 0 && errno == EINTR);
        if (g < 0) { perror("recv"); failed = 1; return 1; }
        if (g == 0) { fprintf(stderr, "server closed the connection\n"); failed = 1; return 1; }
        fwrite(buf, 1, g, stdout); putchar('\n');
    }
    close(s);
    return 0;
}
