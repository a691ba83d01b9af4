/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate install-hook`: a hook of git that runs the gate. Never overwrites one of somebody else.
 */
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_internal.h"

/* The second line of what is ours. */
static const char marker[] = "# written by tidegate install-hook; it may be written anew";

/*
 * Where git is told where its files are, by a push or by `commit -a`, tidegate is told as well. The
 * base is what the other side has: the old state, or for a branch that comes the newest commit that
 * is there already. What git can't tell is no pass.
 */
static const struct hook {
    const char *name;
    const char *script;
} hooks[] = {
    {"pre-commit", "exec tidegate check --staged\n"},
    {"pre-push",
     "while read -r ref new remote_ref old; do\n"
     "    case $new in *[!0]*) ;; *) continue ;; esac # a branch that goes\n"
     "    case $(git cat-file -t \"$new^{}\") in\n"
     "    commit) ;;\n"
     "    '') exit 1 ;;\n"
     "    *) continue ;; # a tag of something else\n"
     "    esac\n"
     "    if ! git cat-file -e \"$old^{commit}\" 2>/dev/null; then\n"
     "        commits=$(git rev-list --boundary \"$new\" --not --remotes=\"$1\") || exit 1\n"
     "        [ -n \"$commits\" ] || continue\n"
     "        old=$(printf '%s\\n' \"$commits\" | sed -n 's/^-//p' | head -n 1)\n"
     "    fi\n"
     "    tidegate check ${old:+--base \"$old\"} --head \"$new\" --allow-empty "
     "</dev/null || exit 1\n"
     "done\n"},
    {"pre-receive",
     "while read -r old new ref; do\n"
     "    case $new in *[!0]*) ;; *) continue ;; esac # a branch that goes\n"
     "    case $(git cat-file -t \"$new^{}\") in\n"
     "    commit) ;;\n"
     "    '') exit 1 ;;\n"
     "    *) continue ;; # a tag of something else\n"
     "    esac\n"
     "    if ! git cat-file -e \"$old^{commit}\" 2>/dev/null; then\n"
     "        commits=$(git rev-list --boundary \"$new\" --not --all) || exit 1\n"
     "        [ -n \"$commits\" ] || continue\n"
     "        old=$(printf '%s\\n' \"$commits\" | sed -n 's/^-//p' | head -n 1)\n"
     "    fi\n"
     "    said=$(timeout -k 5 \"${TIDEGATE_HOOK_SECONDS:-60}\" \\\n"
     "        tidegate check ${old:+--base \"$old\"} --head \"$new\" --allow-empty \\\n"
     "        --format concise --color never </dev/null 2>&1)\n"
     "    code=$?\n"
     "    printf '%s\\n' \"$said\" | sed '20,${$!d;}' # the last line has the number\n"
     "    [ $code -ne 124 ] || echo 'tidegate: this push takes too long to check'\n"
     "    [ $code -eq 0 ] || exit 1\n"
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
    output_say("there is a %s hook already, which was left as it is: %s", hook->name, path);
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
        output_tell("wrote %s; git runs it from now on", path);
    return EXIT_OK;
}

const struct command command_install_hook = {
    .name = "install-hook",
    .summary = "let git run the check",
    .arguments = "",
    .about =
        "Writes a hook into the repository at hand, where core.hooksPath says. A hook of\n"
        "somebody else is left alone, and what to add to it is printed. On a server a push is\n"
        "refused when checking takes longer than TIDEGATE_HOOK_SECONDS (60).\n",
    .examples = "  tidegate install-hook\n"
                "  tidegate install-hook --type pre-push\n",
    .options = options,
    .args_size = sizeof(struct install_args),
    .run = run,
};
