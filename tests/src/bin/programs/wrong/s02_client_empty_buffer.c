// kills sends-exact-lines@plain: the buffer has length 0 || did not go on after the reply
// Mistake: it computes the room that is left in its buffer wrongly, and asks `recv` for 0 bytes.
// Breaks "prints the reply"; seen from outside: it reports that the server has ended, with the reply unread.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct addrinfo *resolve(const char *address) {
    char host[256];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    if (colon == NULL || colon - address >= (long)sizeof host) {
        fprintf(stderr, "%s: not HOST:PORT\n", address);
        exit(1);
    }
    memcpy(host, address, colon - address);
    host[colon - address] = '\0';
    int error = getaddrinfo(host, colon + 1, &hints, &found);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", address, gai_strerror(error));
        exit(1);
    }
    return found;
}

static int send_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t n = send(fd, data, size, 0);
        if (n < 0)
            return -1;
        data += n;
        size -= n;
    }
    return 0;
}

static void say(int fd, const char *line, size_t size) {
    char reply[1025];
    size_t room = sizeof reply - 1, filled = room;
    if (send_all(fd, line, size) < 0) {
        fprintf(stderr, "send: %s\n", strerror(errno));
        exit(1);
    }
    ssize_t n = recv(fd, reply, room - filled, 0);
    if (n <= 0) {
        fprintf(stderr, "no reply: %s\n", n == 0 ? "the server has closed" : strerror(errno));
        exit(1);
    }
    fwrite(reply, 1, n, stdout);
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv) {
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8888";
    struct addrinfo *where = resolve(address);
    int fd = socket(where->ai_family, SOCK_STREAM, 0);
    signal(SIGPIPE, SIG_IGN);
    if (connect(fd, where->ai_addr, where->ai_addrlen) < 0) {
        fprintf(stderr, "%s: %s\n", address, strerror(errno));
        return 1;
    }
    char line[4096];
    for (;;) {
        if (isatty(0)) {
            printf(">> ");
            fflush(stdout);
        }
        if (fgets(line, sizeof line, stdin) == NULL)
            break;
        size_t n = strlen(line);
        if (n > 0 && line[n - 1] == '\n') {
            n--;
            if (n > 0 && line[n - 1] == '\r')
                n--;
        }
        if (n == 0)
            continue;
        if (n == 1 && line[0] == 'q')
            break;
        say(fd, line, n);
    }
    close(fd);
    return 0;
}
