/*
 * The other end of the channel, where that is not who it should be.
 *
 *   peer kernel PATH WHAT   listens as a kernel, and answers the first hello with: garbage,
 * version, short, empty (no segments), nothing (hangs up) peer program PATH WHAT  says as a
 * program: garbage, version, short, long; tells the answer peer crowd PATH COUNT   connects as so
 * many programs, tells how many are welcome and the first other answer, and stays until its input
 * ends
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../../src/lpc/wire.h"

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

static void send_all(int to, const void *bytes, size_t size)
{
    if (send(to, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        fail("send");
}

/* ---- as a kernel ------------------------------------------------------------------------ */

static void answer(int program, const char *what)
{
    struct lpc_welcome welcome = {LPC_WELCOME, LPC_MAGIC, LPC_VERSION, 0, 1, 1};

    if (!strcmp(what, "garbage"))
        send_all(program, "220 mail.example.com ESMTP", 26);
    if (!strcmp(what, "version")) {
        welcome.version = LPC_VERSION + 1;
        send_all(program, &welcome, 20); /* of another size as well */
    }
    if (!strcmp(what, "short"))
        send_all(program, &welcome, sizeof welcome - 1);
    if (!strcmp(what, "empty"))
        send_all(program, &welcome, sizeof welcome);
}

static void be_kernel(const char *path, const char *what)
{
    struct sockaddr_un address = address_of(path);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), program;
    char hello[LPC_GREETING_MOST];

    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8))
        fail(path);
    puts("ready");
    fflush(stdout);
    do { /* who only looks whether somebody is here says nothing */
        program = accept(listener, NULL, NULL);
        if (program < 0)
            fail("accept");
    } while (recv(program, hello, sizeof hello, 0) <= 0 && !close(program));
    answer(program, what);
}

/* ---- as a program ----------------------------------------------------------------------- */

static int join(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int kernel = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (kernel < 0 || connect(kernel, (struct sockaddr *)&address, sizeof address))
        fail(path);
    return kernel;
}

/* The status of the welcome; 1 if there is none. The segments are not taken. */
static int await_welcome(int kernel)
{
    struct lpc_welcome welcome;
    ssize_t bytes;

    do
        bytes = recv(kernel, &welcome, sizeof welcome, 0);
    while (bytes < 0); /* once: the kernel has gone without reading all */
    return bytes == sizeof welcome && welcome.magic == LPC_MAGIC ? (int)welcome.status : 1;
}

static void be_program(const char *path, const char *what)
{
    struct lpc_hello hello = {LPC_HELLO, LPC_MAGIC, LPC_VERSION, "peer"};
    char room[LPC_GREETING_MOST + 1] = "GET / HTTP/1.1";
    size_t size = sizeof hello;
    int kernel = join(path);

    if (!strcmp(what, "version"))
        hello.version = LPC_VERSION + 1;
    if (!strcmp(what, "short"))
        size--;
    if (strcmp(what, "garbage"))
        memcpy(room, &hello, sizeof hello);
    send_all(kernel, room, strcmp(what, "long") ? size : sizeof room);
    printf("0x%08X\n", (unsigned)await_welcome(kernel));
}

static void be_crowd(const char *path, int count)
{
    struct lpc_hello hello = {LPC_HELLO, LPC_MAGIC, LPC_VERSION, "crowd"};
    int welcome = 0, other = 0, i;
    char end;

    for (i = 0; i < count; i++) {
        int kernel = join(path), status;

        send(kernel, &hello, sizeof hello, MSG_NOSIGNAL); /* it may have hung up already */
        status = await_welcome(kernel);
        if (!status)
            welcome++;
        else if (!other)
            other = status;
    }
    printf("%d welcome, another 0x%08X\n", welcome, (unsigned)other);
    fflush(stdout);
    if (read(STDIN_FILENO, &end, 1) < 0)
        fail("read");
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    if (!strcmp(arguments[1], "kernel"))
        be_kernel(arguments[2], arguments[3]);
    else if (!strcmp(arguments[1], "program"))
        be_program(arguments[2], arguments[3]);
    else
        be_crowd(arguments[2], atoi(arguments[3]));
    return 0;
}
