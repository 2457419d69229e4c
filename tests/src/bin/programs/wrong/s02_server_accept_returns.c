// kills accept-fails@plain: no file descriptor was free for the next client
// Mistake: it takes an `accept` that fails for its own end: prints why, and exits with 1.
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char host[64] = "127.0.0.1", buffer[1024];
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888", *colon = strrchr(addr, ':');
    struct sockaddr_in at = {.sin_family = AF_INET};
    int one = 1, l = socket(AF_INET, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN);
    if (!colon || (size_t)(colon - addr) >= sizeof host)
        return 1;
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    at.sin_port = htons((unsigned short)atoi(colon + 1));
    inet_pton(AF_INET, host, &at.sin_addr);
    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(l, (struct sockaddr *)&at, sizeof at) < 0 || listen(l, 128) < 0) {
        perror("server: bind");
        return 1;
    }
    for (;;) {
        int c = accept(l, NULL, NULL);
        if (c < 0) {
            perror("server: accept");
            return 1;
        }
        for (ssize_t n; (n = read(c, buffer, sizeof buffer)) > 0;) {
            for (ssize_t i = 0; i < n; i++)
                buffer[i] = (char)(buffer[i] >= 'a' && buffer[i] <= 'z' ? buffer[i] - 32 : buffer[i]);
            for (ssize_t off = 0, w = 0; off < n && w >= 0; off += w)
                w = write(c, buffer + off, (size_t)(n - off));
        }
        close(c);
    }
}
