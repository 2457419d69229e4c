// right: recvmsg into two pieces (number, text), poll with a tick of 700 ms in which it only says that it lives
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void one(int sock)
{
    uint32_t number;
    unsigned char text[1024];
    struct sockaddr_storage client;
    struct iovec pieces[2] = {{&number, sizeof number}, {text, sizeof text}};
    struct msghdr message = {
        .msg_name = &client, .msg_namelen = sizeof client, .msg_iov = pieces, .msg_iovlen = 2};
    ssize_t n = recvmsg(sock, &message, MSG_DONTWAIT);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR)
            fprintf(stderr, "server: recvmsg: %s\n", strerror(errno));
        return;
    }
    if (n < (ssize_t)sizeof number || message.msg_flags & MSG_TRUNC)
        return;
    pieces[1].iov_len = n - sizeof number;
    for (size_t i = 0; i < pieces[1].iov_len; i++)
        if ((unsigned)text[i] - 97 < 26)
            text[i] ^= 0x20;
    printf("request %u\n", (unsigned)ntohl(number));
    fflush(stdout);
    message.msg_flags = 0;
    while (sendmsg(sock, &message, 0) < 0)
        if (errno != EINTR) {
            fprintf(stderr, "server: sendmsg: %s\n", strerror(errno));
            break;
        }
}

int main(int argc, char **argv)
{
    char host[256], port[16];
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    if (sscanf(addr, "[%255[^]]]:%15s", host, port) != 2 && sscanf(addr, "%255[^:]:%15s", host, port) != 2) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return 1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE}, *found;
    if (getaddrinfo(host, port, &hints, &found)) {
        fprintf(stderr, "server: %s is unknown\n", host);
        return 1;
    }
    int sock = socket(found->ai_family, SOCK_DGRAM, 0);
    if (bind(sock, found->ai_addr, found->ai_addrlen)) {
        fprintf(stderr, "server: %s: %s\n", addr, strerror(errno));
        return 1;
    }
    for (;;) {
        struct pollfd ready = {.fd = sock, .events = POLLIN};
        if (poll(&ready, 1, 700) == 0)
            fprintf(stderr, "server: still here\n");
        else
            one(sock);
    }
}
