/* SPDX-License-Identifier: Apache-2.0 */
#include "base/child_sandbox.h"

#include "base/file.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- files ---- */

/* Rights that older headers don't name, by the version of the interface that has them. */
enum { TRUNCATE_SINCE = 3, REFER_SINCE = 2 };
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

#define ACCESS_FILE_READ  (LANDLOCK_ACCESS_FS_READ_FILE)
#define ACCESS_FILE_WRITE (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define ACCESS_READ       (ACCESS_FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE                                                                               \
    (ACCESS_FILE_WRITE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |          \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define ACCESS_ALL                                                                                 \
    (ACCESS_READ | ACCESS_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |      \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
     LANDLOCK_ACCESS_FS_REFER)

/* What any program needs to start. */
static const char *const system_folders[] = {
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/nix/store", "/dev/null"};
/* Loaders of dynamic programs, which exec opens as programs. */
static const char *const loaders[] = {
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
};

/* -1: Landlock is not there. */
static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static uint64_t known_rights(long version)
{
    uint64_t rights = ACCESS_ALL;
    if (version < REFER_SINCE)
        rights &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
    if (version < TRUNCATE_SINCE)
        rights &= ~ACCESS_TRUNCATE;
    return rights;
}

/* What is not there can't be used either. */
static int allow(int rules, uint64_t rights, const char *path)
{
    struct stat status;
    SCOPED(fd) int fd = path ? open(path, O_PATH | O_CLOEXEC) : -1;
    if (fd < 0)
        return 0;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISDIR(status.st_mode))
        rights &= ACCESS_FILE_READ | ACCESS_FILE_WRITE | LANDLOCK_ACCESS_FS_EXECUTE;
    struct landlock_path_beneath_attr beneath = {.allowed_access = rights, .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
        return -errno;
    return 0;
}

static int add_rules(int rules, uint64_t known, const struct child_sandbox *sandbox)
{
    const uint64_t run = ACCESS_FILE_READ | LANDLOCK_ACCESS_FS_EXECUTE;
    int error = allow(rules, run, sandbox->program);
    for (size_t i = 0; i < ARRAY_LEN(loaders) && error == 0; i++)
        error = allow(rules, run, loaders[i]);
    for (size_t i = 0; i < ARRAY_LEN(system_folders) && error == 0; i++)
        error = allow(rules, ACCESS_READ, system_folders[i]);
    for (size_t i = 0; i < SANDBOX_FOLDERS && error == 0; i++)
        error = allow(rules, ACCESS_READ, sandbox->readable[i]);
    for (size_t i = 0; i < SANDBOX_FOLDERS && error == 0; i++)
        error = allow(rules, (ACCESS_READ | ACCESS_WRITE) & known, sandbox->writable[i]);
    return error;
}

int child_cage_open(const struct child_sandbox *sandbox, struct child_cage *ret_cage)
{
    *ret_cage = (struct child_cage){.rules = -1};
    const long version = landlock_version();
    if (version < 0)
        return 0;
    const uint64_t known = known_rights(version);
    const struct landlock_ruleset_attr attr = {.handled_access_fs = known};
    SCOPED(fd) int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (rules < 0)
        return -errno;
    const int error = add_rules(rules, known, sandbox);
    if (error < 0)
        return error;
    *ret_cage = (struct child_cage){.rules = rules, .is_confined = true};
    rules = -1;
    return 0;
}

void child_cage_close(struct child_cage *cage)
{
    fd_close(cage->rules);
    cage->rules = -1;
}

/* ---- calls ---- */

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "name the architecture of this machine for the seccomp filter"
#endif

/* Calls of the other numbering of x86-64 (x32) have this bit. */
#define OTHER_NUMBERS 0x40000000u

/* Numbers that older headers don't name; the same on all machines. */
enum { CALL_CLONE3 = 435, CALL_FCHMODAT2 = 452 };
#define IS_THREAD 0x00010000u /* CLONE_THREAD */

/* Landlock's rules are of files that are opened, so here is the rest: no socket of any kind and
 * nothing that opens one in another way; no look into other processes, no signal to them and no
 * memory or keys shared with them; no way out of the group that is killed at the end; no change of
 * what a file is besides its bytes. */
static const uint32_t refused[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_io_uring_setup,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_open,
    SYS_perf_event_open,
    SYS_bpf,
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_setsid,
    SYS_setpgid,
    SYS_kill,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_pidfd_send_signal,
    SYS_shmget,
    SYS_shmat,
    SYS_semget,
    SYS_msgget,
    SYS_mq_open,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_truncate,
    SYS_fchmod,
    SYS_fchmodat,
    CALL_FCHMODAT2,
    SYS_fchown,
    SYS_fchownat,
    SYS_utimensat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
#if defined(__x86_64__) /* which has older calls besides */
    SYS_fork,
    SYS_vfork,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
#endif
};

enum { FILTER_MAX = ARRAY_LEN(refused) * 2 + 32 };

struct program {
    struct sock_filter lines[FILTER_MAX];
    unsigned short n;
};

static void put(struct program *program, struct sock_filter line)
{
    program->lines[program->n++] = line;
}

static void load(struct program *program, size_t offset)
{
    put(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(struct program *program, uint32_t verdict)
{
    put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

/* Goes over the next lines unless the test holds. */
static void only_if(struct program *program, uint16_t test, uint32_t value, uint8_t lines)
{
    put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, value, 0, lines));
}

static void refuse(struct program *program, uint32_t call, uint32_t error)
{
    only_if(program, BPF_JEQ, call, 1);
    answer(program, SECCOMP_RET_ERRNO | error);
}

/* A call only with such a first argument; both machines have its low half in front. */
static void allow_with(struct program *program, uint32_t call, uint16_t test, uint32_t value)
{
    only_if(program, BPF_JEQ, call, 4);
    load(program, offsetof(struct seccomp_data, args));
    only_if(program, test, value, 1);
    answer(program, SECCOMP_RET_ALLOW);
    answer(program, SECCOMP_RET_ERRNO | EACCES);
}

static void write_program(struct program *program)
{
    load(program, offsetof(struct seccomp_data, arch));
    put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0));
    answer(program, SECCOMP_RET_KILL_PROCESS);
    load(program, offsetof(struct seccomp_data, nr));
    only_if(program, BPF_JGE, OTHER_NUMBERS, 1);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        refuse(program, refused[i], EACCES);
    /* Its flags stand in memory, where no filter sees them; libraries then take clone. */
    refuse(program, CALL_CLONE3, ENOSYS);
    allow_with(program, SYS_clone, BPF_JSET, IS_THREAD);
    /* Go interrupts its own threads with signals. */
    allow_with(program, SYS_tgkill, BPF_JEQ, (uint32_t)getpid());
    answer(program, SECCOMP_RET_ALLOW);
}

int child_cage_enter(const struct child_cage *cage)
{
    const struct rlimit none = {0, 0};
    struct program written = {0};
    write_program(&written);
    const struct sock_fprog program = {.len = written.n, .filter = written.lines};
    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    if (cage->rules >= 0 && syscall(SYS_landlock_restrict_self, cage->rules, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
