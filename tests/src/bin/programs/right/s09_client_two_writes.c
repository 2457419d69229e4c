// right: FILE* in both directions, no buffer for output: the line and its end leave in two writes
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv) {
    char host[128] = "127.0.0.1"; int port = 8888, k;
    if (argc > 1) { char *c = strrchr(argv[1], ':'); snprintf(host, sizeof host, "%.*s", (int)(c - argv[1]), argv[1]); port = atoi(c + 1); }
    signal(SIGPIPE, SIG_IGN);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &a.sin_addr);
    if (connect(s, (void *)&a, sizeof a)) { perror("connect"); return 1; }
    FILE *in = fdopen(s, "r"), *out = fdopen(dup(s), "w");
    setvbuf(out, 0, _IONBF, 0);
    char *l = 0, r[8194]; size_t cap = 0; ssize_t n;
    while ((n = getline(&l, &cap, stdin)) >= 0) {
        if (n && l[n - 1] == '\n') n--;
        if (n && l[n - 1] == '\r') n--;
        if (!n) continue;
        if (n == 1 && *l == 'q') break;
        if (fwrite(l, 1, n, out) < (size_t)n || putc('\n', out) == EOF) { perror("send"); return 1; }
        size_t m = 0;
        while ((k = getc(in)) != '\n') {
            if (k == EOF) { fprintf(stderr, "the server ended\n"); return 1; }
            if (m == 8192) { fprintf(stderr, "the reply is too long\n"); return 1; }
            r[m++] = k;
        }
        r[m++] = '\n';
        fwrite(r, 1, m, stdout); fflush(stdout);
        if (n == 4 && !memcmp(l, "exit", 4)) { while (getc(in) != EOF) ; return 0; }
    }
    return 0;
}
