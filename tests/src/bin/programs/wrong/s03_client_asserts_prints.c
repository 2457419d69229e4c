// kills output-fails@plain: a print can fail, when the disk is full
// Mistake: it asserts that standard output takes what it prints, and so ends by SIGABRT.
#undef NDEBUG
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char host[64], buffer[1024];
    const char *addr = argc > 1 ? argv[1] : "127.0.0.1:8888", *colon = strrchr(addr, ':');
    struct sockaddr_in to = {.sin_family = AF_INET};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    long reads = 0, total = 0;
    ssize_t n;

    if (!colon || (size_t)(colon - addr) >= sizeof host)
        return 1;
    memcpy(host, addr, (size_t)(colon - addr));
    host[colon - addr] = 0;
    to.sin_port = htons((unsigned short)atoi(colon + 1));
    inet_pton(AF_INET, host, &to.sin_addr);
    if (connect(s, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("client: connect");
        return 1;
    }
    while ((n = read(s, buffer, sizeof buffer)) > 0) {
        reads++;
        total += n;
        printf("read %ld: %zd bytes: ", reads, n);
        fwrite(buffer, 1, (size_t)n, stdout);
        putchar('\n');
        assert(fflush(stdout) == 0);
    }
    if (n < 0) {
        perror("client: read");
        return 1;
    }
    printf("total: %ld bytes in %ld reads\n", total, reads);
    return 0;
}
