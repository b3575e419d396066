/*
 * What win32 needs of Linux beyond the kernel's system calls: the terminal,
 * the environment, the process's own files and its threads. Only host/ is built
 * with Linux headers; this header uses the compiler's own types.
 *
 * Errors are negative errno values.
 */
#pragma once

typedef __SIZE_TYPE__ host_size;

/* ---- console.c: standard streams and plain files ------------------------ */

enum host_file_kind {
    HOST_KIND_NONE,
    HOST_KIND_DISK,
    HOST_KIND_TERMINAL,
    HOST_KIND_CHARACTER,
    HOST_KIND_PIPE
};

/* Bytes moved; 0 at the end. A write moves everything or fails. */
long long ntio_host_read(int fd, void *buffer, host_size bytes);
long long ntio_host_read_at(int fd, void *buffer, host_size bytes, unsigned long long offset);
long long ntio_host_write(int fd, const void *buffer, host_size bytes);
enum host_file_kind ntio_host_file_kind(int fd);
/* Opens a file for reading. */
int ntio_host_open(const char *path);
void ntio_host_close(int fd);
long long ntio_host_file_size(int fd);

/* 1 if standard input has something to read or has ended; waits up to milliseconds (-1: for ever).
 */
int ntio_host_input_ready(int milliseconds);
/* One key of the terminal without waiting for a line; -1 at the end. */
int ntio_host_read_key(int echo);
/* 1 if a key was pressed that nobody has read. */
int ntio_host_key_pressed(void);

/* ---- process.c ---------------------------------------------------------- */

/* The arguments as Linux passed them; NULL-terminated, *count without the NULL. */
char **ntio_host_arguments(int *count);
const char *ntio_host_environment(const char *name);
/* Sets a variable, takes it away with value NULL. */
int ntio_host_set_environment(const char *name, const char *value);
/* "NAME=value" entries, NULL-terminated. */
char **ntio_host_environment_list(void);
/* Both absolute, in buffer; 0 or an error. */
int ntio_host_current_directory(char *buffer, host_size size);
int ntio_host_program_path(char *buffer, host_size size);
int ntio_host_name(char *buffer, host_size size);
unsigned int ntio_host_process_id(void);
unsigned int ntio_host_processor_count(void);
void ntio_host_memory(unsigned long long *total, unsigned long long *available);
/* Minutes that local time is ahead of UTC at a time in seconds since 1970. */
int ntio_host_local_offset(long long seconds);
/* 1 if a debugger traces the process. */
int ntio_host_is_traced(void);
/*
 * From now on calls handler on a thread of its own, one event at a time, when
 * the user interrupts the process: 0 Ctrl+C, 1 Ctrl+\, 2 the terminal is gone.
 */
int ntio_host_on_interrupt(void (*handler)(int event));
/* Random bytes. */
void ntio_host_random(void *buffer, host_size bytes);
/* The way that exit goes: functions of atexit run. */
void ntio_host_exit(int code) __attribute__((noreturn));
void ntio_host_abort(void) __attribute__((noreturn));
/* Runs function when the process exits, before those registered earlier. */
int ntio_host_at_exit(void (*function)(void));
/* Where the program's image begins. */
void *ntio_host_program_base(void);
/* The address of a function that ntio's libraries export, or NULL. */
void *ntio_host_symbol(const char *name);

/*
 * Finds the shared object of a driver: one of NTIO_DRIVER_PATH whose name is
 * name without regard to case, extension and a leading "lib"; else NAME.so or
 * libNAME.so in the current directory or beside the program. 0 or -ENOENT.
 */
int ntio_host_find_driver(const char *name, char *path, host_size size);

/* ---- thread.c ----------------------------------------------------------- */

/* Starts a thread that nobody joins, with at least stack_bytes of stack (0: the usual). */
int ntio_host_thread_start(void (*entry)(void *), void *argument, host_size stack_bytes);
/* Ends the calling thread. */
void ntio_host_thread_exit(void) __attribute__((noreturn));

/*
 * The process exits by the hand of the calling thread. As on Windows, no other
 * thread of the program does anything from then on: the others stay where they
 * are when they next come by ntio_host_stay, and a second thread that wants to
 * exit stays here.
 */
void ntio_host_begin_exit(void);
/* 1 once the process exits. */
extern int ntio_host_is_exiting;
/* Does not return unless the calling thread is the one that exits. */
void ntio_host_stay(void);

/* ---- time.c: libc's calendar, whose struct tm has more members than Windows' --- */

/* sec min hour mday mon year wday yday isdst, as in struct tm. */
enum { HOST_TM_FIELDS = 9 };
/* Breaks seconds since 1970 down, to local time or UTC; 0 or an error. */
int ntio_host_break_time(long long seconds, int is_local, int fields[HOST_TM_FIELDS]);
/* Seconds of a broken-down time, whose fields are set right; -1 if there are none. */
long long ntio_host_make_time(int is_local, int fields[HOST_TM_FIELDS]);
host_size ntio_host_format_time(char *buffer, host_size size, const char *format,
                                const int fields[HOST_TM_FIELDS]);
/* Milliseconds of processor time that the process has used. */
long long ntio_host_processor_time(void);

/* Keeps libc's allocator from moving and unmapping blocks that drivers may have locked. */
void ntio_host_prepare_heap(void);
/* libc's text for an error number. */
const char *ntio_host_error_text(int error);
