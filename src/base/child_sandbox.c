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

#define LOAD(field)         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE              BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES)
#define REFUSE_CALL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), REFUSE

/* No socket of any kind, nothing that opens one in another way, and no look into other processes:
 * Landlock's rules are of files only. */
static const struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    REFUSE_CALL(SYS_socket),
    REFUSE_CALL(SYS_socketpair),
    REFUSE_CALL(SYS_io_uring_setup),
    REFUSE_CALL(SYS_ptrace),
    REFUSE_CALL(SYS_process_vm_readv),
    REFUSE_CALL(SYS_process_vm_writev),
    REFUSE_CALL(SYS_pidfd_open),
    REFUSE_CALL(SYS_unshare),
    REFUSE_CALL(SYS_mount),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

int child_cage_enter(const struct child_cage *cage)
{
    const struct rlimit none = {0, 0};
    const struct sock_fprog program = {
        .len = ARRAY_LEN(filter),
        .filter = (struct sock_filter *)(uintptr_t)filter, /* the kernel only reads it */
    };
    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    if (cage->rules >= 0 && syscall(SYS_landlock_restrict_self, cage->rules, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
