/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands, and finding the one that is meant. */
#include "cmd/cmd.h"

#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "base/suggest.h"
#include "cmd/cmd_internal.h"

static const struct command *const commands[] = {
    &command_check,   &command_diff,         &command_render,   &command_sync,    &command_status,
    &command_history, &command_rollback,     &command_baseline, &command_explain, &command_rules,
    &command_init,    &command_install_hook, &command_doctor,   &command_config,  &command_schemas,
    &command_cluster, &command_completion,   &command_man,      &command_version, &command_help,
};

const struct command *command_at(size_t i)
{
    return i < ARRAY_LEN(commands) ? commands[i] : NULL;
}

const struct command *command_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (str_is(name, commands[i]->name))
            return commands[i];
    return NULL;
}

int usage_error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    output_say_args(fmt, args);
    va_end(args);
    return EXIT_USAGE;
}

int world_error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    output_say_args(fmt, args);
    va_end(args);
    return EXIT_NOT_EVALUATED;
}

static int unknown_command(struct str name)
{
    struct arena arena SCOPED(arena) = {0};
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (!commands[i]->hidden)
            suggest_offer(&suggest, str_from(commands[i]->name));
    struct str quoted = diag_quote(&arena, name);
    if (suggest.best.n)
        return usage_error("there is no command '%.*s'; did you mean '%.*s'?", STR_FMT(quoted),
                           STR_FMT(suggest.best));
    return usage_error("there is no command '%.*s'; `tidegate help` lists them", STR_FMT(quoted));
}

static int print(void (*fill)(struct buf *out))
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    fill(&out);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

static int run_command(const struct command *command, int argc, const char *const *argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct call call = {
        .arena = &arena, .command = command, .args = arena_alloc(&arena, command->args_size)};
    struct str error;
    if (opt_parse(&arena, command->options, argc, argv, call.args, &call.rest, &error) < 0)
        return usage_error("%.*s; see `tidegate %s --help`", STR_FMT(error), command->name);
    const struct common_args *common = call.args;
    if (!common->help && !*command->arguments && call.rest.n)
        return usage_error("%s takes no arguments", command->name);
    if (!common->help)
        return command->run(&call);
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    help_command(command, &out);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

/* Manifests with secrets and the job's token are in memory: a crash must leave neither in a file
 * that a job may upload. */
static void keep_memory_private(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__                  /* whose search for leaks traces the process */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* a pipe in core_pattern heeds no limit */
#endif
}

int cmd_main(int argc, const char *const *argv)
{
    keep_memory_private();
    signal(SIGPIPE, SIG_IGN); /* a reader that has seen enough is no failure of ours */
    if (argc < 2)
        return print(help_overview);
    struct str name = str_from(argv[1]);
    if (str_is(name, "-h") || str_is(name, "--help"))
        return print(help_overview);
    if (str_is(name, "-V") || str_is(name, "--version"))
        name = STR("version");
    const struct command *command = command_find(name);
    return command ? run_command(command, argc - 2, argv + 2) : unknown_command(name);
}
