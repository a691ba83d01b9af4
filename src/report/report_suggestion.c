/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes as suggestions in reviews. A suggestion replaces whole lines, and the comment that has it
 * stands on exactly these, so edits of bytes are widened to lines. What stands in the block is
 * committed as it is: it can't be escaped, and is not suggested when a page would not show it
 * truly.
 */
#include "base/digest.h"
#include "base/utf8.h"
#include "report/report_internal.h"

enum {
    FENCE_LEAST = 3,
    LINES_MOST = 200, /* what is longer nobody reads in a comment */
    MESSAGE_MOST = 1000,
    KEY_DIGITS = 32,
};

static size_t line_start(struct str text, size_t at)
{
    while (at > 0 && text.p[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(struct str text, size_t at)
{
    while (at < text.n && text.p[at++] != '\n')
        ;
    return at;
}

static bool ends_line(struct str text)
{
    return text.n > 0 && text.p[text.n - 1] == '\n';
}

static size_t count_lines(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n + (text.n > 0 && !ends_line(text));
}

/* Lines that the edits touch. An insertion between two lines replaces the one behind it, or the
 * last one when there is none. */
static struct span lines_of(struct str text, const struct diag_edits *edits)
{
    size_t lo = line_start(text, edits->items[0].span.start);
    size_t hi = edits->items[edits->n - 1].span.end;
    if (hi == lo || text.p[hi - 1] != '\n')
        hi = line_end(text, hi);
    if (hi == lo && lo > 0)
        lo = line_start(text, lo - 1);
    return (struct span){(uint32_t)lo, (uint32_t)hi};
}

/* Those lines with the edits made; what loses its end takes the next line along. */
static struct str edited(struct arena *arena, struct str text, const struct diag_edits *edits,
                         struct span *lines)
{
    SCOPED(buf) struct buf out;
    size_t at = lines->start;
    buf_init(&out, SIZE_MAX - 1);
    for (size_t i = 0; i < edits->n; i++) {
        const struct diag_edit *edit = &edits->items[i];
        buf_add(&out, str_sub(text, at, edit->span.start));
        buf_add(&out, edit->text);
        at = edit->span.end;
    }
    buf_add(&out, str_sub(text, at, lines->end));
    if (out.n && !ends_line(buf_str(&out)) && lines->end < text.n) {
        const size_t end = line_end(text, lines->end);
        buf_add(&out, str_sub(text, lines->end, end));
        lines->end = (uint32_t)end;
    }
    if (out.n && !ends_line(buf_str(&out)))
        buf_add_char(&out, '\n');
    return str_dup(arena, buf_str(&out));
}

/* Whether every character is seen as it is: no control characters, nothing that turns text round,
 * no carriage return, which forges treat each in their way. */
static bool is_plain(struct str text)
{
    for (size_t at = 0; at < text.n;) {
        const size_t start = at;
        const uint32_t rune = utf8_next(text, &at);
        const bool is_bad = rune == RUNE_BAD && at == start + 1;
        const bool is_control = (rune < 0x20 && rune != '\n' && rune != '\t') || rune == 0x7F;
        if (is_bad || is_control || rune_is_hostile(rune))
            return false;
    }
    return true;
}

static struct str body_of(struct arena *arena, const struct report *report, const struct diag *diag,
                          struct str text)
{
    const size_t fence = MAX_OF(escape_longest_run(text) + 1, (size_t)FENCE_LEAST);
    SCOPED(buf) struct buf out;
    buf_init(&out, SIZE_MAX - 1);
    buf_format(&out, "**%s** ", severity_name(diag->severity));
    escape_code(&out, str_from(diag->rule->id));
    buf_add_char(&out, ' ');
    escape_code(&out, escape_cut(arena, diag->message, MESSAGE_MOST));
    if (report_some_versions(report, diag)) {
        buf_add_c(&out, ", only on Kubernetes ");
        report_versions(report, diag->versions, &out);
    }
    buf_add_c(&out, "\n\n");
    for (size_t i = 0; i < fence; i++)
        buf_add_char(&out, '`');
    buf_add_c(&out, "suggestion\n");
    buf_add(&out, text);
    for (size_t i = 0; i < fence; i++)
        buf_add_char(&out, '`');
    buf_add_char(&out, '\n');
    return str_dup(arena, buf_str(&out));
}

static struct str key_of(struct arena *arena, const struct diag *diag, struct str path,
                         struct str old, struct str new)
{
    char hex[65], fingerprint[33];
    struct digest *digest = digest_new();
    diag_fingerprint(diag, fingerprint);
    digest_add_field(digest, str_from(fingerprint));
    digest_add_field(digest, path);
    digest_add_field(digest, old);
    digest_add_field(digest, new);
    const struct sha256 sum = digest_end(digest);
    sha256_hex(&sum, hex);
    return str_dup(arena, str_sub(str_from(hex), 0, KEY_DIGITS));
}

bool report_suggest(struct arena *arena, const struct report *report, const struct diag *diag,
                    struct report_suggestion *ret_suggestion)
{
    struct report_annotation annotation;
    if (!report_tells_fix(diag))
        return false;
    report_annotate(arena, report, diag, &annotation);
    const struct str text = diag->source->text;
    struct span lines = lines_of(text, &diag->fix->edits);
    const struct str new = edited(arena, text, &diag->fix->edits, &lines);
    const struct str old = str_sub(text, lines.start, lines.end);
    const size_t n = count_lines(old);
    if (!annotation.path.n || !n || n > LINES_MOST || count_lines(new) > LINES_MOST ||
        !is_plain(old) || !is_plain(new))
        return false;
    const size_t first = count_lines(str_sub(text, 0, lines.start)) + 1;
    *ret_suggestion =
        (struct report_suggestion){.path = annotation.path,
                                   .first = (uint32_t)first,
                                   .last = (uint32_t)(first + n - 1),
                                   .old = old,
                                   .text = new,
                                   .body = body_of(arena, report, diag, new),
                                   .key = key_of(arena, diag, annotation.path, old, new)};
    return true;
}
