/* SPDX-License-Identifier: Apache-2.0 */
/* Help pages, printed from the command and option tables. */
#include "cmd/cmd_internal.h"

void help_overview(struct buf *out)
{
    buf_add_c(out,
              "tidegate checks Kubernetes manifests kept in git: the verdict of the API server, "
              "offline.\n\n"
              "Usage: tidegate COMMAND [OPTION…] [ARGUMENT…]\n\n"
              "Examples:\n"
              "  tidegate check                      everything in this repository\n"
              "  tidegate check --base origin/main   what this branch breaks\n"
              "  tidegate check --staged             what the next commit breaks\n"
              "  tidegate explain api/unknown-field  why a rule fires, and what to do\n\n"
              "Commands:\n");
    for (size_t i = 0; command_at(i); i++)
        if (!command_at(i)->hidden)
            buf_format(out, "  %-12s %s\n", command_at(i)->name, command_at(i)->summary);
    buf_add_c(out, "\n`tidegate COMMAND --help` says more about each.\n");
}

void help_command(const struct command *command, struct buf *out)
{
    buf_format(out, "tidegate %s: %s\n\nUsage: tidegate %s [OPTION…] %s\n", command->name,
               command->summary, command->name, command->arguments);
    if (command->about)
        buf_format(out, "\n%s", command->about);
    if (command->examples)
        buf_format(out, "\nExamples:\n%s", command->examples);
    buf_add_c(out, "\nOptions:\n");
    opt_help(command->options, out);
}

static const struct opt help_options[] = {COMMON_OPTIONS};

static int run_help(struct call *call)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, SIZE_MAX / 2);
    if (!call->rest.n) {
        help_overview(&out);
    } else {
        const struct command *command = command_find(call->rest.items[0]);
        if (!command)
            return usage_error("there is no command '%.*s'; `tidegate help` lists them",
                               STR_FMT(call->rest.items[0]));
        help_command(command, &out);
    }
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

const struct command command_help = {.name = "help",
                                     .summary = "show this list, or the page of one command",
                                     .arguments = "[COMMAND]",
                                     .options = help_options,
                                     .args_size = sizeof(struct common_args),
                                     .run = run_help};
