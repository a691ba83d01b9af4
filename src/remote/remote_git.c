/* SPDX-License-Identifier: Apache-2.0 */
/* One command of git, with an environment that is made here, and what became of it. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "diag/diag.h"
#include "remote/remote_internal.h"

enum {
    HEAP_BYTES = 1 << 30, /* of each process */
    FILE_BYTES = 16 << 20,
    SHORTEST_SECRET = 3,
};

struct text_list {
    VEC(const char *);
};

static void add_variable(struct arena *arena, struct text_list *list, const char *name,
                         struct str value)
{
    VEC_PUSH(arena, list, str_to_c(arena, str_format(arena, "%s=%.*s", name, STR_FMT(value))));
}

static const char *protocol_of(const struct remote *remote)
{
    static const char *const names[] = {[SCHEME_HTTPS] = "https",
                                        [SCHEME_HTTP] = "http",
                                        [SCHEME_SSH] = "ssh",
                                        [SCHEME_FILE] = "file"};
    return names[remote->address.scheme];
}

static int environment(const struct remote *remote, struct arena *arena,
                       const struct remote_command *command, int config,
                       const char *const **ret_env, struct str *ret_why)
{
    static const char *const fixed[] = {"LC_ALL=C",
                                        "GIT_CONFIG_NOSYSTEM=1",
                                        "GIT_TERMINAL_PROMPT=0",
                                        "GIT_SSH_VARIANT=ssh",
                                        "GIT_ATTR_NOSYSTEM=1",
                                        "GIT_NO_REPLACE_OBJECTS=1",
                                        "GIT_OPTIONAL_LOCKS=0",
                                        "GIT_NO_LAZY_FETCH=1"};
    struct text_list list = {0};
    const char *path = getenv("PATH");
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        VEC_PUSH(arena, &list, fixed[i]);
    add_variable(arena, &list, "PATH", str_from(path ? path : "/usr/local/bin:/usr/bin:/bin"));
    add_variable(arena, &list, "HOME", str_from(remote->state));
    add_variable(arena, &list, "XDG_CONFIG_HOME", str_from(remote->state));
    add_variable(arena, &list, "TMPDIR", str_from(remote->state));
    add_variable(arena, &list, "GIT_CONFIG_GLOBAL", str_format(arena, "/proc/self/fd/%d", config));
    add_variable(arena, &list, "GIT_ALLOW_PROTOCOL",
                 str_from(command->is_local ? "none" : protocol_of(remote)));
    if (command->gnupg_home.n)
        add_variable(arena, &list, "GNUPGHOME", command->gnupg_home);
    if (!command->is_local && remote->address.scheme == SCHEME_SSH) {
        struct str ssh;
        if (config_ssh(remote, arena, &ssh, ret_why) < 0)
            return -1;
        add_variable(arena, &list, "GIT_SSH_COMMAND", ssh);
    }
    VEC_PUSH(arena, &list, NULL);
    *ret_env = list.items;
    return 0;
}

/* Without our secrets, wherever they turn up. */
static struct str scrub(struct arena *arena, struct str said, const struct str_list *secrets)
{
    for (size_t i = 0; i < secrets->n; i++) {
        const struct str secret = secrets->items[i];
        SCOPED(buf) struct buf out;
        ptrdiff_t at;
        if (secret.n < SHORTEST_SECRET)
            continue;
        buf_init(&out, LIMIT_ANSWER_BYTES);
        while ((at = str_find(said, secret)) >= 0) {
            buf_add(&out, str_sub(said, 0, (size_t)at));
            buf_add_c(&out, "***");
            said = str_from_offset(said, (size_t)at + secret.n);
        }
        buf_add(&out, said);
        said = str_dup(arena, buf_str(&out));
    }
    return said;
}

static struct str in_words(struct arena *arena, enum remote_failure failure, struct str detail)
{
    static const char *const prefixes[] = {"fatal: ", "error: "};
    struct str shown = program_said(arena, detail);
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(shown, str_from(prefixes[i])))
            shown = str_from_offset(shown, strlen(prefixes[i]));
    if (!shown.n)
        return str_from(failure_words(failure));
    return str_format(arena, "%s: %.*s", failure_words(failure), STR_FMT(shown));
}

int answer_fail(struct remote_answer *answer, struct arena *arena, enum remote_failure failure,
                struct str detail)
{
    *answer = (struct remote_answer){.failure = failure, .why = in_words(arena, failure, detail)};
    return -1;
}

static void judge(struct arena *arena, const struct child_result *result, struct str why,
                  struct remote_run *run)
{
    struct str line = why;
    if (result->timed_out)
        run->failure = REMOTE_TIMEOUT;
    else if (result->output_cut)
        run->failure = REMOTE_TOO_LARGE;
    else if (why.n)
        run->failure = REMOTE_LOCAL;
    else
        run->failure = failure_of(run->err, &line);
    run->why = in_words(arena, run->failure, line);
}

static int fail_here(struct arena *arena, enum remote_failure failure, struct str why,
                     struct remote_run *run)
{
    run->failure = failure;
    run->why = in_words(arena, failure, why);
    return -1;
}

int remote_run(struct remote *remote, struct arena *arena, const struct remote_command *command,
               struct remote_run *ret_run)
{
    struct program_options options = {
        .folder = command->folder ? command->folder : remote->folder,
        .more_args = &command->more,
        .max_data = HEAP_BYTES,
        .max_file = command->max_file ? command->max_file : FILE_BYTES,
    };
    struct str_list words = {0};
    struct str_list secrets = {0};
    struct child_result result;
    struct str why = {0};
    const uint64_t now = clock_ms();
    *ret_run = (struct remote_run){.exit_code = -1};
    if (now >= command->deadline)
        return fail_here(arena, REMOTE_TIMEOUT, STR("no time is left"), ret_run);
    for (size_t i = 0; i < ARRAY_LEN(command->words) && command->words[i]; i++)
        VEC_PUSH(arena, &words, str_from(command->words[i]));
    options.first_args = &words;
    options.timeout_ms = (unsigned)MIN_OF(command->deadline - now, (uint64_t)UINT32_MAX);
    SCOPED(fd) int config = config_open(remote, arena, command, &secrets, &why);
    if (config < 0 || environment(remote, arena, command, config, &options.env, &why) < 0)
        return fail_here(arena, REMOTE_LOCAL, why, ret_run);
    options.keep = config;
    const bool has_run = program_run(arena, &options, &result, &why) == 0;
    ret_run->exit_code = has_run ? result.exit_code : -1;
    ret_run->out = result.out;
    ret_run->err = scrub(arena, result.err, &secrets);
    if (has_run && result.exit_code == 0 && !result.output_cut)
        return 0;
    judge(arena, &result, scrub(arena, why, &secrets), ret_run);
    return -1;
}
