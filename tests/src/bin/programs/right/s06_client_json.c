// right: a small JSON reader of its own: checks all of RFC 8259, keeps nothing but data_size.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEADER 65536u
#define MAX_BODY 67108864ull
#define DEEPEST 500

static void die(const char *what, const char *why)
{
    fflush(stdout);
    fprintf(stderr, "client: %s%s%s\n", what, *why ? ": " : "", why);
    exit(1);
}

static int dial(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *res, *a;
    int fd = -1, rc;

    if (!colon || colon == addr || (size_t)(colon - addr) >= sizeof host)
        die(addr, "not HOST:PORT");
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0)
        die(addr, gai_strerror(rc));
    for (a = res; a; a = a->ai_next) {
        if ((fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol)) < 0)
            continue;
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    if (fd < 0)
        die(addr, strerror(errno));
    freeaddrinfo(res);
    return fd;
}

/* Reads n bytes; fewer only when the stream ends. */
static size_t fill(int fd, unsigned char *to, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t r = recv(fd, to + have, n - have, 0);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            die("the server is gone", strerror(errno));
        if (r == 0)
            break;
        have += (size_t)r;
    }
    return have;
}

/* The JSON reader: `at` moves over what was read, every function says 1 for good and 0 for bad. */
static const unsigned char *at, *end;

static void blanks(void)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
}

static int hex4(unsigned *code)
{
    for (int i = 0; i < 4; i++, at++) {
        if (at == end || !*at || !strchr("0123456789abcdefABCDEF", *at))
            return 0;
        *code = *code * 16 + (unsigned)(*at <= '9' ? *at - '0' : (*at | 32) - 'a' + 10);
    }
    return 1;
}

/* One character of UTF-8, well formed: no overlong forms, no surrogates, nothing above U+10FFFF. */
static int utf8(void)
{
    unsigned char c = *at++;
    int more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
    if (more < 0 || end - at < more)
        return 0;
    if ((c == 0xe0 && *at < 0xa0) || (c == 0xed && *at > 0x9f) || (c == 0xf0 && *at < 0x90) || (c == 0xf4 && *at > 0x8f))
        return 0;
    for (; more > 0; more--)
        if ((*at++ & 0xc0) != 0x80)
            return 0;
    return 1;
}

/* A string; *is_name says whether it spells data_size (escapes count as what they mean). */
static int string(int *is_name)
{
    static const char name[] = "data_size";
    size_t k = 0;
    int same = 1;
    if (at == end || *at++ != '"')
        return 0;
    while (at < end && *at != '"') {
        unsigned code = *at;
        if (code < 0x20)
            return 0;
        if (code == '\\') {
            const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t", *hit;
            if (++at == end || !*at)
                return 0;
            if (*at == 'u') {
                at++;
                code = 0;
                if (!hex4(&code))
                    return 0;
            } else if ((hit = strchr(from, *at)) != NULL) {
                code = (unsigned char)to[hit - from];
                at++;
            } else {
                return 0;
            }
        } else if (!utf8()) {
            return 0;
        }
        same = same && k < sizeof name - 1 && code == (unsigned char)name[k];
        k++;
    }
    *is_name = same && k == sizeof name - 1;
    return at < end && *at++ == '"';
}

static int digits(void)
{
    const unsigned char *from = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > from;
}

/* A number; *size is its value when it is written in digits alone, else -1. Past the limit is past the limit. */
static int number(long long *size)
{
    const unsigned char *from = at;
    int plain = *at != '-';
    at += !plain;
    const unsigned char *first = at;
    if (!digits() || (*first == '0' && at - first > 1))
        return 0;
    *size = 0;
    for (const unsigned char *d = from; plain && d < at; d++)
        *size = *size > (long long)MAX_BODY ? *size : *size * 10 + (*d - '0');
    if (at < end && *at == '.') {
        plain = 0;
        at++;
        if (!digits())
            return 0;
    }
    if (at < end && (*at | 32) == 'e') {
        plain = 0;
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        if (!digits())
            return 0;
    }
    *size = plain ? *size : -1;
    return 1;
}

static int word(const char *w)
{
    size_t n = strlen(w);
    if ((size_t)(end - at) < n || memcmp(at, w, n) != 0)
        return 0;
    at += n;
    return 1;
}

/* Any value. *size: a plain number, else -1. At depth 0 *found is the value of the last data_size. */
static int value(int depth, long long *size, long long *found)
{
    int name = 0;
    long long inner;
    *size = -1;
    blanks();
    if (at == end || depth > DEEPEST)
        return 0;
    if (*at == '"')
        return string(&name);
    if (*at == '-' || (*at >= '0' && *at <= '9'))
        return number(size);
    if (*at != '{' && *at != '[')
        return word("true") || word("false") || word("null");
    int object = *at == '{', close = object ? '}' : ']';
    at++;
    blanks();
    if (at < end && *at == close) {
        at++;
        return 1;
    }
    for (;;) {
        blanks();
        if (object) {
            if (!string(&name))
                return 0;
            blanks();
            if (at == end || *at++ != ':')
                return 0;
        }
        if (!value(depth + 1, &inner, found))
            return 0;
        if (depth == 0 && object && name)
            *found = inner;
        blanks();
        if (at == end || (*at != ',' && *at != close))
            return 0;
        if (*at++ == close)
            return 1;
    }
}

static size_t data_size(const unsigned char *header, size_t len)
{
    long long ignored, found = -1;
    at = header;
    end = header + len;
    if (!value(0, &ignored, &found))
        die("the header is no JSON", "");
    blanks();
    if (at != end)
        die("the header is no JSON", "something follows it");
    if (found < 0)
        die("the header has no data_size that could be one", "");
    if ((unsigned long long)found > MAX_BODY)
        die("the body is too big", "");
    return (size_t)found;
}

int main(int argc, char **argv)
{
    static unsigned char header[MAX_HEADER];
    unsigned char b[4];
    size_t got;
    int spare;

    signal(SIGPIPE, SIG_IGN);
    do /* no socket may become descriptor 0, 1 or 2 */
        spare = open("/dev/null", O_RDWR);
    while (spare >= 0 && spare <= 2);
    close(spare);
    int fd = dial(argc > 1 ? argv[1] : "127.0.0.1:8888");
    for (unsigned long count = 1; (got = fill(fd, b, 4)) != 0; count++) {
        if (got < 4)
            die("the server ended inside a length", "");
        uint32_t len = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        if (len > MAX_HEADER)
            die("the header is too big", "");
        if (fill(fd, header, len) < len)
            die("the server ended inside a header", "");
        size_t size = data_size(header, len);
        unsigned char *body = malloc(size + 1);
        if (!body)
            die("no memory", "");
        if (fill(fd, body, size) < size)
            die("the server ended inside a body", "");
        printf("message %lu: ", count);
        fwrite(body, 1, size, stdout);
        putchar('\n');
        free(body);
        if (fflush(stdout) != 0)
            die("standard output", strerror(errno));
    }
    close(fd);
    return 0;
}
