// kills other-keys@plain: the header is a JSON object: parse it as JSON
// Mistake: it searches the header for the text data_size and never reads the JSON.
// Breaks "the header, a JSON object with `data_size`; Readers refuse … bad JSON"; seen from outside: `{"note":"data_size:1","data_size":5}` is taken for 1.
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

static size_t data_size(const char *header)
{
    const char *at = strstr(header, "data_size");
    unsigned long long size = 0;
    if (!at)
        die("the header has no data_size", "");
    at += strlen("data_size");
    at += *at == '"';
    at += strspn(at, " \t\r\n");
    if (*at++ != ':')
        die("the header has no data_size that could be one", "");
    at += strspn(at, " \t\r\n");
    size_t digits = strspn(at, "0123456789");
    if (digits == 0 || (*at == '0' && digits > 1) || (at[digits] && strchr(".eE", at[digits])))
        die("the header has no data_size that could be one", "");
    for (; digits > 0 && size <= MAX_BODY; digits--)
        size = size * 10 + (unsigned)(*at++ - '0');
    if (size > MAX_BODY)
        die("the body is too big", "");
    return (size_t)size;
}

int main(int argc, char **argv)
{
    static unsigned char header[MAX_HEADER + 1];
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
        header[len] = 0;
        size_t size = data_size((const char *)header);
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
