/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fork and exec by hand, because posix_spawn knows no resource limits. Input comes from a memfd, so
 * the parent never writes into a pipe: no SIGPIPE, no deadlock between input and output. Between
 * fork and exec only async-signal-safe calls are made; other threads may hold any lock.
 */
#include "base/child.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    READ_STEP = 16 << 10,
    TICK_MS = 20, /* how soon an end is noticed that closes no pipe */
    EXEC_FAILED = 127,
};

/* One of the child's output streams. */
struct stream {
    int fd; /* owned; -1 at its end */
    struct buf text;
};

struct child {
    const struct child_options *options; /* borrowed */
    pid_t pid;
    struct stream out, err;
    uint64_t deadline; /* 0: none */
    bool timed_out;
};

/* The child's side of the descriptors. */
struct child_ends {
    int in, out, err, report;
};

static int start(struct child *child);
static void converse(struct child *child);
static int reap(struct child *child);

int child_run(struct arena *arena, const struct child_options *options,
              struct child_result *ret_result)
{
    struct child child = {.options = options, .out.fd = -1, .err.fd = -1};
    buf_init(&child.out.text, options->max_output);
    buf_init(&child.err.text, options->max_output);
    int error = start(&child);
    if (error == 0) {
        converse(&child);
        int status = reap(&child);
        bool exited = WIFEXITED(status);
        *ret_result = (struct child_result){
            .exit_code = exited ? WEXITSTATUS(status) : -1,
            .signal = exited ? 0 : WTERMSIG(status),
            .timed_out = child.timed_out,
            .output_cut = child.out.text.full || child.err.text.full,
            .out = str_dup(arena, buf_str(&child.out.text)),
            .err = str_dup(arena, buf_str(&child.err.text)),
        };
    }
    fd_close(child.out.fd);
    fd_close(child.err.fd);
    buf_release(&child.out.text);
    buf_release(&child.err.text);
    return error;
}

static int open_input(struct str input, int *ret_fd)
{
    if (input.n == 0) {
        *ret_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return *ret_fd < 0 ? -errno : 0;
    }
    SCOPED(fd) int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = fd_write_all(fd, input);
    if (error < 0)
        return error;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* Both ends close on exec; the reading end does not block. */
static int open_pipe(int *ret_read, int *ret_write)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    *ret_read = ends[0];
    *ret_write = ends[1];
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

NORETURN static void fail(int report)
{
    int error = errno;
    ssize_t n = write(report, &error, sizeof error);
    (void)n; /* nobody is left to tell */
    _exit(EXEC_FAILED);
}

static int limit(__rlimit_resource_t what, uint64_t bytes)
{
    const struct rlimit same = {bytes, bytes};
    return bytes > 0 ? setrlimit(what, &same) : 0;
}

/* After fork: only async-signal-safe calls up to exec. */
NORETURN static void become(const struct child_options *options, const struct child_ends *ends)
{
    int report = fcntl(ends->report, F_DUPFD_CLOEXEC, 3);
    /* Lifted above 2 first: a parent without standard streams may have got these very numbers. */
    int in = fcntl(ends->in, F_DUPFD_CLOEXEC, 3);
    int out = fcntl(ends->out, F_DUPFD_CLOEXEC, 3);
    int err = fcntl(ends->err, F_DUPFD_CLOEXEC, 3);
    if (report < 0)
        _exit(EXEC_FAILED);
    if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        fail(report);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Libraries may have opened files that stay open on exec; older kernels only lack the extra
     * care. */
    syscall(SYS_close_range, 3U, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);
    if (options->keep > 2 && fcntl(options->keep, F_SETFD, 0) < 0)
        fail(report);
    if (options->dir && chdir(options->dir) < 0) {
        errno = ENOTDIR; /* ENOENT is the program's */
        fail(report);
    }
    if (limit(RLIMIT_AS, options->max_memory) < 0 || limit(RLIMIT_DATA, options->max_data) < 0 ||
        limit(RLIMIT_FSIZE, options->max_file) < 0)
        fail(report);
    if (options->cage && child_cage_enter(options->cage) < 0)
        fail(report);
    char *const *argv = (char *const *)(uintptr_t)options->argv;
    if (options->env)
        execvpe(argv[0], argv, (char *const *)(uintptr_t)options->env);
    else
        execvp(argv[0], argv);
    fail(report);
}

static int fork_child(struct child *child, const struct child_ends *ends)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* our handlers are not for the child to run */
    child->pid = fork();
    if (child->pid == 0)
        become(child->options, ends);
    int error = child->pid < 0 ? -errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        setpgid(child->pid, child->pid); /* both sides do it: whoever comes first */
    return error;
}

/* The errno of a failed exec, or the end of the pipe when exec closed it. */
static int await_exec(struct child *child, int report)
{
    int error = 0;
    struct pollfd ready = {.fd = report, .events = POLLIN};
    while (poll(&ready, 1, -1) < 0 && errno == EINTR)
        continue;
    if (read(report, &error, sizeof error) != (ssize_t)sizeof error)
        return 0;
    reap(child);
    return -error;
}

static int start(struct child *child)
{
    SCOPED(fd) int report = -1;
    SCOPED(fd) int in = -1;
    SCOPED(fd) int out = -1;
    SCOPED(fd) int err = -1;
    SCOPED(fd) int report_end = -1;
    int error = open_input(child->options->input, &in);
    if (error == 0)
        error = open_pipe(&child->out.fd, &out);
    if (error == 0)
        error = open_pipe(&child->err.fd, &err);
    if (error == 0)
        error = open_pipe(&report, &report_end);
    if (error == 0)
        error = fork_child(child, &(struct child_ends){in, out, err, report_end});
    if (error < 0)
        return error;
    if (child->options->timeout_ms > 0)
        child->deadline = clock_ms() + child->options->timeout_ms;
    fd_close(report_end);
    report_end = -1;
    return await_exec(child, report);
}

/* Takes what is there; closes at the end of the stream or when it cannot be read. */
static void drain(struct stream *stream)
{
    char bytes[READ_STEP];
    while (stream->fd >= 0 && !stream->text.full) {
        ssize_t n = read(stream->fd, bytes, sizeof bytes);
        if (n > 0) {
            buf_add(&stream->text, (struct str){bytes, (size_t)n});
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        fd_close(stream->fd);
        stream->fd = -1;
    }
}

static bool has_ended(const struct child *child)
{
    siginfo_t info = {0};
    int error = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    return error == 0 && info.si_pid == child->pid;
}

/* How long to sleep: to the deadline, but no longer than a tick. -1 when it has passed. */
static int next_wait(const struct child *child)
{
    if (child->deadline == 0)
        return TICK_MS;
    uint64_t now = clock_ms();
    if (now >= child->deadline)
        return -1;
    return (int)MIN_OF(child->deadline - now, (uint64_t)TICK_MS);
}

/*
 * Until both streams have ended and the child too, or a limit is reached. A grandchild that keeps a
 * stream open does not keep us: what the child wrote before its end is all that counts.
 */
static void converse(struct child *child)
{
    while (true) {
        bool ended = has_ended(child);
        drain(&child->out);
        drain(&child->err);
        if (ended || child->out.text.full || child->err.text.full)
            return;
        int wait_ms = next_wait(child);
        if (wait_ms < 0) {
            child->timed_out = true;
            return;
        }
        bool closed = child->out.fd < 0 && child->err.fd < 0;
        struct pollfd streams[] = {{.fd = child->out.fd, .events = POLLIN},
                                   {.fd = child->err.fd, .events = POLLIN}};
        /* With both ends closed the exit is a moment away, and nothing will wake us. */
        poll(streams, ARRAY_LEN(streams), closed ? 1 : wait_ms);
    }
}

/* Ends the whole group before the child is reaped, while its number cannot be anybody else's. */
static int reap(struct child *child)
{
    int status = 0;
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0)
        if (errno != EINTR)
            return W_EXITCODE(EXEC_FAILED, 0);
    return status;
}

/* The program when it may be run, with all links followed. */
static struct str runnable(struct arena *arena, struct str path)
{
    char *real = realpath(str_to_c(arena, path), NULL);
    const bool runs = real && access(real, X_OK) == 0;
    const struct str found = runs ? str_dup(arena, str_from(real)) : STR("");
    free(real);
    return found;
}

struct str child_find(struct arena *arena, const char *program)
{
    const struct str name = str_from(program);
    const char *path = getenv("PATH");
    struct str rest = str_from(path ? path : "/usr/local/bin:/usr/bin:/bin");
    struct str found = {0};
    if (str_find_char(name, '/') >= 0)
        return runnable(arena, name);
    while (rest.n && !found.n) {
        const ptrdiff_t colon = str_find_char(rest, ':');
        const struct str folder = colon < 0 ? rest : str_sub(rest, 0, (size_t)colon);
        rest = colon < 0 ? STR("") : str_from_offset(rest, (size_t)colon + 1);
        if (str_starts(folder, STR("/")))
            found = runnable(arena, path_join(arena, folder, name));
    }
    return found;
}
