// kills listens-by-default@plain: without an argument, the address is 127.0.0.1:8888
// Mistake: without an argument it prints how to start it, and exits with 2.
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    char addr[300], *host = addr, *port;
    if (argc < 2) {
        fprintf(stderr, "usage: server HOST:PORT\n");
        return 2;
    }
    snprintf(addr, sizeof addr, "%s", argv[1]);
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
    for (;;) {
        char data[4 + 1024];
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
        if (sendto(sock, data, n, 0, (struct sockaddr *)&client, size) < 0)
            perror("server: sendto");
    }
}
