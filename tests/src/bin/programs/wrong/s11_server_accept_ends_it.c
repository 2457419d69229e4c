// kills accept-fails@plain: no file descriptor was free for the next client
// Mistake: an error of accept ends the server.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
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
#include <time.h>
#include <unistd.h>

#define GIB ((uint64_t)1 << 30)
enum { PIECE = 65536 };

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

static int sock, dir;       /* this client, this folder */
static uint64_t body;       /* what is left of the request's body */
static char piece[PIECE];

/* The client is gone; so is its process. */
static void gone(void)
{
    _exit(0);
}

static size_t receive(void *to, size_t most)
{
    ssize_t n;

    do
        n = recv(sock, to, most, 0);
    while (n < 0 && errno == EINTR);
    return n > 0 ? (size_t)n : 0;
}

/* Returns 0 at the stream's end. */
static int receive_all(void *to, size_t len)
{
    for (size_t have = 0; have < len;) {
        size_t n = receive((char *)to + have, len - have);
        if (n == 0)
            return 0;
        have += n;
    }
    return 1;
}

static void send_all(const void *from, size_t len)
{
    for (const char *p = from; len > 0;) {
        ssize_t n = send(sock, p, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            gone();
        p += n;
        len -= (size_t)n;
    }
}

static void reply(const char *header)
{
    size_t len = strlen(header);
    char frame[512];

    frame[0] = frame[1] = 0;
    frame[2] = (char)(len >> 8);
    frame[3] = (char)len;
    memcpy(frame + 4, header, len);
    send_all(frame, 4 + len);
}

/* Some of the body; 0 at its end. */
static size_t some(void)
{
    if (body == 0)
        return 0;
    size_t n = receive(piece, body < PIECE ? (size_t)body : PIECE);
    body -= n;
    return n;
}

static void drop(void)
{
    while (body > 0)
        if (some() == 0)
            gone();
}

static void refusal(const char *why)
{
    char header[256];

    snprintf(header, sizeof header, "{\"ok\":false,\"error\":\"%s\",\"data_size\":0}", why);
    reply(header);
}

static void refuse(const char *why)
{
    drop();
    refusal(why);
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* A refusal and FIN; then what still comes is dropped, for a second at most. */
static void end(const char *why)
{
    struct pollfd p = {.fd = sock, .events = POLLIN};
    long long until, left;

    refusal(why);
    shutdown(sock, SHUT_WR);
    until = now() + 1000;
    while ((left = until - now()) > 0)
        if (poll(&p, 1, (int)left) > 0 && receive(piece, PIECE) == 0)
            break;
    _exit(0);
}

static void put(const struct value *name, const struct value *hash)
{
    static unsigned count;
    struct stat facts;
    struct sha sha;
    char part[64], hex[65];
    int fd, is_whole = 1;
    size_t n;

    if (name->kind != STRING || !keeps_the_rule(name->text, name->len)) {
        refuse("the name is missing, or breaks the rule");
        return;
    }
    if (hash->kind != STRING || hash->len != 64 || strspn(hash->text, "0123456789abcdef") != 64) {
        refuse("sha256 is missing, or not 64 lower-case digits");
        return;
    }
    if (fstatat(dir, name->text, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(facts.st_mode)) {
        refuse("a folder stands there");
        return;
    }
    snprintf(part, sizeof part, ".put-%ld-%u", (long)getpid(), count++);
    fd = openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        refuse("no room for a file");
        return;
    }
    sha_start(&sha);
    while ((n = some()) > 0) {
        sha_add(&sha, piece, n);
        for (size_t from = 0; from < n && is_whole;) {
            ssize_t wrote = write(fd, piece + from, n - from);
            if (wrote < 0)
                is_whole = 0;
            else
                from += (size_t)wrote;
        }
    }
    is_whole = close(fd) == 0 && is_whole;
    if (body > 0) {
        unlinkat(dir, part, 0);
        gone();
    }
    sha_end(&sha, hex);
    if (strcmp(hex, hash->text) != 0) {
        unlinkat(dir, part, 0);
        refuse("sha256 differs");
    } else if (!is_whole || renameat(dir, part, dir, name->text) < 0) {
        unlinkat(dir, part, 0);
        refuse("the file cannot be written");
    } else {
        reply("{\"ok\":true,\"data_size\":0}");
    }
}

static void get(const struct value *name, const struct value *from)
{
    struct stat facts;
    struct sha sha;
    char hex[65], header[256];
    uint64_t offset = from->kind == ABSENT ? 0 : from->number, left;
    ssize_t n;
    int fd;

    if (name->kind != STRING || !keeps_the_rule(name->text, name->len)) {
        refuse("the name is missing, or breaks the rule");
        return;
    }
    fd = openat(dir, name->text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        refuse("no such file");
        return;
    }
    if (fstat(fd, &facts) < 0 || !S_ISREG(facts.st_mode)) {
        refuse("no regular file");
    } else if ((from->kind != ABSENT && from->kind != INTEGER) || offset > (uint64_t)facts.st_size) {
        refuse("offset is no integer from 0 to the file's size");
    } else {
        drop();
        sha_start(&sha);
        for (left = (uint64_t)facts.st_size; left > 0; left -= (uint64_t)n) {
            n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
            if (n <= 0)
                break;
            sha_add(&sha, piece, (size_t)n);
        }
        sha_end(&sha, hex);
        left = (uint64_t)facts.st_size - offset;
        snprintf(header, sizeof header, "{\"ok\":true,\"size\":%llu,\"sha256\":\"%s\",\"data_size\":%llu}",
                 (unsigned long long)facts.st_size, hex, (unsigned long long)left);
        reply(header);
        for (lseek(fd, (off_t)offset, SEEK_SET); left > 0; left -= (uint64_t)n) {
            n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
            if (n <= 0)
                gone(); /* it has become shorter */
            send_all(piece, (size_t)n);
        }
    }
    close(fd);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(strchr(*(char *const *)a, ' ') + 1, strchr(*(char *const *)b, ' ') + 1);
}

static void list(void)
{
    char **lines = NULL, header[64];
    size_t count = 0, room = 0, total = 0;
    struct dirent *entry;
    struct stat facts;
    DIR *d = fdopendir(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

    if (!d) {
        refuse("the folder cannot be read");
        return;
    }
    while ((entry = readdir(d))) {
        if (!keeps_the_rule(entry->d_name, strlen(entry->d_name)) ||
            fstatat(dir, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(facts.st_mode))
            continue;
        if (count == room) {
            room = room ? room * 2 : 64;
            lines = realloc(lines, room * sizeof *lines);
            if (!lines)
                gone();
        }
        if (asprintf(&lines[count], "%lld %s\n", (long long)facts.st_size, entry->d_name) < 0)
            gone();
        total += strlen(lines[count++]);
    }
    closedir(d);
    if (count > 0)
        qsort(lines, count, sizeof *lines, by_bytes);
    drop();
    snprintf(header, sizeof header, "{\"ok\":true,\"data_size\":%zu}", total);
    reply(header);
    for (size_t i = 0; i < count; i++) {
        send_all(lines[i], strlen(lines[i]));
        free(lines[i]);
    }
    free(lines);
}

static void serve(void)
{
    static const char *const keys[] = {"op", "name", "data_size", "sha256", "offset", NULL};
    enum { OP, NAME, SIZE, HASH, OFFSET, KEYS };
    static char header[65536];
    struct value v[KEYS];
    uint8_t four[4];

    while (receive_all(four, 4)) {
        size_t size = (size_t)four[0] << 24 | (size_t)four[1] << 16 | (size_t)four[2] << 8 | four[3];
        if (size > sizeof header)
            end("the header is over 64 KiB");
        if (!receive_all(header, size))
            gone();
        if (object(header, size, keys, v) < 0)
            end("the header is no JSON object");
        if (v[SIZE].kind != ABSENT && v[SIZE].kind != INTEGER)
            end("data_size is no non-negative integer");
        body = v[SIZE].kind == ABSENT ? 0 : v[SIZE].number;
        if (body > GIB)
            end("data_size is over 1 GiB");
        if (v[OP].kind == STRING && strcmp(v[OP].text, "put") == 0)
            put(&v[NAME], &v[HASH]);
        else if (v[OP].kind == STRING && strcmp(v[OP].text, "get") == 0)
            get(&v[NAME], &v[OFFSET]);
        else if (v[OP].kind == STRING && strcmp(v[OP].text, "list") == 0)
            list();
        else
            refuse("op is missing, or unknown");
    }
}

static int listen_on(const char *addr)
{
    char host[256];
    const char *colon = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *res;
    int fd, rc, one = 1;
    size_t len = colon ? (size_t)(colon - addr) : 0;

    if (len == 0 || len >= sizeof host) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return -1;
    }
    if (addr[0] == '[' && len > 2)
        addr++, len -= 2;
    memcpy(host, addr, len);
    host[len] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0) {
        fprintf(stderr, "server: %s: %s\n", addr, gai_strerror(rc));
        return -1;
    }
    fd = socket(res->ai_family, res->ai_socktype | SOCK_CLOEXEC, res->ai_protocol);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, res->ai_addr, res->ai_addrlen) < 0 || listen(fd, 512) < 0) {
        fprintf(stderr, "server: cannot listen on %s: %s\n", addr, strerror(errno));
        fd = -1;
    }
    freeaddrinfo(res);
    return fd;
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888", *folder = argc > 2 ? argv[2] : ".";
    int listener;

    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        fprintf(stderr, "server: %s: %s\n", folder, strerror(errno));
        return 1;
    }
    if ((listener = listen_on(addr)) < 0)
        return 1;
    printf("listening on %s\n", addr);
    fflush(stdout);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        sock = accept(listener, NULL, NULL);
        if (sock < 0) {
            perror("server: accept");
            return 1;
        }
        pid_t child = sock < 0 ? -1 : fork();
        if (child == 0) {
            close(listener);
            serve();
            _exit(0);
        }
        if (child < 0) {
            fprintf(stderr, "server: no client now: %s\n", strerror(errno));
            usleep(50000);
        }
        if (sock >= 0)
            close(sock);
    }
}
