/*
 * Giving rights up for good, before foreign code runs: who this process is, and what it may ask
 * of Linux.
 *
 * What is not named below is refused with EPERM. The filter is one program for both stages; what
 * differs is whether files may be opened for reading, which the dynamic linker needs.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "linux.h"

#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))
#define AT(field) ((hal_u32)offsetof(struct seccomp_data, field))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

/* Whatever the arguments: memory, threads, waiting, time, and the descriptors that there are. */
/* clang-format off */
static const int plain_calls[] = {
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_fstat, SYS_lseek, SYS_ioctl,
    SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_mremap, SYS_brk, SYS_mlock, SYS_munlock,
    SYS_msync, SYS_fallocate, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_sigaltstack, SYS_futex, SYS_sched_yield, SYS_sched_getaffinity, SYS_getcpu, SYS_membarrier,
    SYS_rseq, SYS_set_robust_list, SYS_set_tid_address, SYS_nanosleep, SYS_clock_nanosleep,
    SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom, SYS_poll, SYS_ppoll, SYS_recvmsg,
    SYS_sendmsg, SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
    SYS_sysinfo, SYS_uname, SYS_exit, SYS_exit_group, SYS_restart_syscall, SYS_sched_setaffinity,
};
/* clang-format on */

/* What the dynamic linker asks besides. */
static const int loading_calls[] = {SYS_newfstatat, SYS_pread64,   SYS_readlink, SYS_readlinkat,
                                    SYS_access,     SYS_fcntl,     SYS_statfs,   SYS_fstatfs,
                                    SYS_getcwd,     SYS_getdents64};

struct program {
    struct sock_filter code[192];
    unsigned short length;
};

static void add(struct program *program, struct sock_filter instruction)
{
    program->code[program->length++] = instruction;
}

static void allow(struct program *program, int number)
{
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (hal_u32)number, 0, 1));
    add(program, (struct sock_filter)RETURN(ALLOW));
}

/*
 * The call with this number if the low half of its argument has all of set and none of clear;
 * the accumulator is the number again afterwards.
 */
static void allow_with(struct program *program, int number, hal_u32 argument, hal_u32 set,
                       hal_u32 clear)
{
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (hal_u32)number, 0, 5));
    add(program, (struct sock_filter)LOAD(argument));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, set | clear));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, set, 0, 1));
    add(program, (struct sock_filter)RETURN(ALLOW));
    add(program, (struct sock_filter)LOAD(AT(nr)));
}

static void refuse(struct program *program, int number, hal_u32 error)
{
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (hal_u32)number, 0, 1));
    add(program, (struct sock_filter)RETURN(REFUSE(error)));
}

/* Signals only to threads of this process: its number is part of the filter. */
static void allow_own_signals(struct program *program)
{
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4));
    add(program, (struct sock_filter)LOAD(AT(args[0])));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (hal_u32)getpid(), 0, 1));
    add(program, (struct sock_filter)RETURN(ALLOW));
    add(program, (struct sock_filter)LOAD(AT(nr)));
}

static void write_program(struct program *program, int may_load)
{
    const hal_u32 thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;

    program->length = 0;
    add(program, (struct sock_filter)LOAD(AT(arch)));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
    add(program, (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS));
    add(program, (struct sock_filter)LOAD(AT(nr)));
    for (size_t i = 0; i < sizeof plain_calls / sizeof *plain_calls; i++)
        allow(program, plain_calls[i]);
    allow_with(program, SYS_clone, AT(args[0]), thread, 0);
    /* Its flags are in memory, where no filter sees them: libc then uses clone. */
    refuse(program, SYS_clone3, ENOSYS);
    allow_own_signals(program);
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 4));
    add(program, (struct sock_filter)LOAD(AT(args[0])));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_NAME, 0, 1));
    add(program, (struct sock_filter)RETURN(ALLOW));
    add(program, (struct sock_filter)LOAD(AT(nr)));
    if (may_load) {
        for (size_t i = 0; i < sizeof loading_calls / sizeof *loading_calls; i++)
            allow(program, loading_calls[i]);
        allow_with(program, SYS_openat, AT(args[2]), 0,
                   O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
        /* The second stage is set up with these. */
        allow(program, SYS_prctl);
        allow(program, SYS_seccomp);
    }
    add(program, (struct sock_filter)RETURN(REFUSE(EPERM)));
}

static int install(int may_load)
{
    struct program program;
    struct sock_fprog filter = {.filter = program.code};

    write_program(&program, may_load);
    filter.len = program.length;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return hal_error_from(-errno);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter))
        return hal_error_from(-errno);
    return HAL_OK;
}

static int has_changed; /* it was root */

/* A process that was started by root is nobody from here on, or who user says. */
static int become(hal_u32 user)
{
    const struct passwd *nobody;
    gid_t group = user;

    if (geteuid() != 0)
        return HAL_OK;
    if (!user) {
        nobody = getpwnam("nobody");
        user = nobody ? nobody->pw_uid : 65534;
        group = nobody ? nobody->pw_gid : 65534;
    }
    if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user))
        return hal_error_from(-errno);
    if (geteuid() != user || getuid() != user)
        return HAL_EPERM;
    /* Its own folder in /proc, which tells what is mapped where, is root's without this. */
    has_changed = 1;
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) ? hal_error_from(-errno) : HAL_OK;
}

HALAPI int hal_confine_begin(hal_u32 user)
{
    int error = become(user);

    return error ? error : install(1);
}

HALAPI int hal_confine_end(void)
{
    if (has_changed && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        return hal_error_from(-errno);
    return install(0);
}
