/*
 * The seam between the kernel rooms and Linux.
 *
 * Everything in src/hal/ is built with Linux headers, everything above it with
 * the NT headers alone; this header is the only one that both see, so it uses
 * the compiler's own types. hal knows nothing of NT and calls nobody: what it
 * has to tell the kernel it tells through the handlers given to it.
 *
 * Errors are negative numbers of enum hal_error. No function here changes IRQL
 * or takes a kernel lock; unless it says otherwise, each may be called on any
 * thread at any IRQL.
 */
#pragma once

/* hal keeps the System V convention when the kernel rooms are built with another. */
#define HALAPI __attribute__((sysv_abi))

typedef unsigned char hal_u8;
typedef unsigned int hal_u32;
typedef unsigned long long hal_u64;
typedef long long hal_i64;
typedef __SIZE_TYPE__ hal_size;

#define HAL_PAGE_SIZE 4096ull
#define HAL_FOREVER (-1ll)

enum hal_error {
    HAL_OK = 0,
    HAL_EPERM = -1,
    HAL_ENOENT = -2,
    HAL_EINTR = -4,
    HAL_EIO = -5,
    HAL_EBADF = -9,
    HAL_EAGAIN = -11,
    HAL_ENOMEM = -12,
    HAL_EACCES = -13,
    HAL_EFAULT = -14,
    HAL_EBUSY = -16,
    HAL_EEXIST = -17,
    HAL_EXDEV = -18,
    HAL_ENOTDIR = -20,
    HAL_EISDIR = -21,
    HAL_EINVAL = -22,
    HAL_EMFILE = -24,
    HAL_ENOSPC = -28,
    HAL_EROFS = -30,
    HAL_EPIPE = -32,
    HAL_ENOSYS = -38,
    HAL_ENOTEMPTY = -39,
    HAL_ELOOP = -40,
    HAL_EOPNOTSUPP = -95,
    HAL_ETIMEDOUT = -110,
    HAL_ECONNREFUSED = -111,
};

/* ---- start.c: the room itself ------------------------------------------ */

/*
 * Sets hal up: reserves system space, installs the fault handler, opens
 * userfaultfd. May be called again after hal_stop.
 *
 * Returns HAL_OK, HAL_EBUSY if it is running already, HAL_EEXIST if something
 * else is at the addresses of system space, or what Linux answered.
 */
HALAPI int hal_start(void);

/*
 * Gives everything back; the program gets private copies of its adopted pages.
 * No other thread may be in hal.
 */
HALAPI void hal_stop(void);

/* ---- segment.c, space.c: memory ---------------------------------------- */

/*
 * System space: a fixed range that is reserved once and that holds everything
 * with a kernel address. It lies where a program, its libraries and its stacks
 * never are, and where AddressSanitizer and ThreadSanitizer both let memory be.
 */
#define HAL_SYSTEM_BASE 0x550000000000ull
#define HAL_SYSTEM_SIZE 0x004000000000ull /* 256 GiB */

enum hal_protection { HAL_NOACCESS = 0, HAL_READ = 1, HAL_WRITE = 2, HAL_EXECUTE = 4 };

/* A run of physical memory: an anonymous file whose pages are page frames. */
struct hal_segment;

/*
 * Makes a segment of up to pages page frames. Frames take memory when first
 * touched and are zero then.
 */
HALAPI int hal_segment_create(struct hal_segment **segment, hal_u64 pages, const char *name);

/*
 * What is mapped of the segment stays until it is unmapped. Pages that the
 * program shares with it become private copies; for those lost is not called.
 */
HALAPI void hal_segment_destroy(struct hal_segment *segment);

/* Gives the memory of frames [first, first + pages) back; they read as zero afterwards. */
HALAPI int hal_segment_discard(struct hal_segment *segment, hal_u64 first, hal_u64 pages);

/*
 * Maps frames [first, first + pages) at address, replacing what was there.
 * address is in system space or in a range that hal_reserve gave.
 * Returns HAL_OK or HAL_ENOMEM (nothing changed).
 */
HALAPI int hal_map(hal_u64 address, struct hal_segment *segment, hal_u64 first, hal_u64 pages,
                   int protection);

/* Takes the mapping away; the addresses stay reserved and fault when touched. */
HALAPI int hal_unmap(hal_u64 address, hal_u64 pages);

/* Changes the protection of mapped pages. */
HALAPI int hal_protect(hal_u64 address, hal_u64 pages, int protection);

/*
 * Private memory of a program (VirtualAlloc). With address 0 Linux chooses.
 * hal_reserve: no access yet; hal_commit: zeroed, with the protection given;
 * hal_decommit: contents gone, reserved again; hal_release: addresses free.
 * All in whole pages; adopted pages in the range are taken out of adoption, and
 * their loss has been told on return: hold no lock that the lost callback takes.
 */
HALAPI int hal_reserve(hal_u64 *address, hal_u64 pages);
HALAPI int hal_commit(hal_u64 address, hal_u64 pages, int protection);
HALAPI int hal_decommit(hal_u64 address, hal_u64 pages);
HALAPI int hal_release(hal_u64 address, hal_u64 pages);

/*
 * Tells how the page at address is mapped: *protection of enum hal_protection,
 * *end the first address past the mapping that holds it. HAL_EFAULT if nothing
 * is mapped there.
 */
HALAPI int hal_query(hal_u64 address, int *protection, hal_u64 *end);

/* Bytes of memory that the process has resident now. */
HALAPI hal_u64 hal_resident_bytes(void);

/* ---- adopt.c: page adoption -------------------------------------------- */

/*
 * Makes private pages of this process share frames with the kernel. The pages
 * at address (page aligned) are write-protected, copied into frames
 * [first, first + pages) of segment, and those frames are mapped over the same
 * addresses with the same protection; a thread that wrote meanwhile waits and
 * then writes into the frame. No update is lost. The caller's own stack may be
 * in the range.
 *
 * for_write: the pages must be writable (a copy-on-write page is made private
 * first). Pages that show frames of another segment already get the new ones in the
 * same way. Returns HAL_OK; HAL_EFAULT if a page is not mapped or does not allow
 * the access; HAL_EOPNOTSUPP if the memory cannot be adopted (shared or device
 * memory, code, this segment's already, too many mappings, no userfaultfd): the
 * caller falls back to a bounce buffer; HAL_EINVAL; HAL_ENOMEM. Unless it is
 * HAL_EINVAL, no page of the range shows any frame after a failure.
 *
 * lost may be told for pages before the call for them has returned, if the
 * program unmaps them meanwhile. A child of fork() has copies of them. Where
 * this process may use userfaultfd for user mode alone, a system call of another
 * thread that writes to the pages at that very moment fails with EFAULT.
 */
HALAPI int hal_adopt(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                     int for_write);

/*
 * Called when adopted pages leave their addresses (munmap, mremap, madvise, a
 * new mapping over them); from then on the program has no access to the frames.
 * Runs on one of hal's own two threads and may not fault, wait for another
 * thread's hal_adopt, or call hal_adopt_settle.
 */
typedef void (*hal_adoption_lost)(hal_u64 address, hal_u64 pages);
HALAPI void hal_adopt_on_lost(hal_adoption_lost lost);

/* For hal_adopt_settle: not 0 while losses are being told; waits until it is 0 once. */
extern hal_u32 hal_adopt_losing;
HALAPI void hal_adopt_wait_lost(void);

/*
 * Waits until every loss that has begun is told. A thread comes back from
 * munmap, mremap or madvise once hal has heard of it, which is before lost has
 * run; so who looks up an adopted page calls this first, with no lock held that
 * lost takes. Costs a load and a branch when nothing is under way.
 */
static inline void hal_adopt_settle(void)
{
    /* Acquire: pairs with the release when the last loss has been told. */
    if (__builtin_expect(__atomic_load_n(&hal_adopt_losing, __ATOMIC_ACQUIRE), 0))
        hal_adopt_wait_lost();
}

/* 1 if hal_adopt can share pages here; 0 if it always answers HAL_EOPNOTSUPP, *why says why. */
HALAPI int hal_adopt_available(const char **why);

/*
 * Makes the writable segments of the loaded object that contains address
 * ordinary private memory, so that its globals can be adopted. Called before
 * other threads touch them.
 */
HALAPI int hal_adopt_prepare_image(const void *address);

/* ---- fork.c -------------------------------------------------------------- */

/*
 * hal has a fork() of its own, over libc's: the child gets copies of adopted pages, and
 * forked is called in it, on the thread that forked. Once only. HAL_ENOMEM.
 */
HALAPI int hal_on_fork(void (*forked)(void));

/* ---- share.c: memory that another process maps too ----------------------- */

/*
 * Fixes the segment's size for good, for every process that has it: none can
 * make another's access to it fault by cutting it short. HAL_OK, or what Linux
 * answered.
 */
HALAPI int hal_segment_seal(struct hal_segment *segment);

/* What hal_send passes to give the segment to another process. It stays the segment's. */
HALAPI int hal_segment_descriptor(const struct hal_segment *segment);

/*
 * Makes a segment of a descriptor that hal_receive gave; takes it over if it
 * succeeds. HAL_EINVAL if it is not sealed, writable memory of exactly pages pages.
 */
HALAPI int hal_segment_import(struct hal_segment **segment, int descriptor, hal_u64 pages);

/*
 * Maps frames [first, first + pages) for reading and writing where Linux likes;
 * hal_unshare takes the mapping away, its addresses too. A forked child does not
 * have it.
 */
HALAPI int hal_share(void **address, struct hal_segment *segment, hal_u64 first, hal_u64 pages);
HALAPI void hal_unshare(void *address, hal_u64 pages);

/*
 * The memory of a descriptor that hal_receive gave, all of it, mapped where Linux likes, for
 * reading or also for writing; hal_unshare takes it away. The descriptor stays the caller's.
 */
HALAPI int hal_share_descriptor(void **address, int descriptor, hal_u64 pages, int is_writable);

/*
 * A descriptor of the segment that allows others to read alone, the caller's to close. What
 * Linux answered, HAL_ENOENT without /proc.
 */
HALAPI int hal_segment_read_only(const struct hal_segment *segment, int *descriptor);

/*
 * Maps frames at an address of a program, at which nothing of this process is.
 * HAL_EEXIST if something is. hal_window_close takes any number of such pages
 * away again, whether or not a window is at each; HAL_EINVAL in system space. Both
 * may be called by a pager.
 */
HALAPI int hal_window_open(hal_u64 address, struct hal_segment *segment, hal_u64 first,
                           hal_u64 pages, int protection);
HALAPI int hal_window_close(hal_u64 address, hal_u64 pages);

/* hal_wait and hal_wake for a word that several processes map. */
HALAPI int hal_wait_shared(hal_u32 *word, hal_u32 expected, hal_i64 deadline);
HALAPI int hal_wake_shared(hal_u32 *word, hal_u32 count);

/* ---- process.c: other processes ------------------------------------------ */

/*
 * Copies from or to the memory of another process, by its addresses. HAL_OK;
 * HAL_EFAULT: not all of it can be reached, a part may be copied; HAL_EPERM: this
 * process may not; HAL_ENOENT: it is gone.
 */
HALAPI int hal_process_read(hal_u32 process, void *to, hal_u64 from, hal_size bytes);
HALAPI int hal_process_write(hal_u32 process, hal_u64 to, const void *from, hal_size bytes);

/* Lets process copy from and to this one's memory, where Linux would not. */
HALAPI void hal_process_allow(hal_u32 process);

/* ---- layout.c: where this process has its memory ------------------------- */

/*
 * Makes room for programs' addresses: this process's own code, heap, libraries,
 * stacks and mappings are from then on in the ranges that hal_layout_own tells.
 * It runs itself anew for that, once or a few times, so it is called first of all.
 * arguments are main's. HAL_OK (it is so), or why it cannot be: HAL_EOPNOTSUPP, the
 * executable is not linked for it, or a sanitizer or Linux has memory elsewhere;
 * HAL_EPERM, Linux allows neither personality() nor a main stack without limit.
 */
HALAPI int hal_layout_prepare(char **arguments);

struct hal_range {
    hal_u64 start, end;
};

/*
 * The ranges of addresses that are this process's own, system space not among them;
 * returns how many, at most count. The main thread's stack is one as far as it has
 * grown by now, so other threads do the work.
 */
HALAPI hal_u32 hal_layout_own(struct hal_range *ranges, hal_u32 count);

/* ---- channel.c, listen.c: sockets between processes of one machine ------------------- */

struct hal_listener;
struct hal_peer;

struct hal_credentials {
    hal_u32 process, user, group;
    hal_u32 groups[64]; /* supplementary */
    hal_u32 group_count;
};

/*
 * Listens at path, which only the user can connect to, or also others as mode's
 * permission bits say; with path NULL at the socket that systemd passed
 * (LISTEN_FDS). A socket file that nobody listens at is replaced, and the folder
 * made if it is missing; beside the socket, a file with .lock to its name keeps
 * others off. HAL_EEXIST: somebody listens, or it is no socket. HAL_ENOENT: systemd
 * passed none; HAL_EINVAL: more than one, or one of another kind, or path is too long
 * (more than 107 bytes). Raises the process's limit of descriptors to what it may be.
 */
HALAPI int hal_listen(struct hal_listener **listener, const char *path, hal_u32 mode);
/*
 * The next connection; waits. HAL_EBADF once hal_listen_stop was called. HAL_EMFILE:
 * there is no descriptor left for it. Then *peer, if it is not NULL, has the one that
 * was kept for this: tell it why, close it, and go on.
 */
HALAPI int hal_accept(struct hal_listener *listener, struct hal_peer **peer);
/*
 * Makes hal_accept return, on whatever thread; from then on nobody can connect, or at
 * systemd's socket waits for who is started next.
 */
HALAPI void hal_listen_stop(struct hal_listener *listener);
/* Frees it and removes the socket's file. */
HALAPI void hal_listen_close(struct hal_listener *listener);

/*
 * HAL_ENOENT: no such socket; HAL_ECONNREFUSED: nobody listens; HAL_EACCES;
 * HAL_EAGAIN: nobody accepts, for 10 seconds; HAL_EINVAL: a socket of another kind.
 */
HALAPI int hal_connect(struct hal_peer **peer, const char *path);
/*
 * Who is at the other end, as Linux says: for who accepted, the process that
 * connected, as it was then. HAL_EOPNOTSUPP if it has more groups than there is
 * room for.
 */
HALAPI int hal_peer_credentials(struct hal_peer *peer, struct hal_credentials *credentials);

/*
 * From here on hal_receive returns 0 once the process that connected has ended, though
 * another has its socket too: a child, or whoever was passed it. HAL_ENOENT: it has
 * ended already; HAL_EMFILE.
 */
HALAPI int hal_peer_watch(struct hal_peer *peer);

/*
 * One message, and descriptors with it (at most 8). Messages keep their bounds.
 * Never waits for ever: HAL_EAGAIN if the peer does not read for 10 seconds,
 * HAL_EPIPE if it is gone. HAL_EINVAL: no bytes, or more than Linux takes.
 */
HALAPI int hal_send(struct hal_peer *peer, const void *bytes, hal_size size, const int *descriptors,
                    hal_u32 count);
/*
 * The next message: its bytes, or 0 when the peer is gone or hal_peer_stop was
 * called. *count: in, room in descriptors; out, how many came, which are the
 * caller's. A message that is larger than size, or has more descriptors, is
 * HAL_EINVAL, with nothing kept of it; HAL_EMFILE likewise, if this process has no
 * descriptors left. Waits until deadline: HAL_ETIMEDOUT. With no room, descriptors
 * that a peer sends are never opened here: closing one of a file system of the peer's
 * own can wait for that.
 */
HALAPI hal_i64 hal_receive(struct hal_peer *peer, void *bytes, hal_size size, int *descriptors,
                           hal_u32 *count, hal_i64 deadline);
HALAPI void hal_descriptor_close(int descriptor);
/* Makes hal_receive return 0, on whatever thread. */
HALAPI void hal_peer_stop(struct hal_peer *peer);
HALAPI void hal_peer_close(struct hal_peer *peer);

/* ---- child.c, confine.c: processes of the kernel's own ---------------------------- */

struct hal_child;

#define HAL_CHILD_SOCKET 3 /* a child's descriptor of its channel, the only one above 2 */

/*
 * Starts the program name, which lies in folder ntio beside this library (or is what the
 * environment's NTIO_HOST names), with one end of a channel and an environment without
 * the user's variables; *peer is the other end. HAL_ENOENT: there is no such program.
 */
HALAPI int hal_child_start(struct hal_child **child, struct hal_peer **peer, const char *name);
HALAPI hal_u32 hal_child_process(const struct hal_child *child);
/* Before hal_child_wait. */
HALAPI void hal_child_kill(struct hal_child *child);

/* How it ended; both 0 if somebody else has waited for it. */
struct hal_child_end {
    hal_u32 signal; /* that killed it, or 0 */
    hal_u32 code;
};
/* Waits until it has ended, and frees it. */
HALAPI void hal_child_wait(struct hal_child *child, struct hal_child_end *end);

/* In the child: its end of the channel. */
HALAPI int hal_child_peer(struct hal_peer **peer);
/*
 * Gives rights up for good. From the first on this process is nobody, or user if that is
 * not 0, if root started it; it makes no processes and sockets, reaches no other process, and
 * opens files only for reading. From the second on, once it has loaded what it needs, it opens
 * none at all. Threads included. A failure leaves it with what it had.
 */
HALAPI int hal_confine_begin(hal_u32 user);
HALAPI int hal_confine_end(void);

/* ---- fault.c: faults and guarded access -------------------------------- */

enum hal_fault_kind {
    HAL_FAULT_ACCESS,     /* address is not mapped, or not for this access */
    HAL_FAULT_ALIGNMENT,  /* misaligned access */
    HAL_FAULT_DIVIDE,     /* integer division by zero */
    HAL_FAULT_OVERFLOW,   /* integer overflow */
    HAL_FAULT_FLOAT,      /* floating point */
    HAL_FAULT_ILLEGAL,    /* illegal or privileged instruction */
    HAL_FAULT_BREAKPOINT, /* int3 */
};

struct hal_fault {
    enum hal_fault_kind kind;
    hal_u64 address;    /* what was accessed, 0 if unknown */
    hal_u64 pc;         /* the instruction */
    hal_u64 sp, bp;     /* the stack at it */
    hal_u32 is_write;   /* 1 if it wrote */
    hal_u32 is_fetch;   /* 1 if it was fetching an instruction */
    void *context;      /* the machine context, for hal_backtrace_from */
    hal_u64 *registers; /* for resume alone: see enum hal_register; hal_fault_continue loads them */
};

/* Indices into hal_fault.registers, in the processor's own order. */
enum hal_register {
    HAL_REGISTER_RAX = 0, /* then rcx rdx rbx rsp rbp rsi rdi r8 ... r15 */
    HAL_REGISTER_RIP = 16,
    HAL_REGISTER_FLAGS = 17,
    HAL_REGISTERS = 18,
};

/*
 * Called on the faulting thread, on its signal stack, for a fault that no
 * guarded access explains. To go on elsewhere it sets *resume to a function
 * that never returns: hal calls it on the faulting stack, below a copy of the
 * fault that stays valid for as long as the function runs. With *resume left NULL
 * the process dies of the signal (or a debugger or sanitizer gets it).
 */
typedef void (*hal_fault_resume)(const struct hal_fault *fault);
typedef void (*hal_fault_handler)(const struct hal_fault *fault, hal_fault_resume *resume);
HALAPI void hal_on_fault(hal_fault_handler handler);

/*
 * Called first, on the faulting thread's signal stack, for an access outside of
 * system space, guarded ones included: returns 1 if the page is there now and the
 * access is to be tried again, 0 if it is a fault. It is called again for as long
 * as the access faults, so a 1 that is not true never ends. It keeps to what a
 * signal handler may do, and to memory that does not fault: its own fault would
 * come to it. NULL for none; hal_stop forgets it.
 */
typedef int (*hal_pager)(hal_u64 address, int is_write);
HALAPI void hal_on_page_fault(hal_pager pager);

/*
 * From a resume function, with the fault that it was given: goes back to the
 * faulting instruction with every register as it was, or as fault->registers
 * now has it.
 */
HALAPI void hal_fault_continue(const struct hal_fault *fault) __attribute__((noreturn));

/* Gives the calling thread the signal stack that faults are handled on. Idempotent. */
HALAPI int hal_fault_prepare_thread(void);

/*
 * Copies bytes between addresses of which either may fault. Returns HAL_OK or
 * HAL_EFAULT; then *bad (may be NULL) is the address and a part may be copied.
 * Uninstrumented: sanitizers do not see it.
 */
HALAPI int hal_copy_guarded(void *to, const void *from, hal_size bytes, hal_u64 *bad);

/* Reads and writes back one byte (hal_touch_write) or reads it (hal_touch_read), guarded. */
HALAPI int hal_touch_read(hal_u64 address);
HALAPI int hal_touch_write(hal_u64 address);

/* ---- thread.c, wait.c, clock.c ----------------------------------------- */

struct hal_thread;

/*
 * Starts a thread. entry runs on it with argument; its return ends it. The
 * thread is to be joined with hal_thread_join or given up with
 * hal_thread_detach, exactly once.
 */
HALAPI int hal_thread_create(struct hal_thread **thread, void (*entry)(void *), void *argument,
                             const char *name);
HALAPI void hal_thread_join(struct hal_thread *thread);
HALAPI void hal_thread_detach(struct hal_thread *thread);

/* The calling thread's and process's numbers as Linux gives them. */
HALAPI hal_u32 hal_thread_id(void);
HALAPI hal_u32 hal_process_id(void);
/* The user that this process acts for; the name of its program, cut to size. */
HALAPI hal_u32 hal_user_id(void);
HALAPI void hal_process_name(char *name, hal_size size);

/* The stack of the calling thread: lowest address and first past the highest. */
HALAPI void hal_thread_stack(hal_u64 *low, hal_u64 *high);

/* Calls ended(argument) when the calling thread ends, however it was made. */
HALAPI int hal_thread_at_exit(void (*ended)(void *), void *argument);

/* Processors that threads of this process may run on; the one the caller is on. */
HALAPI hal_u32 hal_processor_count(void);
HALAPI hal_u32 hal_processor_current(void);

/*
 * The one place where a thread waits: sleeps while *word is expected, until
 * hal_wake or until deadline (hal_clock_monotonic's nanoseconds, or
 * HAL_FOREVER). Returns HAL_OK (woken, or the word was another: look again) or
 * HAL_ETIMEDOUT.
 */
HALAPI int hal_wait(hal_u32 *word, hal_u32 expected, hal_i64 deadline);

/* Wakes up to count threads that wait on word; returns how many. */
HALAPI int hal_wake(hal_u32 *word, hal_u32 count);

/* Lets other threads run. */
HALAPI void hal_yield(void);

/*
 * Every thread of the process passes a full memory barrier before this returns,
 * so that the others' fast paths need none. Slow. HAL_ENOSYS if Linux lacks it.
 */
HALAPI int hal_barrier(void);

/* Nanoseconds since some start; 100 ns units since 1601 (UTC). */
HALAPI hal_i64 hal_clock_monotonic(void);
HALAPI hal_i64 hal_clock_system(void);
/* Minutes that local time is ahead of UTC now. */
HALAPI int hal_clock_local_offset(void);

/* ---- image.c: loading shared objects, symbols -------------------------- */

struct hal_image;

/*
 * Loads a shared object. check, if given, is asked for every name that the
 * object needs from outside before any of its code runs: it returns 1 if the
 * kernel has it. If some are missing, missing receives their names, separated
 * by blanks and cut to size, and the answer is HAL_ENOENT. Any other failure:
 * the reason is written to missing and the answer is HAL_EINVAL.
 */
HALAPI int hal_image_load(struct hal_image **image, const char *path,
                          int (*check)(const char *name), char *missing, hal_size size);
/*
 * Loads an object for the next hal_image_load of the same path, which may then be in no
 * position to open files. Not while another thread loads.
 */
HALAPI int hal_image_preload(const char *path, int (*check)(const char *name), char *missing,
                             hal_size size);
HALAPI void hal_image_unload(struct hal_image *image);
/* 1 if the file is an object that defines this name; none of its code runs. */
HALAPI int hal_image_defines(const char *path, const char *name);

/* The address of a name that the object defines, or of one in the whole process with image NULL. */
HALAPI void *hal_image_symbol(struct hal_image *image, const char *name);

/* Lowest address and bytes of the loaded object. */
HALAPI void hal_image_range(struct hal_image *image, hal_u64 *base, hal_u64 *size);

/* Not 0: a debugger (or strace) traces this process now. */
HALAPI int hal_is_traced(void);

/*
 * Writes "function+0x12 (file.c:34)", as much of it as is known, for a code
 * address. Slow; for reports.
 */
HALAPI void hal_describe_code(hal_u64 pc, char *text, hal_size size);
/* Opens all files that hal_describe_code needs, for a process that soon may open none. */
HALAPI void hal_describe_prepare(void);

/* Return addresses of the calling thread, or from a fault's context; returns how many. */
HALAPI hal_u32 hal_backtrace(hal_u64 *pcs, hal_u32 count);
HALAPI hal_u32 hal_backtrace_from(void *context, hal_u64 *pcs, hal_u32 count);
/*
 * Of another thread (hal_thread_id), which is held meanwhile. 0: it did not answer within a
 * second. One caller at a time.
 */
HALAPI hal_u32 hal_backtrace_thread(hal_u32 thread, hal_u64 *pcs, hal_u32 count);

/* ---- file.c: files under a root ---------------------------------------- */

struct hal_root; /* a folder of the user's that a driver's files live in */
struct hal_file;

enum hal_open {
    HAL_OPEN_READ = 1,
    HAL_OPEN_WRITE = 2,
    HAL_OPEN_APPEND = 4,
    HAL_OPEN_CREATE = 8,     /* make it if it is not there */
    HAL_OPEN_EXCLUSIVE = 16, /* with CREATE: fail if it is there */
    HAL_OPEN_TRUNCATE = 32,
    HAL_OPEN_DIRECTORY = 64,
};

struct hal_file_info {
    hal_u64 size, allocated;
    hal_i64 created, accessed, written, changed; /* 100 ns since 1601 */
    hal_u64 index;
    hal_u32 is_directory, is_read_only, links;
};

HALAPI int hal_root_open(struct hal_root **root, const char *path);
HALAPI void hal_root_close(struct hal_root *root);

/*
 * Opens path, a relative UTF-8 path with '/' separators, below root; no link or
 * ".." leads out of it. Names are looked up without regard to case if there is
 * no exact match. *created tells whether the file was made.
 */
HALAPI int hal_file_open(struct hal_file **file, struct hal_root *root, const char *path, int how,
                         int *created);
HALAPI void hal_file_close(struct hal_file *file);
/* Bytes moved, 0 at the end of the file, or an error. The buffer may fault: HAL_EFAULT. */
HALAPI hal_i64 hal_file_read(struct hal_file *file, void *buffer, hal_size bytes, hal_u64 offset);
HALAPI hal_i64 hal_file_write(struct hal_file *file, const void *buffer, hal_size bytes,
                              hal_u64 offset);
HALAPI int hal_file_flush(struct hal_file *file);
HALAPI int hal_file_info(struct hal_file *file, struct hal_file_info *info);
HALAPI int hal_file_resize(struct hal_file *file, hal_u64 size);
HALAPI int hal_file_delete(struct hal_file *file);
/* HAL_OK if nothing is in the folder, HAL_ENOTEMPTY if something is. */
HALAPI int hal_file_check_empty(struct hal_file *file);
HALAPI int hal_file_rename(struct hal_file *file, const char *path, int replace);

/* ---- console.c: text out, environment, the end ------------------------- */

/* Writes bytes to standard error in one piece. */
HALAPI void hal_print(const char *text, hal_size bytes);
/*
 * What a line begins with whose reader is systemd's journal; "" for other readers.
 * hal_print_lines has it before each line.
 */
enum hal_priority { HAL_CRITICAL, HAL_ERROR, HAL_WARNING };
HALAPI const char *hal_priority(enum hal_priority priority);
HALAPI void hal_print_lines(enum hal_priority priority, const char *text, hal_size bytes);
/* The value of an environment variable, or NULL. */
HALAPI const char *hal_environment(const char *name);
/* Ends the process at once with an exit code. */
HALAPI void hal_exit(int code) __attribute__((noreturn));

/* Random bytes. */
HALAPI void hal_random(void *buffer, hal_size bytes);

/*
 * Memory for what is not pool and what no driver ever sees; zeroed, aligned to
 * 16 bytes. NULL if there is none. hal_free takes NULL too.
 */
HALAPI void *hal_allocate(hal_size bytes);
HALAPI void hal_free(void *memory);

/* ---- monitor.c: looking inside from outside ---------------------------- */

/*
 * Answers one request ("pool", "tree", ...) of a process of the same user, by
 * calls of hal_monitor_write with connection. Runs on hal's monitor thread, one
 * at a time.
 */
typedef void (*hal_monitor_handler)(const char *request, void *connection);

/*
 * Listens on a socket that is called by this process's number, in a folder that
 * only the user can open; src/tool/inspect.c knows the way. Returns HAL_OK or
 * why there is no socket: then the process just cannot be looked into.
 */
HALAPI int hal_monitor_start(hal_monitor_handler handler);
HALAPI void hal_monitor_stop(void);
HALAPI void hal_monitor_write(void *connection, const char *text, hal_size bytes);
