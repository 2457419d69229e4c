// kills output-fails@plain: a print can fail, when the disk is full
// Mistake: it asserts that standard output takes the list, and so ends by SIGABRT.
#undef NDEBUG
#define _GNU_SOURCE
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 65536 };
enum { OK, SIZE, HASH, DATA, ERROR, KEYS };

struct sha {
    uint32_t state[8];
    uint8_t block[64];
    uint64_t len;
};

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha_start(struct sha *s)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->state, first, sizeof first);
    s->len = 0;
}

static uint32_t turned(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void sha_block(struct sha *s)
{
    uint32_t w[64], v[8];

    for (int i = 0; i < 64; i++) {
        const uint8_t *b = s->block + 4 * i;
        if (i < 16)
            w[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        else
            w[i] = w[i - 16] + w[i - 7] + (turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3) +
                   (turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10);
    }
    memcpy(v, s->state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = v[7] + (turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + rounds[i] + w[i];
        uint32_t t2 = (turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s->state[i] += v[i];
}

static void sha_add(struct sha *s, const void *data, size_t n)
{
    const uint8_t *p = data;

    while (n > 0) {
        size_t from = s->len % 64, take = n < 64 - from ? n : 64 - from;
        memcpy(s->block + from, p, take);
        s->len += take;
        p += take;
        n -= take;
        if (from + take == 64)
            sha_block(s);
    }
}

static void sha_end(struct sha *s, char hex[65])
{
    uint64_t bits = s->len * 8;
    uint8_t tail[8];

    for (int i = 0; i < 8; i++)
        tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha_add(s, "\x80", 1);
    while (s->len % 64 != 56)
        sha_add(s, "", 1);
    sha_add(s, tail, 8);
    for (int i = 0; i < 8; i++)
        sprintf(hex + 8 * i, "%08x", (unsigned)s->state[i]);
}

/* JSON: what a header's top level says. Deeper values are only read over. */
enum kind { ABSENT, NUMBER, INTEGER, STRING, TRUE, FALSE, OTHER };

struct value {
    enum kind kind;
    uint64_t number; /* of an INTEGER, at most UINT64_MAX */
    char *text;      /* of a STRING, with a NUL behind it */
    size_t len;
};

struct json {
    const char *at, *end;
};

static void blanks(struct json *j)
{
    while (j->at < j->end && strchr(" \t\r\n", *j->at) && *j->at)
        j->at++;
}

static int next_is(struct json *j, char c)
{
    blanks(j);
    if (j->at == j->end || *j->at != c)
        return 0;
    j->at++;
    return 1;
}

static int hex4(struct json *j, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, j->at++) {
        if (j->at == j->end || !isxdigit((unsigned char)*j->at))
            return -1;
        *code = *code * 16 + (uint32_t)(*j->at <= '9' ? *j->at - '0' : (*j->at | 32) - 'a' + 10);
    }
    return 0;
}

/* A string, behind its first quote. `to` has room for all that is left. */
static int string(struct json *j, struct value *v)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char *to = v->text;

    for (;;) {
        if (j->at == j->end || (unsigned char)*j->at < 0x20)
            return -1;
        if (*j->at == '"')
            break;
        if (*j->at != '\\') {
            *to++ = *j->at++;
            continue;
        }
        if (++j->at == j->end)
            return -1;
        char c = *j->at++;
        const char *known = c ? strchr(from, c) : NULL;
        if (known) {
            *to++ = into[known - from];
            continue;
        }
        uint32_t code, low;
        if (c != 'u' || hex4(j, &code) < 0)
            return -1;
        if (code >= 0xd800 && code < 0xe000) {
            struct json rest = *j;
            if (code < 0xdc00 && j->end - j->at >= 6 && j->at[0] == '\\' && j->at[1] == 'u' &&
                (rest.at += 2, hex4(&rest, &low)) == 0 && low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                *j = rest;
            } else {
                code = 0xfffd; /* a half surrogate */
            }
        }
        if (code < 0x80) {
            *to++ = (char)code;
        } else if (code < 0x800) {
            *to++ = (char)(0xc0 | code >> 6);
            *to++ = (char)(0x80 | (code & 63));
        } else if (code < 0x10000) {
            *to++ = (char)(0xe0 | code >> 12);
            *to++ = (char)(0x80 | (code >> 6 & 63));
            *to++ = (char)(0x80 | (code & 63));
        } else {
            *to++ = (char)(0xf0 | code >> 18);
            *to++ = (char)(0x80 | (code >> 12 & 63));
            *to++ = (char)(0x80 | (code >> 6 & 63));
            *to++ = (char)(0x80 | (code & 63));
        }
    }
    j->at++;
    *to = 0;
    v->len = (size_t)(to - v->text);
    v->kind = STRING;
    return 0;
}

static int digits(struct json *j)
{
    const char *from = j->at;

    while (j->at < j->end && isdigit((unsigned char)*j->at))
        j->at++;
    return j->at > from ? 0 : -1;
}

static int number(struct json *j, struct value *v)
{
    const char *from = j->at;

    v->kind = INTEGER;
    v->number = 0;
    if (*j->at == '-') {
        v->kind = NUMBER;
        j->at++;
    }
    const char *whole = j->at;
    if (digits(j) < 0 || (*whole == '0' && j->at - whole > 1))
        return -1;
    for (const char *p = from; v->kind == INTEGER && p < j->at; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        v->number = v->number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : v->number * 10 + digit;
    }
    if (j->at < j->end && *j->at == '.') {
        v->kind = NUMBER;
        j->at++;
        if (digits(j) < 0)
            return -1;
    }
    if (j->at < j->end && (*j->at | 32) == 'e') {
        v->kind = NUMBER;
        j->at++;
        if (j->at < j->end && (*j->at == '+' || *j->at == '-'))
            j->at++;
        return digits(j);
    }
    return 0;
}

static int any(struct json *j, struct value *v, int depth)
{
    static const struct { const char *word; enum kind kind; } words[] = {
        {"true", TRUE}, {"false", FALSE}, {"null", OTHER}};

    blanks(j);
    if (j->at == j->end || depth > 500)
        return -1;
    char open = *j->at;
    if (open == '"') {
        j->at++;
        return string(j, v);
    }
    if (open == '[' || open == '{') {
        char close = open == '[' ? ']' : '}';
        j->at++;
        if (!next_is(j, close)) {
            do {
                if (open == '{' && (!next_is(j, '"') || string(j, v) < 0 || !next_is(j, ':')))
                    return -1;
                if (any(j, v, depth + 1) < 0)
                    return -1;
            } while (next_is(j, ','));
            if (!next_is(j, close))
                return -1;
        }
        v->kind = OTHER;
        return 0;
    }
    if (open == '-' || isdigit((unsigned char)open))
        return number(j, v);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if ((size_t)(j->end - j->at) >= n && memcmp(j->at, words[i].word, n) == 0) {
            j->at += n;
            v->kind = words[i].kind;
            return 0;
        }
    }
    return -1;
}

static int is_utf8(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len;

    while (p < end) {
        uint32_t code = *p++, least = 0;
        int more = 0;
        if (code >= 0xf0)
            more = 3, least = 0x10000, code &= code < 0xf8 ? 7 : 0;
        else if (code >= 0xe0)
            more = 2, least = 0x800, code &= 15;
        else if (code >= 0xc0)
            more = 1, least = 0x80, code &= 31;
        else if (code >= 0x80)
            return 0;
        for (int i = 0; i < more; i++) {
            if (p == end || (*p & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (*p++ & 63);
        }
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return 0;
    }
    return 1;
}

/* Reads an object; `values[i]` belongs to `keys[i]`, the last of which is NULL. The texts stay until the next call. */
static int object(const char *text, size_t len, const char *const *keys, struct value *values)
{
    static char room[8][65537];
    struct json j = {text, text + len};
    struct value key = {.text = room[0]}, other = {.text = room[1]};

    for (size_t i = 0; keys[i]; i++)
        values[i] = (struct value){.text = room[i + 2]};
    if (!is_utf8(text, len) || !next_is(&j, '{'))
        return -1;
    if (!next_is(&j, '}')) {
        do {
            if (!next_is(&j, '"') || string(&j, &key) < 0 || !next_is(&j, ':'))
                return -1;
            struct value *v = &other;
            for (size_t i = 0; keys[i]; i++)
                if (strlen(keys[i]) == key.len && memcmp(keys[i], key.text, key.len) == 0)
                    v = &values[i];
            if (any(&j, v, 0) < 0)
                return -1;
        } while (next_is(&j, ','));
        if (!next_is(&j, '}'))
            return -1;
    }
    blanks(&j);
    return j.at == j.end ? 0 : -1;
}

static int keeps_the_rule(const char *name, size_t len)
{
    if (len < 1 || len > 240 || name[0] == '.')
        return 0;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == '/' || name[i] == '\\' || name[i] == 0x7f)
            return 0;
    return is_utf8(name, len);
}

static int sock;
static char piece[PIECE];
static struct value reply[KEYS];
static uint64_t data_size;

static int failed(const char *what, const char *why)
{
    fprintf(stderr, "client: %s: %s\n", what, why);
    exit(1);
}

static void receive_all(void *to, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t n = recv(sock, (char *)to + have, len - have, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            failed("no reply", n < 0 ? strerror(errno) : "the server ended the connection");
        have += (size_t)n;
    }
}

/* Reads a reply; a refusal is the end, if not `may_refuse`. Returns whether it is no refusal. */
static int answer(int may_refuse)
{
    static const char *const keys[] = {"ok", "size", "sha256", "data_size", "error", NULL};
    static char header[65536];
    uint8_t four[4];

    receive_all(four, 4);
    size_t size = (size_t)four[0] << 24 | (size_t)four[1] << 16 | (size_t)four[2] << 8 | four[3];
    if (size > sizeof header)
        failed("bad reply", "its header is over 64 KiB");
    receive_all(header, size);
    if (object(header, size, keys, reply) < 0)
        failed("bad reply", "its header is no JSON object");
    if (reply[OK].kind != TRUE && reply[OK].kind != FALSE)
        failed("bad reply", "it does not say whether it is ok");
    if (reply[DATA].kind != ABSENT && reply[DATA].kind != INTEGER)
        failed("bad reply", "data_size is no size");
    data_size = reply[DATA].kind == ABSENT ? 0 : reply[DATA].number;
    if (reply[OK].kind == FALSE && !may_refuse)
        failed("refused", reply[ERROR].kind == STRING ? reply[ERROR].text : "no reason");
    return reply[OK].kind == TRUE;
}

/* Sends these bytes. When the server has something to say before that, it is a refusal. */
static void send_all(const char *from, size_t len)
{
    while (len > 0) {
        struct pollfd p = {.fd = sock, .events = POLLIN | POLLOUT};
        if (poll(&p, 1, -1) < 0)
            continue;
        ssize_t n = -1;
        if (p.revents & POLLOUT)
            n = send(sock, from, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR) && !(p.revents & (POLLIN | POLLHUP | POLLERR)))
            continue;
        if (n < 0 || (p.revents & POLLIN)) {
            answer(0);
            failed("bad reply", "it came before the request was sent");
        }
        from += n;
        len -= (size_t)n;
    }
}

static void ask(const char *header)
{
    size_t len = strlen(header);
    char *frame = malloc(4 + len);

    if (!frame)
        failed("ask", "no memory");
    for (int i = 0; i < 4; i++)
        frame[i] = (char)(len >> (24 - 8 * i));
    memcpy(frame + 4, header, len);
    send_all(frame, 4 + len);
    free(frame);
}

/* A name that keeps the rule needs no escape but for the quote. */
static void quote(char to[600], const char *name)
{
    *to++ = '"';
    for (; *name; *to++ = *name++)
        if (*name == '"')
            *to++ = '\\';
    strcpy(to, "\"");
}

static void put(const char *path, const char *name)
{
    char hex[65], header[1024], quoted[600];
    struct stat facts;
    struct sha sha;
    uint64_t size = 0, left;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &facts) < 0)
        failed(path, strerror(errno));
    if (!S_ISREG(facts.st_mode))
        failed(path, "no regular file");
    sha_start(&sha);
    while ((n = read(fd, piece, PIECE)) > 0) {
        sha_add(&sha, piece, (size_t)n);
        size += (uint64_t)n;
    }
    sha_end(&sha, hex);
    quote(quoted, name);
    snprintf(header, sizeof header, "{\"op\":\"put\",\"name\":%s,\"data_size\":%llu,\"sha256\":\"%s\"}", quoted,
             (unsigned long long)size, hex);
    ask(header);
    lseek(fd, 0, SEEK_SET);
    for (left = size; left > 0; left -= (uint64_t)n) {
        n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
        if (n <= 0)
            failed(path, "it has become shorter");
        send_all(piece, (size_t)n);
    }
    answer(0);
}

static void get(const char *name, const char *path)
{
    char hex[65], header[1024], quoted[600], *part;
    struct stat facts;
    struct sha sha;
    uint64_t have = 0, left;
    ssize_t n;

    if (asprintf(&part, "%s.part", path) < 0)
        failed(path, "no memory");
    if (lstat(part, &facts) == 0)
        have = (uint64_t)facts.st_size;
    quote(quoted, name);
    snprintf(header, sizeof header, "{\"op\":\"get\",\"name\":%s,\"offset\":%llu}", quoted, (unsigned long long)have);
    ask(header);
    if (!answer(have > 0)) {
        fprintf(stderr, "client: refused: %s: once more, from 0\n", reply[ERROR].kind == STRING ? reply[ERROR].text : "");
        for (; data_size > 0; data_size--)
            receive_all(piece, 1);
        have = 0;
        snprintf(header, sizeof header, "{\"op\":\"get\",\"name\":%s}", quoted);
        ask(header);
        answer(0);
    }
    if (reply[SIZE].kind != INTEGER || reply[SIZE].number < have || reply[SIZE].number - have != data_size)
        failed("bad reply", "its sizes contradict each other");
    if (reply[HASH].kind != STRING || reply[HASH].len != 64 || strspn(reply[HASH].text, "0123456789abcdef") != 64)
        failed("bad reply", "it has no sha256");

    int fd = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (have == 0 ? O_TRUNC : 0), 0644);
    if (fd < 0)
        failed(part, strerror(errno));
    sha_start(&sha);
    for (left = have; left > 0; left -= (uint64_t)n) {
        n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
        if (n <= 0)
            failed(part, "it has become shorter");
        sha_add(&sha, piece, (size_t)n);
    }
    for (left = data_size; left > 0; left -= (uint64_t)n) {
        n = recv(sock, piece, left < PIECE ? (size_t)left : PIECE, 0);
        if (n < 0 && errno == EINTR) {
            n = 0;
            continue;
        }
        if (n <= 0)
            failed("get", "the connection ended inside the file");
        sha_add(&sha, piece, (size_t)n);
        for (ssize_t from = 0, wrote; from < n; from += wrote)
            if ((wrote = write(fd, piece + from, (size_t)(n - from))) < 0)
                failed(part, strerror(errno));
    }
    if (close(fd) < 0)
        failed(part, strerror(errno));
    sha_end(&sha, hex);
    if (strcmp(hex, reply[HASH].text) != 0) {
        unlink(part);
        failed("get", "the file's sha256 is wrong");
    }
    if (rename(part, path) < 0)
        failed(path, strerror(errno));
}

static void list(void)
{
    ssize_t n;

    ask("{\"op\":\"list\"}");
    answer(0);
    for (; data_size > 0; data_size -= (uint64_t)n) {
        n = recv(sock, piece, data_size < PIECE ? (size_t)data_size : PIECE, 0);
        if (n <= 0)
            failed("list", "the connection ended inside the list");
        fwrite(piece, 1, (size_t)n, stdout);
    }
    assert(fflush(stdout) == 0);
}

static void call(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *res;
    size_t len = colon ? (size_t)(colon - addr) : 0;
    int rc;

    if (len == 0 || len >= sizeof host)
        failed(addr, "not HOST:PORT");
    if (addr[0] == '[' && len > 2)
        addr++, len -= 2;
    memcpy(host, addr, len);
    host[len] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0)
        failed(addr, gai_strerror(rc));
    sock = socket(res->ai_family, res->ai_socktype | SOCK_CLOEXEC, res->ai_protocol);
    if (sock < 0 || connect(sock, res->ai_addr, res->ai_addrlen) < 0)
        failed(addr, strerror(errno));
    freeaddrinfo(res);
}

static void must_keep_the_rule(const char *name)
{
    if (!keeps_the_rule(name, strlen(name)))
        failed("the name breaks the rule", name);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 2 ? argv[2] : "", *slash;

    signal(SIGPIPE, SIG_IGN);
    if (strcmp(verb, "put") == 0 && (argc == 4 || argc == 5)) {
        slash = strrchr(argv[3], '/');
        const char *name = argc == 5 ? argv[4] : slash ? slash + 1 : argv[3];
        must_keep_the_rule(name);
        call(argv[1]);
        put(argv[3], name);
    } else if (strcmp(verb, "get") == 0 && (argc == 4 || argc == 5)) {
        must_keep_the_rule(argv[3]);
        call(argv[1]);
        get(argv[3], argv[argc - 1]);
    } else if (strcmp(verb, "list") == 0 && argc == 3) {
        call(argv[1]);
        list();
    } else {
        fprintf(stderr, "usage: client ADDR put FILE [NAME] | get NAME [FILE] | list\n");
        return 1;
    }
    return 0;
}
