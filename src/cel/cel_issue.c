/* SPDX-License-Identifier: Apache-2.0 */
/* Issues of an expression, and how cel-go prints them (common/error.go). */
#include "cel/cel_internal.h"

#include <stdarg.h>

#include "base/utf8.h"

/* cel-go keeps the first 100 and counts the rest. */
enum { ISSUE_LIMIT = 100, ISSUE_BYTES = 4096 };

static void locate(struct str source, uint32_t offset, struct cel_issue *issue)
{
    size_t line_start = 0;
    if (offset == CEL_NO_PLACE)
        return;
    issue->line = 1;
    for (size_t i = 0; i < offset && i < source.n; i++) {
        if (source.p[i] != '\n')
            continue;
        issue->line++;
        line_start = i + 1;
    }
    issue->column = (uint32_t)utf8_count(str_sub(source, line_start, offset)) + 1;
    /* An empty source has no place at all for cel-go. */
    if (source.n == 0)
        issue->column = 0;
}

void cel_issue(struct cel_issues *issues, struct str source, uint32_t offset, const char *fmt, ...)
{
    if (issues->n >= ISSUE_LIMIT) {
        issues->more++;
        return;
    }
    struct buf text;
    buf_init(&text, ISSUE_BYTES);
    va_list args;
    va_start(args, fmt);
    char *formatted = NULL;
    int n = vasprintf(&formatted, fmt, args);
    va_end(args);
    if (n < 0)
        memory_exhausted(ISSUE_BYTES);
    buf_add(&text, (struct str){formatted, (size_t)n});
    free(formatted);

    struct cel_issue issue = {.offset = offset};
    issue.message = str_dup(issues->arena, buf_str(&text));
    buf_release(&text);
    locate(source, offset, &issue);
    VEC_PUSH(issues->arena, issues, issue);
}

/* Those without a place come first. */
static uint32_t place(const struct cel_issue *issue)
{
    return issue->offset + 1;
}

void cel_issues_sort(struct cel_issues *issues)
{
    /* Insertion sort: few, nearly sorted, and those of one place must keep their order. */
    for (size_t i = 1; i < issues->n; i++) {
        struct cel_issue issue = issues->items[i];
        size_t j = i;
        for (; j > 0 && place(&issues->items[j - 1]) > place(&issue); j--)
            issues->items[j] = issues->items[j - 1];
        issues->items[j] = issue;
    }
}

static struct str quoted_line(struct str source, uint32_t line)
{
    struct str text = {0};
    struct str rest = source;
    for (uint32_t i = 0; i < line; i++) {
        ptrdiff_t end = str_find_char(rest, '\n');
        if (end < 0 && i + 1 < line)
            return (struct str){0};
        text = end < 0 ? rest : str_sub(rest, 0, (size_t)end);
        rest = end < 0 ? (struct str){0} : str_from_offset(rest, (size_t)end + 1);
    }
    return text;
}

static void format_snippet(struct buf *out, struct str source, const struct cel_issue *issue)
{
    struct str line = quoted_line(source, issue->line);
    if (line.n == 0)
        return;
    buf_add_c(out, "\n | ");
    for (size_t i = 0; i < line.n; i++)
        buf_add_char(out, line.p[i] == '\t' ? ' ' : line.p[i]);
    buf_add_c(out, "\n | ");
    /* One dot a code point, full width for those that take more than a byte (common/error.go). */
    size_t pos = 0;
    for (uint32_t i = 1; i < issue->column; i++) {
        size_t start = pos;
        if (pos < line.n)
            (void)utf8_next(line, &pos);
        buf_add_c(out, pos - start > 1 ? "．" : ".");
    }
    size_t start = pos;
    if (pos < line.n)
        (void)utf8_next(line, &pos);
    buf_add_c(out, pos - start > 1 ? "＾" : "^");
}

void cel_issues_format(struct buf *out, struct str source, const struct cel_issues *issues)
{
    for (size_t i = 0; i < issues->n; i++) {
        const struct cel_issue *issue = &issues->items[i];
        if (i)
            buf_add_char(out, '\n');
        buf_format(out, "ERROR: <input>:%d:%u: %.*s", issue->line ? (int)issue->line : -1,
                   issue->column, STR_FMT(issue->message));
        if (issue->line)
            format_snippet(out, source, issue);
    }
    if (issues->more)
        buf_format(out, "\n%zu more errors were truncated", issues->more);
}
