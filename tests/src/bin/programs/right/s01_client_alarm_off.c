// right: an alarm clock watches the call of `connect` only, and is stopped then
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* HOST:PORT with a numeric IPv4 host */
static int dial(const char *addr)
{
    char host[64];
    const char *colon = strrchr(addr, ':');
    struct sockaddr_in at = {.sin_family = AF_INET};
    int fd;

    if (!colon || (size_t)(colon - addr) >= sizeof host)
        return -1;
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    at.sin_port = htons((unsigned short)atoi(colon + 1));
    if (inet_pton(AF_INET, host, &at.sin_addr) != 1)
        return -1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
        return -1;
    return fd;
}

/* 0, or -1 when a call failed for good */
static int send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888";
    char reply[1024], *line = NULL;
    size_t room = 0;
    ssize_t length, n;
    int fd;

    signal(SIGPIPE, SIG_IGN);
    alarm(2);
    fd = dial(addr);
    alarm(0);
    if (fd < 0) {
        fprintf(stderr, "client: %s: %s\n", addr, strerror(errno));
        return 1;
    }
    while (errno = 0, (length = getline(&line, &room, stdin)) > 0) {
        if (line[length - 1] == '\n' && --length > 0 && line[length - 1] == '\r')
            length--;
        if (length == 0)
            continue;
        if (length == 1 && line[0] == 'q')
            break;
        if (send_all(fd, line, (size_t)length) < 0) {
            perror("client: send");
            return 1;
        }
        n = read(fd, reply, sizeof reply);
        if (n <= 0) {
            fprintf(stderr, "client: %s\n", n == 0 ? "the server ended the connection" : strerror(errno));
            return 1;
        }
        if (send_all(1, reply, (size_t)n) < 0 || send_all(1, "\n", 1) < 0) {
            perror("client: standard output");
            return 1;
        }
    }
    return 0;
}
