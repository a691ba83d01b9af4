/* SPDX-License-Identifier: Apache-2.0 */
/* The options' part of a help page: two columns, the right one wrapped. */
#include "base/opt.h"

enum {
    COLUMNS = 80,
    LEFT_MAX = 30, /* a longer left side gets a line of its own */
    LINE_MAX = 4096,
};

static void add_left(struct buf *line, const struct opt *opt)
{
    if (opt->letter != 0)
        buf_format(line, "  -%c, --%s", opt->letter, opt->name);
    else
        buf_format(line, "      --%s", opt->name);
    if (opt->kind == OPT_MAYBE)
        buf_format(line, "[=%s]", opt->arg ? opt->arg : "VALUE");
    else if (opt->kind != OPT_FLAG)
        buf_format(line, " %s", opt->arg ? opt->arg : "VALUE");
}

/* Words of text from the column on, wrapped with that indentation. */
static void add_wrapped(struct buf *out, struct str text, size_t column)
{
    size_t at = column;
    struct str word;
    while (str_split(&text, ' ', &word)) {
        if (word.n == 0)
            continue;
        if (at > column && at + 1 + word.n > COLUMNS) {
            buf_add_char(out, '\n');
            buf_add_n(out, ' ', column);
            at = column;
        }
        if (at > column) {
            buf_add_char(out, ' ');
            at++;
        }
        buf_add(out, word);
        at += word.n;
    }
    buf_add_char(out, '\n');
}

static size_t left_width(const struct opt *table)
{
    size_t widest = 0;
    for (const struct opt *opt = table; opt->name; opt++) {
        SCOPED(buf) struct buf line;
        buf_init(&line, LINE_MAX);
        if (!opt->hidden)
            add_left(&line, opt);
        if (line.n <= LEFT_MAX)
            widest = MAX_OF(widest, line.n);
    }
    return widest;
}

void opt_help(const struct opt *table, struct buf *out)
{
    size_t column = left_width(table) + 2;
    for (const struct opt *opt = table; opt->name; opt++) {
        if (opt->hidden)
            continue;
        SCOPED(buf) struct buf line;
        buf_init(&line, LINE_MAX);
        add_left(&line, opt);
        buf_add(out, buf_str(&line));
        if (line.n + 2 > column) {
            buf_add_char(out, '\n');
            line.n = 0;
        }
        buf_add_n(out, ' ', column - line.n);
        buf_clear(&line);
        buf_add_c(&line, opt->help);
        if (opt->kind == OPT_CHOICE || opt->kind == OPT_MAYBE)
            buf_format(&line, ": %s", opt->choices);
        add_wrapped(out, buf_str(&line), column);
    }
}
