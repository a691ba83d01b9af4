/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate completion bash|zsh|fish`: scripts made from the command and option tables. */
#include "base/limits.h"
#include "cmd/cmd_internal.h"
#include "pack/pack.h"

static const struct opt options[] = {COMMON_OPTIONS};

/* Candidates of a|b|c with another separator. */
static void add_choices(struct buf *out, const char *choices, char separator)
{
    bool first = true;
    for (struct str part, rest = str_from(choices); str_split(&rest, '|', &part); first = false) {
        if (!first)
            buf_add_char(out, separator);
        buf_add(out, part);
    }
}

static void add_commands(struct buf *out)
{
    for (size_t i = 0; command_at(i); i++)
        if (!command_at(i)->hidden)
            buf_format(out, "%s%s", i ? " " : "", command_at(i)->name);
}

static void add_option_names(const struct command *command, struct buf *out)
{
    for (const struct opt *opt = command->options; opt->name; opt++)
        if (!opt->hidden)
            buf_format(out, " --%s", opt->name);
}

static void add_pack_rules(struct buf *out)
{
    for (size_t i = 0; i < PACK_COUNT; i++)
        buf_format(out, " %s", pack_rules[i].rule.id);
}

/* Words after the command that are no options: a command's verbs, or rule ids. */
static bool add_words(const struct command *command, struct buf *out)
{
    if (command == &command_explain) {
        for (int i = 0; i < RULE_COUNT; i++)
            buf_format(out, " %s", rule_get((enum rule_id)i)->id);
        add_pack_rules(out);
        return true;
    }
    if (!strchr(command->arguments, '|'))
        return false;
    buf_add_char(out, ' ');
    add_choices(out, command->arguments, ' ');
    if (command == &command_rules)
        add_pack_rules(out);
    return true;
}

static void bash_choices(const struct command *command, struct buf *out)
{
    for (const struct opt *opt = command->options; opt->name; opt++) {
        if (!opt->choices)
            continue;
        buf_format(out, "        %s:--%s) COMPREPLY=($(compgen -W \"", command->name, opt->name);
        add_choices(out, opt->choices, ' ');
        buf_add_c(out, "\" -- \"$cur\")); return ;;\n");
    }
}

static void bash(struct buf *out)
{
    buf_add_c(out, "_tidegate()\n{\n"
                   "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                   "    local cmd=${COMP_WORDS[1]}\n"
                   "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                   "        COMPREPLY=($(compgen -W \"");
    add_commands(out);
    buf_add_c(out, "\" -- \"$cur\"))\n        return\n    fi\n    case $cmd:$prev in\n");
    for (size_t i = 0; command_at(i); i++)
        bash_choices(command_at(i), out);
    buf_add_c(out, "    esac\n    case $cmd in\n");
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        if (command->hidden)
            continue;
        buf_format(out, "        %s) COMPREPLY=($(compgen -W \"", command->name);
        add_option_names(command, out);
        add_words(command, out);
        buf_add_c(out, "\" -- \"$cur\")) ;;\n");
    }
    buf_add_c(out, "    esac\n"
                   "    [ \"${cur#-}\" = \"$cur\" ] && COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
                   "}\ncomplete -o filenames -F _tidegate tidegate\n");
}

/* Text inside single quotes of a shell, where [ ] and : are zsh's own marks. */
static void add_quoted(struct buf *out, const char *text, bool zsh)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            buf_add_c(out, "'\\''");
        else if (zsh && strchr("[]:", *c))
            buf_format(out, "\\%c", *c);
        else
            buf_add_char(out, *c);
    }
}

static void zsh_option(const struct opt *opt, struct buf *out)
{
    bool many = opt->kind == OPT_LIST;
    buf_format(out, " \\\n                '%s--%s%s[", many ? "*" : "", opt->name,
               opt->kind == OPT_FLAG    ? ""
               : opt->kind == OPT_MAYBE ? "=-"
                                        : "=");
    add_quoted(out, opt->help, true);
    buf_add_char(out, ']');
    if (opt->kind != OPT_FLAG) {
        /* Two colons: it can do without. */
        buf_format(out, "%s:%s:", opt->kind == OPT_MAYBE ? ":" : "", opt->arg);
        if (opt->choices) {
            buf_add_char(out, '(');
            add_choices(out, opt->choices, ' ');
            buf_add_char(out, ')');
        } else {
            buf_add_c(out, "_files");
        }
    }
    buf_add_char(out, '\'');
}

static void zsh(struct buf *out)
{
    buf_add_c(out, "#compdef tidegate\n_tidegate()\n{\n    local -a commands\n    commands=(\n");
    for (size_t i = 0; command_at(i); i++) {
        if (command_at(i)->hidden)
            continue;
        buf_format(out, "        '%s:", command_at(i)->name);
        add_quoted(out, command_at(i)->summary, false);
        buf_add_c(out, "'\n");
    }
    buf_add_c(out, "    )\n    if (( CURRENT == 2 )); then\n"
                   "        _describe command commands\n        return\n    fi\n"
                   "    local cmd=$words[2]\n    shift words\n    (( CURRENT-- ))\n"
                   "    case $cmd in\n");
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        if (command->hidden)
            continue;
        buf_format(out, "        %s)\n            _arguments -s", command->name);
        for (const struct opt *opt = command->options; opt->name; opt++)
            if (!opt->hidden)
                zsh_option(opt, out);
        buf_add_c(out, " \\\n                '*:argument:");
        struct buf words SCOPED(buf) = {0};
        buf_init(&words, LIMIT_PAGE_BYTES);
        if (add_words(command, &words))
            buf_format(out, "(%.*s)", (int)words.n, words.p);
        else
            buf_add_c(out, "_files");
        buf_add_c(out, "' ;;\n");
    }
    buf_add_c(out, "    esac\n}\n"
                   "if [ \"$funcstack[1]\" = _tidegate ]; then _tidegate \"$@\"; "
                   "else compdef _tidegate tidegate; fi\n");
}

static void fish_option(const struct command *command, const struct opt *opt, struct buf *out)
{
    buf_format(out, "complete -c tidegate -n '__fish_seen_subcommand_from %s' -l %s", command->name,
               opt->name);
    if (opt->letter)
        buf_format(out, " -s %c", opt->letter);
    if (opt->choices) {
        buf_add_c(out, opt->kind == OPT_MAYBE ? " -f -a '" : " -x -a '");
        add_choices(out, opt->choices, ' ');
        buf_add_char(out, '\'');
    } else if (opt->kind != OPT_FLAG) {
        buf_add_c(out, " -r");
    }
    buf_add_c(out, " -d '");
    for (const char *c = opt->help; *c; c++)
        buf_format(out, *c == '\'' ? "\\%c" : "%c", *c);
    buf_add_c(out, "'\n");
}

static void fish(struct buf *out)
{
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        if (command->hidden)
            continue;
        buf_format(out, "complete -c tidegate -f -n __fish_use_subcommand -a %s -d '%s'\n",
                   command->name, command->summary);
        for (const struct opt *opt = command->options; opt->name; opt++)
            if (!opt->hidden)
                fish_option(command, opt, out);
        struct buf words SCOPED(buf) = {0};
        buf_init(&words, LIMIT_PAGE_BYTES);
        if (add_words(command, &words))
            buf_format(out,
                       "complete -c tidegate -f -n '__fish_seen_subcommand_from %s' -a '%.*s'\n",
                       command->name, (int)words.n, words.p);
    }
}

static int run(struct call *call)
{
    static const struct {
        const char *name;
        void (*write)(struct buf *out);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    for (size_t i = 0; call->rest.n == 1 && i < ARRAY_LEN(shells); i++) {
        if (!str_is(call->rest.items[0], shells[i].name))
            continue;
        shells[i].write(&out);
        return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
    }
    return usage_error("completion takes one of bash, zsh, fish");
}

const struct command command_completion = {
    .name = "completion",
    .summary = "print a completion script for a shell",
    .arguments = "bash|zsh|fish",
    .examples = "  source <(tidegate completion bash)\n"
                "  tidegate completion zsh > ~/.zfunc/_tidegate\n"
                "  tidegate completion fish > ~/.config/fish/completions/tidegate.fish\n",
    .options = options,
    .args_size = sizeof(struct common_args),
    .run = run,
};
