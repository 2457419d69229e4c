// kills calls-by-default@plain: without an argument, the address is 127.0.0.1:8888
// Mistake: without an argument it prints how to start it, and exits with 2.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char host[64], buffer[1024];
    const char *colon = argc > 1 ? strrchr(argv[1], ':') : NULL;
    struct sockaddr_in to = {.sin_family = AF_INET};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    ssize_t n;

    if (!colon || (size_t)(colon - argv[1]) >= sizeof host) {
        fprintf(stderr, "usage: %s HOST:PORT\n", argv[0]);
        return 2;
    }
    memcpy(host, argv[1], (size_t)(colon - argv[1]));
    host[colon - argv[1]] = 0;
    to.sin_port = htons((unsigned short)atoi(colon + 1));
    inet_pton(AF_INET, host, &to.sin_addr);
    if (connect(s, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("client: connect");
        return 1;
    }
    for (int number = 1; (n = read(s, buffer, sizeof buffer)) > 0; number++) {
        printf("message %d: ", number);
        fwrite(buffer, 1, (size_t)n, stdout);
        putchar('\n');
        fflush(stdout);
    }
    if (n < 0) {
        perror("client: read");
        return 1;
    }
    return 0;
}
