// right: getc and fread on a FILE*, a scanner of JSON written by hand, putchar for output
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
static FILE *in;
static void bad(const char *m) { fflush(stdout); fprintf(stderr, "error: %s\n", m); exit(1); }
static int need(void) { int c = getc(in); if (c == EOF) bad("the stream ended inside a message"); return c; }
static const char *p, *e; static long size;
static void ws(void) { while (p < e && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++; }
static int str(char *to, size_t max) {
    size_t n = 0;
    if (p >= e || *p++ != '"') bad("bad JSON");
    for (;;) {
        if (p >= e || (unsigned char)*p < 32) bad("bad JSON");
        char c = *p++;
        if (c == '"') break;
        if (c == '\\') {
            if (p >= e) bad("bad JSON");
            c = *p++;
            if (c == 'u') { unsigned v = 0; for (int i = 0; i < 4; i++) { if (p >= e || !isxdigit((unsigned char)*p)) bad("bad JSON"); v = v * 16 + (isdigit((unsigned char)*p) ? *p - '0' : (tolower(*p) - 'a' + 10)); p++; } c = v < 128 ? v : '?'; }
            else if (!strchr("\"\\/bfnrt", c)) bad("bad JSON");
        }
        if (to && n + 1 < max) to[n] = c;
        n++;
    }
    if (to) to[n < max ? n : max - 1] = 0;
    return n;
}
static void value(int deep) {
    if (deep > 500) bad("nested too deep");
    ws(); if (p >= e) bad("bad JSON");
    if (*p == '{') {
        p++; ws(); if (p < e && *p == '}') { p++; return; }
        for (;;) {
            char k[32]; ws(); str(k, sizeof k); ws(); if (p >= e || *p++ != ':') bad("bad JSON"); ws();
            const char *b = p; value(deep + 1);
            if (!deep && !strcmp(k, "data_size")) {
                size = 0;
                if (b == p || (*b == '0' && p - b > 1)) size = -1;
                for (const char *q = b; q < p && size >= 0; q++) { if (!isdigit((unsigned char)*q)) size = -1; else if (size < 1L << 40) size = size * 10 + *q - '0'; }
            }
            ws(); if (p >= e) bad("bad JSON"); if (*p == '}') { p++; return; } if (*p++ != ',') bad("bad JSON");
        }
    }
    if (*p == '[') { p++; ws(); if (p < e && *p == ']') { p++; return; } for (;;) { value(deep + 1); ws(); if (p >= e) bad("bad JSON"); if (*p == ']') { p++; return; } if (*p++ != ',') bad("bad JSON"); } }
    if (*p == '"') { str(0, 0); return; }
    static const char *w[] = {"true", "false", "null"};
    for (int i = 0; i < 3; i++) { size_t n = strlen(w[i]); if ((size_t)(e - p) >= n && !memcmp(p, w[i], n)) { p += n; return; } }
    const char *b = p;
    if (p < e && *p == '-') p++;
    if (p < e && *p == '0') p++; else { if (p >= e || !isdigit((unsigned char)*p)) bad("bad JSON"); while (p < e && isdigit((unsigned char)*p)) p++; }
    if (p < e && *p == '.') { p++; if (p >= e || !isdigit((unsigned char)*p)) bad("bad JSON"); while (p < e && isdigit((unsigned char)*p)) p++; }
    if (p < e && (*p == 'e' || *p == 'E')) { p++; if (p < e && (*p == '+' || *p == '-')) p++; if (p >= e || !isdigit((unsigned char)*p)) bad("bad JSON"); while (p < e && isdigit((unsigned char)*p)) p++; }
    if (p == b) bad("bad JSON");
}
int main(int argc, char **argv) {
    char host[128] = "127.0.0.1"; int port = 8888, c; long k = 0;
    if (argc > 1) { char *d = strrchr(argv[1], ':'); snprintf(host, sizeof host, "%.*s", (int)(d - argv[1]), argv[1]); port = atoi(d + 1); }
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &a.sin_addr);
    if (connect(s, (void *)&a, sizeof a)) { perror("connect"); return 1; }
    in = fdopen(s, "r");
    static char head[65537];
    while ((c = getc(in)) != EOF) {
        unsigned long n = (unsigned long)c << 24; n |= need() << 16; n |= need() << 8; n |= need();
        if (n > 65536) bad("the header is too long");
        for (unsigned long i = 0; i < n; i++) head[i] = need();
        p = head; e = head + n; size = -1; ws();
        if (p >= e || *p != '{') bad("no JSON object");
        value(0); ws();
        if (p != e) bad("bytes after the object");
        if (size < 0) bad("no data_size");
        if (size > 64L << 20) bad("the body is too long");
        char *body = malloc(size + 1);
        for (long i = 0; i < size; i++) body[i] = need();
        printf("message %ld: ", ++k);
        for (long i = 0; i < size; i++) putchar(body[i]);
        putchar('\n');
        free(body);
    }
    if (ferror(in)) bad("the connection broke");
    return fflush(stdout) ? 1 : 0;
}
