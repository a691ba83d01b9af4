/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate install-hook`: a hook of git that runs the gate. Never overwrites one of somebody else.
 */
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_internal.h"

/* The second line of what is ours. */
static const char marker[] = "# written by tidegate install-hook; it may be written anew";

/* Where git is told where its files are, by a push or by `commit -a`, tidegate is told as well. */
static const struct hook {
    const char *name;
    const char *script;
} hooks[] = {
    {"pre-commit", "exec tidegate check --staged\n"},
    {"pre-push", "while read -r ref new remote_ref old; do\n"
                 "    case $new in *[!0]*) ;; *) continue ;; esac # a branch that goes\n"
                 "    case $old in *[!0]*) ;; *) old= ;; esac     # a branch that comes\n"
                 "    git cat-file -e \"$old\" 2>/dev/null || old=\n"
                 "    tidegate check ${old:+--base \"$old\"} --head \"$new\" </dev/null || exit 1\n"
                 "done\n"},
    {"pre-receive", "while read -r old new ref; do\n"
                    "    case $new in *[!0]*) ;; *) continue ;; esac # a branch that goes\n"
                    "    case $old in *[!0]*) ;; *) old=$(git merge-base HEAD \"$new\" "
                    "2>/dev/null) ;; esac\n"
                    "    tidegate check ${old:+--base \"$old\"} --head \"$new\" --format concise "
                    "--color never </dev/null || exit 1\n"
                    "done\n"},
};

struct install_args {
    struct common_args common;
    struct str type;
};

static const struct opt options[] = {
    {.name = "type",
     .letter = 't',
     .kind = OPT_CHOICE,
     .arg = "HOOK",
     .choices = "pre-commit|pre-push|pre-receive",
     .offset = offsetof(struct install_args, type),
     .help = "which hook: before a commit (the default), before a push, or on a server"},
    COMMON_OPTIONS,
};

static const struct hook *find_hook(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
        if (str_is(name, hooks[i].name))
            return &hooks[i];
    return &hooks[0];
}

static bool is_ours(struct str text)
{
    struct str first, second;
    return str_split(&text, '\n', &first) && str_split(&text, '\n', &second) &&
           str_is(second, marker);
}

/* 0 when it may be written. */
static int look(struct call *call, const struct hook *hook, const char *path)
{
    struct file_info info;
    struct str text;
    if (file_stat(path, &info) == -ENOENT)
        return EXIT_OK;
    if (info.kind == FILE_REGULAR && file_read(call->arena, path, LIMIT_PAGE_BYTES, &text) == 0 &&
        is_ours(text))
        return EXIT_OK;
    fprintf(stderr, "tidegate: there is a %s hook already, which was left as it is: %s\n",
            hook->name, path);
    fprintf(stderr, "tidegate: add this to it:\n\n%s\n", hook->script);
    return EXIT_FINDINGS;
}

static int run(struct call *call)
{
    const struct install_args *args = call->args;
    const struct hook *hook = find_hook(args->type);
    struct diags diags SCOPED(diags) = {0};
    struct repo *repo = NULL;
    struct str folder;
    if (repo_open(call->arena, ".", &diags, &repo) < 0) {
        output_findings(&diags, &args->common);
        return EXIT_NOT_EVALUATED;
    }
    if (!repo)
        return usage_error("this is no git repository; hooks belong into one");
    folder = repo_hooks_dir(repo, call->arena);
    repo_close(repo);
    const char *path = str_to_c(call->arena, path_join(call->arena, folder, str_from(hook->name)));
    const int result = look(call, hook, path);
    if (result != EXIT_OK)
        return result;
    const struct str text = str_format(call->arena, "#!/bin/sh\n%s\n%s", marker, hook->script);
    int error = dir_create_all(str_to_c(call->arena, folder));
    if (error == 0)
        error = file_write(path, text);
    if (error == 0 && chmod(path, 0755) < 0)
        error = -errno;
    if (error < 0)
        return world_error("the hook %s can't be written: %s", path, strerror(-error));
    if (!args->common.quiet)
        fprintf(stderr, "wrote %s; git runs it from now on\n", path);
    return EXIT_OK;
}

const struct command command_install_hook = {
    .name = "install-hook",
    .summary = "let git run the check",
    .arguments = "",
    .about = "Writes a hook into the repository at hand, where core.hooksPath says. A hook of\n"
             "somebody else is left alone, and what to add to it is printed.\n",
    .examples = "  tidegate install-hook\n"
                "  tidegate install-hook --type pre-push\n",
    .options = options,
    .args_size = sizeof(struct install_args),
    .run = run,
};
