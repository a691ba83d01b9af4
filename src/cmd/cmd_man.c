/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate man`: the manual page, from the same tables as the help. */
#include "base/limits.h"
#include "cmd/cmd_internal.h"

static const struct opt options[] = {COMMON_OPTIONS};

/* roff reads backslashes, and a dot or quote at the start of a line. Everything is ASCII then. */
static void add_roff(struct buf *out, struct str text)
{
    bool line_start = true;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (line_start && (c == '.' || c == '\''))
            buf_add_c(out, "\\&");
        if (c == '\\')
            buf_add_c(out, "\\e");
        else if (c == '-')
            buf_add_c(out, "\\-");
        else if (str_starts(str_from_offset(text, i), STR("…"))) {
            buf_add_c(out, "...");
            i += 2;
        } else
            buf_add_char(out, c);
        line_start = c == '\n';
    }
}

static void add_option(struct buf *out, const struct opt *opt)
{
    buf_add_c(out, ".TP\n");
    if (opt->letter)
        buf_format(out, "\\fB\\-%c\\fR, ", opt->letter);
    buf_add_c(out, "\\fB\\-\\-");
    add_roff(out, str_from(opt->name));
    buf_add_c(out, "\\fR");
    if (opt->kind == OPT_MAYBE)
        buf_format(out, "[=\\fI%s\\fR]", opt->arg);
    else if (opt->kind != OPT_FLAG)
        buf_format(out, " \\fI%s\\fR", opt->arg);
    buf_add_char(out, '\n');
    add_roff(out, str_from(opt->help));
    buf_add_c(out, ".\n");
    if (!opt->choices)
        return;
    buf_add_c(out, "One of ");
    bool first = true;
    for (struct str part, rest = str_from(opt->choices); str_split(&rest, '|', &part);
         first = false)
        buf_format(out, "%s\\fB%.*s\\fR", first ? "" : ", ", STR_FMT(part));
    buf_add_c(out, ".\n");
}

static void add_command(struct buf *out, const struct command *command)
{
    buf_format(out, ".SS tidegate %s ", command->name);
    add_roff(out, str_from(command->arguments));
    buf_add_char(out, '\n');
    add_roff(out, str_from(command->summary));
    buf_add_c(out, ".\n");
    if (command->about) {
        buf_add_c(out, ".PP\n");
        add_roff(out, str_from(command->about));
    }
    for (const struct opt *opt = command->options; opt->name; opt++)
        if (!opt->hidden)
            add_option(out, opt);
    if (command->examples) {
        buf_add_c(out, ".PP\nExamples:\n.PP\n.nf\n");
        add_roff(out, str_from(command->examples));
        buf_add_c(out, ".fi\n");
    }
}

static int run(struct call *call)
{
    (void)call;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    buf_format(&out,
               ".TH TIDEGATE 1 \"\" \"tidegate %s\" \"User Commands\"\n"
               ".SH NAME\ntidegate \\- check Kubernetes manifests as the API server would\n"
               ".SH SYNOPSIS\n\\fBtidegate\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
               "[\\fIARGUMENT\\fR...]\n.SH COMMANDS\n",
               TIDEGATE_VERSION);
    for (size_t i = 0; command_at(i); i++)
        if (!command_at(i)->hidden)
            add_command(&out, command_at(i));
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

const struct command command_man = {.name = "man",
                                    .summary = "print the manual page",
                                    .arguments = "",
                                    .examples = "  tidegate man | man -l -\n",
                                    .options = options,
                                    .args_size = sizeof(struct common_args),
                                    .hidden = true,
                                    .run = run};
