/* SPDX-License-Identifier: Apache-2.0 */
/* The long form of one rule, wrapped for a page. */
#include "base/utf8.h"
#include "report/report_internal.h"

enum { PAGE_WIDTH = 80, INDENT = 2 };

static void write_title(struct buf *out, const struct paint_style *style, const char *title);
static void write_wrapped(struct buf *out, struct str text);
static void write_paragraphs(struct buf *out, const struct paint_style *style, const char *title,
                             const char *text);
static void write_example(struct buf *out, const struct paint_style *style, const char *code,
                          bool good);
static void write_silence(struct buf *out, const struct paint_style *style,
                          const struct rule *rule);

void report_explain(const struct rule *rule, const struct report_options *options, struct buf *out)
{
    struct paint_style style = paint_style_of(options);

    paint_on(out, &style, PAINT_BOLD);
    escape_terminal(out, str_from(rule->id));
    paint_off(out, &style);
    buf_add_c(out, "  ");
    paint_on(out, &style, paint_of(rule->severity));
    buf_add_c(out, severity_name(rule->severity));
    paint_off(out, &style);
    buf_add_c(out,
              rule_is_server(rule) ? " by default, refused by the API server\n" : " by default\n");
    write_wrapped(out, str_from(rule->summary));
    write_paragraphs(out, &style, "why", rule->why);
    write_example(out, &style, rule->bad, false);
    write_example(out, &style, rule->good, true);
    write_paragraphs(out, &style, "fix", rule->fix);
    write_silence(out, &style, rule);
}

static void write_title(struct buf *out, const struct paint_style *style, const char *title)
{
    buf_add_char(out, '\n');
    paint_on(out, style, PAINT_BOLD);
    buf_add_c(out, title);
    paint_off(out, style);
    buf_add_char(out, '\n');
}

static unsigned width_of(struct str text)
{
    unsigned width = 0;

    for (size_t pos = 0; pos < text.n;)
        width += escape_rune(NULL, text, &pos);
    return width;
}

/* One paragraph, broken at blanks. A word that is too long has a line of its own. */
static void write_wrapped(struct buf *out, struct str text)
{
    struct str word;
    unsigned column = 0;

    while (str_split(&text, ' ', &word)) {
        unsigned width = width_of(word);
        if (word.n == 0)
            continue;
        if (column > 0 && column + 1 + width > PAGE_WIDTH) {
            buf_add_char(out, '\n');
            column = 0;
        }
        buf_add_n(out, ' ', column == 0 ? (size_t)INDENT : 1);
        column += (column == 0 ? (unsigned)INDENT : 1U) + width;
        escape_terminal(out, word);
    }
    if (column > 0)
        buf_add_char(out, '\n');
}

static void write_paragraphs(struct buf *out, const struct paint_style *style, const char *title,
                             const char *text)
{
    struct str rest = str_from(text);
    struct str line;
    bool first = true;

    if (rest.n == 0)
        return;
    write_title(out, style, title);
    while (str_split(&rest, '\n', &line)) {
        if (line.n == 0)
            continue;
        if (!first)
            buf_add_char(out, '\n');
        write_wrapped(out, line);
        first = false;
    }
}

/* YAML with a mark before each line, so that nobody copies the wrong one. */
static void write_example(struct buf *out, const struct paint_style *style, const char *code,
                          bool good)
{
    struct str rest = str_from(code);
    struct str line;

    if (rest.n == 0)
        return;
    write_title(out, style, good ? "good" : "bad");
    while (str_split(&rest, '\n', &line)) {
        if (line.n == 0 && rest.n == 0)
            break;
        buf_add_n(out, ' ', INDENT);
        paint_on(out, style, good ? PAINT_GOOD : PAINT_ERROR);
        buf_add_char(out, good ? '+' : 'x');
        paint_off(out, style);
        buf_format(out, " %s%s", style->bar, line.n > 0 ? " " : "");
        for (size_t pos = 0; pos < line.n;)
            escape_rune(out, line, &pos);
        buf_add_char(out, '\n');
    }
}

/* What only says that tidegate was hindered or told something wrong. */
static bool is_about_us(const struct rule *rule)
{
    struct str id = str_from(rule->id);

    return report_is_limit(rule) || str_starts(id, STR("config/")) ||
           str_starts(id, STR("ignore/")) || str_starts(id, STR("baseline/"));
}

static void write_silence(struct buf *out, const struct paint_style *style, const struct rule *rule)
{
    SCOPED(buf) struct buf id;

    buf_init(&id, SIZE_MAX - 1);
    write_title(out, style, "silence");
    if (rule_is_server(rule)) {
        write_wrapped(out,
                      STR("an ignore quiets the gate only: the API server refuses this when it is "
                          "applied, whatever an ignore says"));
        return;
    }
    if (is_about_us(rule)) {
        write_wrapped(out, STR("cannot be ignored: it is about the check itself, not about a "
                               "manifest"));
        return;
    }
    escape_terminal(&id, str_from(rule->id));
    write_wrapped(out, STR("at one place, with a comment behind the line or above it:"));
    buf_format(out, "    # tidegate: ignore[%s] the reason\n", id.p);
    write_wrapped(out, STR("for some objects, in tidegate.yaml:"));
    buf_format(out,
               "    ignore:\n    - rule: %s\n      object: Kind/namespace/name\n"
               "      reason: why these are fine\n",
               id.p);
    write_wrapped(out, STR("everywhere, in tidegate.yaml:"));
    buf_format(out, "    rules:\n      %s: off\n", id.p);
}
