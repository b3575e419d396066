#include "../host.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static struct {
    char **arguments;
    int argument_count;
} process;

/* glibc passes main's parameters to the initializers of libraries, too. */
static __attribute__((constructor)) void note_arguments(int count, char **arguments)
{
    process.arguments = arguments;
    process.argument_count = count;
}

char **ntio_host_arguments(int *count)
{
    *count = process.argument_count;
    return process.arguments;
}

const char *ntio_host_environment(const char *name)
{
    return getenv(name);
}

int ntio_host_set_environment(const char *name, const char *value)
{
    return (value ? setenv(name, value, 1) : unsetenv(name)) ? -errno : 0;
}

char **ntio_host_environment_list(void)
{
    return environ;
}

int ntio_host_current_directory(char *buffer, host_size size)
{
    return getcwd(buffer, size) ? 0 : -errno;
}

int ntio_host_program_path(char *buffer, host_size size)
{
    ssize_t length = readlink("/proc/self/exe", buffer, size - 1);
    if (length < 0)
        return -errno;
    buffer[length] = '\0';
    return 0;
}

int ntio_host_name(char *buffer, host_size size)
{
    return gethostname(buffer, size) ? -errno : 0;
}

unsigned int ntio_host_process_id(void)
{
    return (unsigned int)getpid();
}

unsigned int ntio_host_processor_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned int)count : 1;
}

void ntio_host_memory(unsigned long long *total, unsigned long long *available)
{
    struct sysinfo info = {0};
    sysinfo(&info);
    *total = (unsigned long long)info.totalram * info.mem_unit;
    *available = (unsigned long long)info.freeram * info.mem_unit;
}

int ntio_host_local_offset(long long seconds)
{
    struct tm local;
    time_t moment = seconds;
    return localtime_r(&moment, &local) ? (int)(local.tm_gmtoff / 60) : 0;
}

void ntio_host_random(void *buffer, host_size bytes)
{
    char *at = buffer;
    while (bytes > 0) {
        ssize_t moved = getrandom(at, bytes, 0);
        if (moved > 0) {
            at += moved;
            bytes -= (host_size)moved;
        }
    }
}

void ntio_host_exit(int code)
{
    exit(code);
}

void ntio_host_abort(void)
{
    abort();
}

int ntio_host_at_exit(void (*function)(void))
{
    return atexit(function) ? -ENOMEM : 0;
}

void *ntio_host_program_base(void)
{
    Dl_info info;
    void *entry = (void *)getauxval(AT_ENTRY);
    return entry && dladdr(entry, &info) ? info.dli_fbase : NULL;
}

void *ntio_host_symbol(const char *name)
{
    static const char *const libraries[] = {"libntio_win32.so", "libntio.so.0"};
    void *found = NULL;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !found; i++) {
        void *library = dlopen(libraries[i], RTLD_NOW | RTLD_NOLOAD);
        Dl_info info;
        /* dlsym also looks into what the library itself needs, libc for one. */
        void *address = library ? dlsym(library, name) : NULL;
        if (address && dladdr(address, &info) && strstr(info.dli_fname, "libntio"))
            found = address;
        if (library)
            dlclose(library);
    }
    return found;
}
