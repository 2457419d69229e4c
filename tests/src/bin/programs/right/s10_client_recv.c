// right: recv with MSG_WAITALL, and a small JSON reader of its own.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 64 << 10, MOST = 64 << 20 };

/* what a value was */
enum kind { BAD, OTHER, NOTHING, TEXT, NUMBER };

struct header {
    enum kind status_is, error_is;
    long long status, out, err;
    char error[1024];
};

static void blanks(const char **at)
{
    *at += strspn(*at, " \t\r\n");
}

/* a string, what fits of it into `to` */
static int text(const char **at, char *to, size_t room)
{
    size_t len = 0;
    const char *s = *at;
    if (*s++ != '"')
        return 0;
    for (; *s != '"'; s++) {
        char c = *s;
        if ((unsigned char)c < 0x20)
            return 0;
        if (c == '\\') {
            const char *known = "\"\\/bfnrt", *k;
            c = *++s;
            if (c == 'u') {
                char hex[5] = {0};
                for (int i = 0; i < 4; i++)
                    if (!strchr("0123456789abcdefABCDEF", hex[i] = *++s) || !*s)
                        return 0;
                long code = strtol(hex, NULL, 16);
                c = code >= 0x20 && code < 0x7f ? (char)code : '?';
            } else if (!c || !(k = strchr(known, c))) {
                return 0;
            } else {
                c = "\"\\/     "[k - known];
            }
        }
        if (len + 1 < room)
            to[len++] = c;
    }
    if (room)
        to[len] = 0;
    *at = s + 1;
    return 1;
}

static const char *digits(const char *s)
{
    return s + strspn(s, "0123456789");
}

/* a number; `to` is it when it is an integer that fits, or else -1 */
static int number(const char **at, long long *to)
{
    const char *s = *at, *from = s;
    int whole = 1;
    s += *s == '-';
    if (*s == '0')
        s++;
    else if (digits(s) == s)
        return 0;
    else
        s = digits(s);
    if (*s == '.') {
        whole = 0;
        s++;
        if (digits(s) == s)
            return 0;
        s = digits(s);
    }
    if (*s == 'e' || *s == 'E') {
        whole = 0;
        s++;
        s += *s == '+' || *s == '-';
        if (digits(s) == s)
            return 0;
        s = digits(s);
    }
    *to = whole && s - from < 18 ? strtoll(from, NULL, 10) : -1;
    *at = s;
    return 1;
}

static enum kind value(const char **at, long long *n, char *to, size_t room, struct header *h, int depth);

static int members(const char **at, char last, struct header *h, int depth)
{
    char key[32];
    long long n;
    for (blanks(at); **at != last;) {
        enum kind kind;
        key[0] = 0;
        if (last == '}') {
            if (!text(at, key, sizeof key))
                return 0;
            blanks(at);
            if (*(*at)++ != ':')
                return 0;
            blanks(at);
        }
        n = -1;
        if (h && strcmp(key, "error") == 0)
            kind = h->error_is = value(at, &n, h->error, sizeof h->error, NULL, depth);
        else
            kind = value(at, &n, NULL, 0, NULL, depth);
        if (kind == BAD)
            return 0;
        if (h && strcmp(key, "status") == 0) {
            h->status_is = kind;
            h->status = n;
        }
        if (h && strcmp(key, "stdout_size") == 0)
            h->out = kind == NUMBER ? n : -1;
        if (h && strcmp(key, "stderr_size") == 0)
            h->err = kind == NUMBER ? n : -1;
        blanks(at);
        if (**at == ',') {
            ++*at;
            blanks(at);
            if (**at == last)
                return 0;
        } else if (**at != last) {
            return 0;
        }
    }
    ++*at;
    return 1;
}

static enum kind value(const char **at, long long *n, char *to, size_t room, struct header *h, int depth)
{
    static const char *words[] = {"null", "true", "false"};
    if (depth > 1000)
        return BAD;
    switch (**at) {
    case '{':
        ++*at;
        return members(at, '}', h, depth + 1) ? OTHER : BAD;
    case '[':
        ++*at;
        return members(at, ']', NULL, depth + 1) ? OTHER : BAD;
    case '"':
        return text(at, to, room) ? TEXT : BAD;
    }
    for (int i = 0; i < 3; i++)
        if (strncmp(*at, words[i], strlen(words[i])) == 0) {
            *at += strlen(words[i]);
            return i ? OTHER : NOTHING;
        }
    return number(at, n) ? NUMBER : BAD;
}

/* NULL, or what is wrong */
static const char *parse(const char *json, size_t len, struct header *h)
{
    const char *at = json;
    *h = (struct header){.out = -1, .err = -1, .status = -1};
    blanks(&at);
    if (*at != '{' || value(&at, NULL, NULL, 0, h, 0) == BAD)
        return "the header is no JSON object";
    blanks(&at);
    if (at != json + len)
        return "something stands behind the header's object";
    if (h->out < 0 || h->err < 0)
        return "a size is missing or no size";
    if (h->out > MOST || h->err > MOST || h->out + h->err > MOST)
        return "the output is over 64 MiB";
    if (h->status_is == NOTHING)
        return h->error_is == TEXT ? NULL : "neither a status nor an error";
    return h->status_is == NUMBER && h->status >= 0 && h->status <= 255 ? NULL : "the status is none";
}

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

/* exactly `len` bytes; NULL, or what is wrong */
static const char *fill(int fd, void *to, size_t len)
{
    size_t have = 0;
    while (have < len) {
        ssize_t n = recv(fd, (char *)to + have, len - have, MSG_WAITALL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return strerror(errno);
        if (n == 0)
            return "the server ended inside a reply";
        have += (size_t)n;
    }
    return NULL;
}

static const char *show_reply(int fd)
{
    static char json[HEADER + 1];
    struct header h;
    uint32_t len;
    const char *wrong = fill(fd, &len, sizeof len);
    if (wrong)
        return wrong;
    if ((len = ntohl(len)) > HEADER)
        return "the header is too long";
    if ((wrong = fill(fd, json, len)))
        return wrong;
    json[len] = 0;
    if ((wrong = parse(json, len, &h)))
        return wrong;
    size_t all = (size_t)(h.out + h.err);
    char *bytes = malloc(all + 1);
    if (!bytes)
        return "out of memory";
    if ((wrong = fill(fd, bytes, all))) {
        free(bytes);
        return wrong;
    }
    fwrite(bytes, 1, (size_t)h.out, stdout);
    fwrite(bytes + h.out, 1, (size_t)h.err, stderr);
    if (h.status_is == NOTHING)
        fprintf(stderr, "%s\n", h.error);
    else if (h.status != 0)
        fprintf(stderr, "status %lld\n", h.status);
    free(bytes);
    return fflush(stdout) == EOF || ferror(stdout) ? "standard output is gone" : NULL;
}

static int talk(int fd)
{
    char *line = NULL;
    const char *wrong = NULL;
    size_t room = 0;
    ssize_t got;

    while (!wrong) {
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
        int last = len == 4 && memcmp(line, "exit", 4) == 0;
        line = realloc(line, room = len + 1);
        if (!line)
            return 1;
        line[len] = '\n';
        if (send_all(fd, line, len + 1) < 0) {
            wrong = strerror(errno);
        } else if (last) {
            char drop[4096];
            while (recv(fd, drop, sizeof drop, 0) > 0)
                ;
            break;
        } else {
            wrong = show_reply(fd);
        }
    }
    free(line);
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
    return talk(fd);
}
