/*
 * The channel from a program's side. Nothing of ntio's client is in here: what a
 * hostile program uses it has written itself.
 */
#include "fuzz.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 30000 /* milliseconds; a kernel that takes longer hangs */

/* ---- the socket -------------------------------------------------------------------- */

bool program_connect(struct program *program, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    *program = (struct program){.frames = -1};
    program->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return program->socket >= 0 &&
           !connect(program->socket, (struct sockaddr *)&address, sizeof address);
}

void program_send(const struct program *program, const void *bytes, size_t size, int descriptors)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control = {0};
    struct iovec piece = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};

    if (descriptors) {
        int copies[8];

        for (int i = 0; i < 8; i++)
            copies[i] = STDERR_FILENO;
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
        control.header =
            (struct cmsghdr){CMSG_LEN(descriptors * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), copies, descriptors * sizeof(int));
    }
    /* Not waiting: a kernel that has given the program up reads no more. */
    sendmsg(program->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool take_segments(struct program *program, struct msghdr *message)
{
    struct cmsghdr *part = CMSG_FIRSTHDR(message);
    int segments[2];

    if (!part || part->cmsg_type != SCM_RIGHTS || part->cmsg_len != CMSG_LEN(sizeof segments))
        return false;
    memcpy(segments, CMSG_DATA(part), sizeof segments);
    program->lanes =
        mmap(NULL, LPC_LANES * HAL_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, segments[0], 0);
    close(segments[0]);
    program->frames = segments[1];
    return program->lanes != MAP_FAILED;
}

bool program_greet(struct program *program, const struct lpc_hello *hello, size_t size,
                   int descriptors)
{
    char control[CMSG_SPACE(2 * sizeof(int))];
    struct lpc_welcome welcome = {0};
    struct iovec piece = {&welcome, sizeof welcome};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct pollfd wait = {program->socket, POLLIN, 0};

    program_send(program, hello, size, descriptors);
    if (poll(&wait, 1, PATIENCE) != 1 ||
        recvmsg(program->socket, &message, MSG_CMSG_CLOEXEC) != sizeof welcome || welcome.status)
        return false;
    prctl(PR_SET_PTRACER, (unsigned long)welcome.process, 0, 0, 0);
    return take_segments(program, &message);
}

void program_open_lane(const struct program *program, uint32_t lane)
{
    const struct lpc_open open = {.packet = LPC_OPEN, .lane = lane};

    program_send(program, &open, sizeof open, 0);
}

void program_leave(struct program *program)
{
    shutdown(program->socket, SHUT_RDWR);
    close(program->socket);
    if (program->frames >= 0)
        close(program->frames);
    if (program->lanes)
        munmap(program->lanes, LPC_LANES * HAL_PAGE_SIZE);
}

/* ---- questions ------------------------------------------------------------------------ */

/* Shares the pages as they are now; who changes them meanwhile has himself to blame. */
static int adopt(const struct program *program, const struct lpc_pages *question)
{
    size_t size = question->pages * HAL_PAGE_SIZE;
    off_t place = (off_t)(question->place * HAL_PAGE_SIZE);
    void *address = (void *)question->address;

    if (!question->pages)
        return HAL_OK;
    if (pwrite(program->frames, address, size, place) != (ssize_t)size)
        return HAL_EFAULT;
    return mmap(address, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, program->frames,
                place) == address
               ? HAL_OK
               : HAL_ENOMEM;
}

static void answer(const struct program *program, const struct lpc_pages *question)
{
    static const int nonsense[] = {1, -4096, INT32_MIN, HAL_EAGAIN, HAL_ENOENT, HAL_EOPNOTSUPP};
    struct lpc_adopted answer = {.packet = LPC_ADOPTED, .serial = question->serial};
    enum manner manner = __atomic_load_n(&program->manner, __ATOMIC_RELAXED);

    if (manner == SILENT)
        return;
    if (manner == LATE) {
        puts("asked");
        getchar();
    }
    if (manner == HONEST || manner == TWICE || manner == LATE)
        answer.error = adopt(program, question);
    else if (manner == REFUSES)
        answer.error = HAL_EFAULT;
    else if (manner == NONSENSE)
        answer.error = nonsense[question->serial % 6];
    else if (manner == WRONG_SERIAL)
        answer.serial += 1;
    program_send(program, &answer, sizeof answer, 0);
    if (manner == TWICE || manner == WRONG_SERIAL) {
        answer.serial = question->serial;
        program_send(program, &answer, sizeof answer, 0);
    }
}

static void *answer_all(void *argument)
{
    const struct program *program = argument;
    struct lpc_pages question;

    while (recv(program->socket, &question, sizeof question, 0) == sizeof question)
        answer(program, &question);
    return NULL;
}

bool program_start_answering(struct program *program)
{
    pthread_t thread;

    return !pthread_create(&thread, NULL, answer_all, program) && !pthread_detach(thread);
}

/* ---- lanes ------------------------------------------------------------------------------ */

struct lpc_lane *program_lane(const struct program *program, uint32_t number)
{
    return (struct lpc_lane *)(program->lanes + number * HAL_PAGE_SIZE);
}

void program_pass(struct lpc_lane *lane, uint32_t message, uint32_t value)
{
    __atomic_store_n(&lane->word, (uint64_t)value << 32 | message << LPC_MESSAGE_SHIFT | LPC_KERNEL,
                     __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &lane->turn, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

bool program_await(struct lpc_lane *lane, unsigned milliseconds)
{
    const struct timespec look = {0, 1000000}; /* the kernel's wake may be written over */
    int64_t deadline = now() + milliseconds;

    do {
        uint32_t seen = __atomic_load_n(&lane->turn, __ATOMIC_ACQUIRE);

        if (!(seen & LPC_KERNEL))
            return true;
        __atomic_compare_exchange_n(&lane->turn, &seen, seen | LPC_ASLEEP, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_RELAXED);
        syscall(SYS_futex, &lane->turn, FUTEX_WAIT, seen | LPC_ASLEEP, &look, NULL, 0);
    } while (now() < deadline);
    return false;
}

/* ---- a program that behaves ------------------------------------------------------------- */

struct opening *program_join(struct program *program, const char *path, const char *name,
                             unsigned pages)
{
    struct lpc_hello hello = {LPC_HELLO, LPC_MAGIC, LPC_VERSION, ""};
    void *memory = mmap((void *)PROGRAM_MEMORY, pages * HAL_PAGE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    strncpy(hello.name, name, sizeof hello.name - 1);
    if (memory != (void *)PROGRAM_MEMORY || !program_connect(program, path) ||
        !program_greet(program, &hello, sizeof hello, 0) || !program_start_answering(program))
        return NULL;
    program_open_lane(program, 1);
    return memory;
}

uint32_t program_call(const struct program *program, uint32_t service,
                      const uint64_t arguments[LPC_ARGUMENTS])
{
    struct lpc_lane *lane = program_lane(program, 1);

    memcpy(lane->arguments, arguments, LPC_ARGUMENTS * sizeof *arguments);
    program_pass(lane, LPC_CALL, service);
    if (!program_await(lane, PATIENCE)) {
        fputs("a well-behaved program waits in vain\n", stderr);
        abort();
    }
    return lane->value;
}

uint32_t program_open(const struct program *program, struct opening *opening, const char *device)
{
    static const char folder[] = "\\??\\";
    unsigned length = 0;

    for (const char *from = folder; *from; from++)
        opening->text[length++] = (unsigned char)*from;
    for (; *device; device++)
        opening->text[length++] = (unsigned char)*device;
    opening->name.length = opening->name.most = (uint16_t)(2 * length);
    opening->name.text = (uint64_t)opening->text;
    opening->attributes.length = 48;
    opening->attributes.name = (uint64_t)&opening->name;
    opening->attributes.flags = 0x40;
    return program_call(program, LPC_NtOpenFile,
                        (uint64_t[LPC_ARGUMENTS]){(uint64_t)&opening->handle, 0xC0100000,
                                                  (uint64_t)&opening->attributes,
                                                  (uint64_t)opening->status, 7, 0x20});
}
