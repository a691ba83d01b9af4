/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in the place of kustomize and helm that means harm. What it does stands in the
 * kustomization.yaml or Chart.yaml of the folder that it is told to build: a line `# fake: WORD
 * ARGUMENT`. What it tries, and what comes of it, it tells as the reason why it can't build.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static char argument[4096];

static void say(const char *what, int error)
{
    fprintf(stderr, "%s: %s; ", what, error ? strerror(error) : "done");
}

static void start_object(void)
{
    puts("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fake}\ndata:");
}

static int error_of(int result)
{
    return result < 0 ? errno : 0;
}

static int try_open(const char *path, int flags)
{
    const int fd = open(path, flags, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static int try_socket(int family, int type)
{
    const int fd = socket(family, type, 0);
    if (fd < 0)
        return errno;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((unsigned short)atoi(argument))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int error = connect(fd, (struct sockaddr *)&to, sizeof to) < 0 ? errno : 0;
    close(fd);
    return error;
}

static void do_network(void)
{
    int pair[2];
    say("tcp", try_socket(AF_INET, SOCK_STREAM));
    say("udp", try_socket(AF_INET, SOCK_DGRAM));
    say("tcp6", try_socket(AF_INET6, SOCK_STREAM));
    say("unix", try_socket(AF_UNIX, SOCK_STREAM));
    say("netlink", try_socket(AF_NETLINK, SOCK_RAW));
    say("pair", error_of(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)));
    exit(3);
}

static int try_list(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return errno;
    closedir(dir);
    return 0;
}

static void do_files(void)
{
    char path[8192];
    say("read /etc/passwd", try_open("/etc/passwd", O_RDONLY));
    say("read a file", try_open(argument, O_RDONLY));
    say("list /", try_list("/"));
    say("list a process", try_list("/proc/1"));
    snprintf(path, sizeof path, "/proc/%d/environ", getppid());
    say("read the parent", try_open(path, O_RDONLY));
    snprintf(path, sizeof path, "%s.mine", argument);
    say("write beside", try_open(path, O_WRONLY | O_CREAT));
    say("write over", try_open(argument, O_WRONLY));
    say("cut", error_of(truncate(argument, 0)));
    say("change its mode", error_of(chmod(argument, 0)));
    say("change its time", error_of(utimensat(AT_FDCWD, argument, NULL, 0)));
    say("remove", error_of(unlink(argument)));
    say("link", error_of(symlink(argument, "link")));
    say("write into the inputs", try_open("mine", O_WRONLY | O_CREAT));
    say("hide the inputs", error_of(chmod(".", 0)));
    snprintf(path, sizeof path, "%s/mine", getenv("HOME"));
    say("write at home", try_open(path, O_WRONLY | O_CREAT));
    exit(3);
}

static void do_processes(void)
{
    say("signal the parent", error_of(kill(getppid(), 0)));
    say("signal all", error_of(kill(-1, 0)));
    say("signal a thread of the parent",
        error_of((int)syscall(SYS_tgkill, getppid(), getppid(), 0)));
    say("trace the parent", error_of((int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)));
    say("leave the session", error_of(setsid()));
    say("leave the group", error_of(setpgid(0, getppid())));
    say("fork", error_of(fork()));
    say("clone3", error_of((int)syscall(435, NULL, 0)));
    say("shared memory", error_of(shmget(IPC_PRIVATE, 4096, 0600)));
    say("keys", error_of((int)syscall(SYS_keyctl, 0, -3, 0)));
    execl("/bin/sh", "sh", "-c", "echo ran", (char *)NULL);
    say("sh", errno);
    exit(3);
}

static void do_environment(void)
{
    for (char **entry = environ; *entry; entry++)
        fprintf(stderr, "%s; ", *entry);
    exit(3);
}

static void do_sleep(void)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (;;)
        pause();
}

static void do_endless(void)
{
    char line[1 << 16];
    memset(line, 'a', sizeof line);
    for (;;)
        if (write(strcmp(argument, "err") == 0 ? 2 : 1, line, sizeof line) < 0)
            _exit(3);
}

/* Memory that is used, not only asked for. */
static void do_memory(void)
{
    size_t step = (size_t)64 << 20;
    for (;;) {
        char *part = malloc(step);
        if (!part)
            abort();
        memset(part, 1, step);
    }
}

static void do_print(void)
{
    start_object();
    for (const char *p = argument; *p; p++)
        if (p[0] == '\\' && p[1] == 'x')
            putchar((int)strtol((char[]){p[2], p[3], 0}, NULL, 16)), p += 3;
        else
            putchar(*p);
    putchar('\n');
}

static void do_line(void)
{
    start_object();
    fputs("  a: \"", stdout);
    for (long i = atol(argument); i > 0; i--)
        putchar('a');
    puts("\"");
}

static void do_depth(void)
{
    fputs("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fake}\ndata: ", stdout);
    for (long i = atol(argument); i > 0; i--)
        putchar('[');
    puts("");
}

static void do_text(void)
{
    puts(argument);
}

static void do_nothing(void)
{
}

static void do_fail(void)
{
    fprintf(stderr, "%s\n", argument);
    exit(3);
}

static void do_signal(void)
{
    start_object();
    fflush(stdout);
    raise(atoi(argument));
}

static const struct {
    const char *word;
    void (*act)(void);
} acts[] = {
    {"network", do_network},     {"files", do_files},   {"environment", do_environment},
    {"processes", do_processes}, {"sleep", do_sleep},   {"endless", do_endless},
    {"memory", do_memory},       {"print", do_print},   {"line", do_line},
    {"depth", do_depth},         {"text", do_text},     {"nothing", do_nothing},
    {"fail", do_fail},           {"signal", do_signal},
};

/* The line in the file; false when there is none. */
static int read_order(const char *folder, const char *file, char *word)
{
    char path[8192], line[8192];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *in = fopen(path, "r");
    int found = 0;
    while (in && !found && fgets(line, sizeof line, in))
        found = sscanf(line, "# fake: %63s %4095[^\n]", word, argument) >= 1;
    if (in)
        fclose(in);
    return found;
}

/* Runs a program as an older kernel would: it knows no Landlock. */
static int run_without_landlock(char **argv)
{
    struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444 /* landlock_create_ruleset */, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof lines / sizeof *lines, lines};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        perror("seccomp");
    else
        execv(argv[0], argv);
    return 9;
}

int main(int argc, char **argv)
{
    char word[64] = "";
    if (argc > 2 && strcmp(argv[1], "--without-landlock") == 0)
        return run_without_landlock(argv + 2);
    for (int i = 1; i < argc && !word[0]; i++)
        if (argv[i][0] == '/' && !read_order(argv[i], "kustomization.yaml", word))
            read_order(argv[i], "Chart.yaml", word);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(acts[i].word, word) == 0) {
            acts[i].act();
            return 0;
        }
    fputs("no order\n", stderr);
    return 9;
}
