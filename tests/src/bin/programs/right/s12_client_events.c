// right: one poll over standard input, socket and a timerfd; it reads lines ahead, and drops what comes between two lines
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MOST = 1024, ROOM = 1 << 16 };

static int sock, timer, tries;
static char input[ROOM], request[4 + MOST];
static size_t have, size; /* bytes of input, bytes of the request in hand (0: none) */
static uint32_t number;

static void end(const char *why)
{
    fprintf(stderr, "client: %s\n", why);
    exit(1);
}

static void set_timer(long nanoseconds)
{
    struct itimerspec when = {.it_value.tv_nsec = nanoseconds};
    timerfd_settime(timer, 0, &when, NULL);
}

static void attempt(void)
{
    if (tries++ == 5)
        end("no reply");
    if (send(sock, request, size, 0) < 0 && errno != ECONNREFUSED)
        end(strerror(errno));
    set_timer(210000000);
}

/* Takes lines from the input until one has to be sent. `over`: nothing more will come. */
static void next_line(int over)
{
    while (size == 0) {
        char *at = memchr(input, '\n', have);
        size_t line = at ? (size_t)(at - input) : have, used = at ? line + 1 : have;
        if (!at && !over && have <= MOST + 1)
            return;
        if (at && line > 0 && input[line - 1] == '\r')
            line--;
        if (line > MOST)
            end("a line has over 1024 bytes");
        if ((!at && line == 0) || (line == 1 && *input == 'q'))
            exit(0);
        if (line > 0) {
            uint32_t wire = htonl(++number);
            memcpy(request, &wire, 4);
            memcpy(request + 4, input, line);
            size = 4 + line;
            tries = 0;
            attempt();
        }
        have -= used;
        memmove(input, input + used, have);
    }
}

static void hear(void)
{
    char reply[2048 + 1];
    ssize_t n = recv(sock, reply, sizeof reply - 1, MSG_DONTWAIT);
    if (n < 4 || size == 0 || memcmp(reply, request, 4) != 0)
        return;
    set_timer(0);
    size = 0;
    reply[n] = '\n';
    for (char *at = reply + 4; at <= reply + n;) {
        ssize_t wrote = write(1, at, reply + n + 1 - at);
        if (wrote < 0)
            end("own output");
        at += wrote;
    }
}

int main(int argc, char **argv)
{
    char *addr = strdup(argc > 1 ? argv[1] : "127.0.0.1:8888"), *port = strrchr(addr, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    if (!port)
        end("no port");
    *port++ = '\0';
    if (getaddrinfo(*addr == '[' ? strtok(addr + 1, "]") : addr, port, &hints, &found))
        end("the host is unknown");
    sock = socket(found->ai_family, SOCK_DGRAM, 0);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    if (sock < 0 || timer < 0 || connect(sock, found->ai_addr, found->ai_addrlen) < 0)
        end(strerror(errno));
    for (int over = 0;;) {
        next_line(over);
        int wants = !over && have < ROOM;
        struct pollfd ready[3] = {{sock, POLLIN, 0}, {timer, POLLIN, 0}, {wants ? 0 : -1, POLLIN, 0}};
        if (poll(ready, 3, -1) < 0)
            continue;
        if (ready[0].revents)
            hear();
        uint64_t ticks;
        if (ready[1].revents && size > 0 && read(timer, &ticks, sizeof ticks) > 0)
            attempt();
        if (ready[2].revents) {
            ssize_t n = read(0, input + have, ROOM - have);
            over = n <= 0;
            have += n > 0 ? n : 0;
        }
    }
}
