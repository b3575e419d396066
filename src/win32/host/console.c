#include "../host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

long long ntio_host_read(int fd, void *buffer, host_size bytes)
{
    ssize_t moved;
    do {
        moved = read(fd, buffer, bytes);
    } while (moved < 0 && errno == EINTR);
    return moved < 0 ? -errno : moved;
}

long long ntio_host_read_at(int fd, void *buffer, host_size bytes, unsigned long long offset)
{
    ssize_t moved;
    do {
        moved = pread(fd, buffer, bytes, (off_t)offset);
    } while (moved < 0 && errno == EINTR);
    return moved < 0 ? -errno : moved;
}

long long ntio_host_write(int fd, const void *buffer, host_size bytes)
{
    host_size done = 0;
    while (done < bytes) {
        ssize_t moved = write(fd, (const char *)buffer + done, bytes - done);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0)
            return -errno;
        done += (host_size)moved;
    }
    return (long long)done;
}

enum host_file_kind ntio_host_file_kind(int fd)
{
    struct stat info;
    if (fstat(fd, &info))
        return HOST_KIND_NONE;
    if (S_ISREG(info.st_mode))
        return HOST_KIND_DISK;
    if (S_ISCHR(info.st_mode))
        return isatty(fd) ? HOST_KIND_TERMINAL : HOST_KIND_CHARACTER;
    return HOST_KIND_PIPE;
}

int ntio_host_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void ntio_host_close(int fd)
{
    close(fd);
}

long long ntio_host_file_size(int fd)
{
    struct stat info;
    return fstat(fd, &info) ? -errno : info.st_size;
}

int ntio_host_input_ready(int milliseconds)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready;
    do {
        ready = poll(&input, 1, milliseconds);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/* Takes the terminal out of line mode; returns 0 if standard input is no terminal. */
static int enter_key_mode(struct termios *saved, int echo)
{
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, saved))
        return 0;
    mode = *saved;
    mode.c_lflag &= ~(tcflag_t)(ICANON | (echo ? 0 : ECHO));
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    return !tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

int ntio_host_read_key(int echo)
{
    struct termios saved;
    unsigned char key;
    int is_terminal = enter_key_mode(&saved, echo);
    long long moved = ntio_host_read(STDIN_FILENO, &key, 1);
    if (is_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    return moved == 1 ? key : -1;
}

int ntio_host_key_pressed(void)
{
    struct termios saved;
    int is_terminal = enter_key_mode(&saved, 0);
    int pressed = ntio_host_input_ready(0);
    if (is_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    return pressed;
}
