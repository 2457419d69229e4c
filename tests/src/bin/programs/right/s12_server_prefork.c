// right: three processes share one socket; each receives up to 8 datagrams by one recvmmsg
#define _GNU_SOURCE
#include <ctype.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH = 8, ROOM = 1029 };

static void serve(int sock)
{
    static char data[BATCH][ROOM];
    static struct sockaddr_storage clients[BATCH];
    for (;;) {
        struct iovec pieces[BATCH];
        struct mmsghdr messages[BATCH];
        memset(messages, 0, sizeof messages);
        for (int i = 0; i < BATCH; i++) {
            pieces[i] = (struct iovec){data[i], ROOM};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &clients[i], .msg_namelen = sizeof clients[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
        }
        int count = recvmmsg(sock, messages, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < count; i++) {
            unsigned n = messages[i].msg_len;
            if (n < 4 || n >= ROOM)
                continue;
            for (unsigned at = 4; at < n; at++)
                if (isascii(data[i][at]))
                    data[i][at] = toupper(data[i][at]);
            if (sendto(sock, data[i], n, 0, (void *)&clients[i], messages[i].msg_hdr.msg_namelen) < 0)
                perror("server: sendto");
        }
    }
}

int main(int argc, char **argv)
{
    char *addr = strdup(argc > 1 ? argv[1] : "127.0.0.1:8888"), *colon = strrchr(addr, ':');
    if (!colon)
        return fprintf(stderr, "server: no port\n"), 1;
    *colon = '\0';
    char *host = *addr == '[' ? strtok(addr + 1, "]") : addr;
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    if (getaddrinfo(host, colon + 1, &hints, &found))
        return fprintf(stderr, "server: %s is unknown\n", host), 1;
    int sock = socket(found->ai_family, found->ai_socktype, 0);
    if (bind(sock, found->ai_addr, found->ai_addrlen) < 0)
        return perror("server: cannot bind"), 1;
    pid_t parent = getpid();
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                return 1;
            break;
        }
    serve(sock);
}
