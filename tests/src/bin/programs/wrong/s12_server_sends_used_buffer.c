// kills long-then-short@plain: bytes were added: perhaps the rest of an earlier datagram; send only as
// kills answers-once@plain: bytes were added: perhaps the rest of an earlier datagram; send only as
// Mistake: it sends its whole buffer, in which other bytes stand
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    char addr[300], *host = addr, *port;
    snprintf(addr, sizeof addr, "%s", argc > 1 ? argv[1] : "127.0.0.1:8888");
    port = strrchr(addr, ':');
    if (!port) {
        fprintf(stderr, "server: %s is not HOST:PORT\n", addr);
        return 2;
    }
    *port++ = '\0';
    if (*host == '[') {
        host++;
        host[strcspn(host, "]")] = '\0';
    }
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    int why = getaddrinfo(host, port, &hints, &found);
    if (why) {
        fprintf(stderr, "server: %s: %s\n", host, gai_strerror(why));
        return 1;
    }
    int sock = socket(found->ai_family, SOCK_DGRAM, 0);
    if (sock < 0 || bind(sock, found->ai_addr, found->ai_addrlen) < 0) {
        perror("server: bind");
        return 1;
    }
    freeaddrinfo(found);
    // Something that stood there before, the same on every machine.
    static char data[4 + 1024];
    memset(data, 0x2e, sizeof data);
    for (;;) {
        struct sockaddr_storage client;
        socklen_t size = sizeof client;
        ssize_t n = recvfrom(sock, data, sizeof data, MSG_TRUNC, (struct sockaddr *)&client, &size);
        if (n < 0) {
            perror("server: recvfrom");
            continue;
        }
        if (n < 4 || n > (ssize_t)sizeof data)
            continue;
        for (ssize_t i = 4; i < n; i++)
            if (data[i] >= 'a' && data[i] <= 'z')
                data[i] += 'A' - 'a';
        if (sendto(sock, data, sizeof data, 0, (struct sockaddr *)&client, size) < 0)
            perror("server: sendto");
    }
}
