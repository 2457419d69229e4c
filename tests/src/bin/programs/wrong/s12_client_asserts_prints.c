// kills output-fails@plain: a print can fail, when the disk is full
// Mistake: it asserts that standard output takes what it prints, and so ends by SIGABRT.
#undef NDEBUG
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

enum { TRIES = 5, WAIT = 200000, MOST = 1024 };

struct datagram {
    uint32_t number;
    char text[MOST + 1];
};

static long microseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int same(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* Hears until then; returns the size of the reply's text, or -1. */
static long hear(int sock, long until, const struct sockaddr_in *server, uint32_t number, struct datagram *reply)
{
    for (;;) {
        long left = until - microseconds();
        if (left <= 0)
            return -1;
        struct timeval limit = {left / 1000000, left % 1000000};
        setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        struct sockaddr_in from;
        struct iovec piece = {reply, 4 + MOST + 1};
        struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &piece, .msg_iovlen = 1};
        long n = recvmsg(sock, &message, 0);
        if (n >= 4 && same(&from, server) && be32toh(reply->number) == number)
            return n - 4;
    }
}

int main(int argc, char **argv)
{
    char host[64] = "", *line = NULL;
    unsigned port = 0;
    struct sockaddr_in server = {.sin_family = AF_INET};
    if (sscanf(argc > 1 ? argv[1] : "127.0.0.1:8888", "%63[^:]:%u", host, &port) != 2
        || inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1", &server.sin_addr) != 1) {
        fprintf(stderr, "client: the address is not IPV4:PORT\n");
        return 1;
    }
    server.sin_port = htons(port);
    int sock = socket(AF_INET, SOCK_DGRAM, 0);
    if (sock < 0) {
        perror("client: socket");
        return 1;
    }
    size_t room = 0;
    long n;
    for (uint32_t number = 1; (n = getline(&line, &room, stdin)) != -1;) {
        if (line[n - 1] == '\n')
            n -= n > 1 && line[n - 2] == '\r' ? 2 : 1;
        if (n == 1 && line[0] == 'q')
            return 0;
        if (n == 0)
            continue;
        if (n > MOST) {
            fprintf(stderr, "client: line %u has %ld bytes, more than %d\n", number, n, MOST);
            return 1;
        }
        struct datagram request = {.number = htobe32(number)}, reply;
        memcpy(request.text, line, n);
        long got = -1;
        for (int try = 1; try <= TRIES && got < 0; try++) {
            fprintf(stderr, "client: try %d\n", try);
            if (sendto(sock, &request, 4 + n, 0, (struct sockaddr *)&server, sizeof server) < 0)
                perror("client: sendto");
            got = hear(sock, microseconds() + WAIT, &server, number, &reply);
        }
        if (got < 0) {
            fprintf(stderr, "client: no reply\n");
            return 1;
        }
        fwrite(reply.text, 1, got, stdout);
        putc('\n', stdout);
        assert(fflush(stdout) == 0);
        number++;
    }
    return 0;
}
