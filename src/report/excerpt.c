/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source excerpts: lines with their numbers, and under them a mark for the bytes that are meant.
 *
 * A line can be the whole of a file of any size, so only a window around the mark is ever looked
 * at. Columns are counted in cells of the terminal as the line is written, which is what keeps
 * the mark in its place behind tabs, wide characters, combining marks, escapes and masks.
 */
#include "base/utf8.h"
#include "report/report_internal.h"

enum {
    TAB_STOP = 4,
    CONTEXT_LINES = 2,
    WIDTH_UNKNOWN = 140,
    WIDTH_LEAST = 40,
    WIDTH_MOST = 400,
    RUNES_PER_CELL = 4, /* more than that are combining marks piled up to hide something */
    BOM_BYTES = 3,
};

/* Part of a line that is shown. */
struct window {
    uint32_t line;
    uint32_t from, to;
    bool cut_left, cut_right;
};

/* The line that is being written. */
struct pen {
    struct buf *out;
    const struct excerpt *excerpt;
    struct span span;     /* what is marked */
    unsigned cell;        /* where the next character goes */
    unsigned first, last; /* marked cells [first, last) */
    bool marked;          /* first is set */
    bool masked;          /* the previous character was masked */
};

static struct window window_of(const struct excerpt *excerpt, uint32_t line, uint32_t caret);
static void write_context(struct buf *out, const struct excerpt *excerpt, uint32_t line,
                          uint32_t *last);
static void write_line(struct pen *pen, const struct window *window);
static void write_underline(const struct pen *pen, const struct excerpt_mark *mark);
static void write_number(struct buf *out, const struct excerpt *excerpt, uint32_t line);

bool excerpt_is_possible(const struct source *source)
{
    return source && !source->no_excerpt && source->text.n > 0;
}

void excerpt_write(struct buf *out, const struct excerpt *excerpt, const struct excerpt_mark *marks,
                   size_t n)
{
    struct window previous = {0};
    uint32_t last = 0;

    for (size_t i = 0; i < n; i++) {
        struct span span = report_span(excerpt->source, marks[i].span);
        uint32_t line = source_place(excerpt->source, span.start).line;
        struct window window = window_of(excerpt, line, span.start);
        struct pen pen = {.out = out, .excerpt = excerpt, .span = span};
        SCOPED(buf) struct buf unused;

        if (marks[i].primary && !window.cut_left)
            write_context(out, excerpt, line, &last);
        if (last > 0 && line > last + 1)
            buf_add_c(out, "...\n");
        buf_init(&unused, SIZE_MAX - 1);
        if (previous.line == window.line && previous.from == window.from)
            pen.out = &unused; /* two marks in one line: it is written once */
        write_line(&pen, &window);
        pen.out = out;
        write_underline(&pen, &marks[i]);
        previous = window;
        last = line;
    }
}

void excerpt_write_bar(struct buf *out, const struct excerpt *excerpt)
{
    buf_add_n(out, ' ', excerpt->gutter + 1);
    paint_on(out, excerpt->style, PAINT_DRAWING);
    buf_add_c(out, excerpt->style->bar);
    paint_off(out, excerpt->style);
}

static uint32_t text_start(const struct source *source, uint32_t offset)
{
    return offset == 0 && str_starts(source->text, STR("\xEF\xBB\xBF")) ? BOM_BYTES : offset;
}

/* Start of the code point that ends at pos. */
static uint32_t rune_before(struct str text, uint32_t floor, uint32_t pos)
{
    uint32_t start = pos - 1;
    size_t next;

    while (start > floor && pos - start < 4 && ((unsigned char)text.p[start] & 0xC0) == 0x80)
        start--;
    next = start;
    utf8_next(text, &next);
    return next == pos ? start : pos - 1;
}

static unsigned width_at(struct str text, size_t *pos)
{
    if (text.p[*pos] != '\t')
        return escape_rune(NULL, text, pos);
    ++*pos;
    return TAB_STOP;
}

/* End of the text that fits into so many cells from `from` on. */
static uint32_t fit(struct str text, uint32_t from, uint32_t end, unsigned cells)
{
    size_t pos = from;
    unsigned used = 0;

    for (unsigned runes = 0; pos < end && runes < cells * RUNES_PER_CELL; runes++) {
        size_t next = pos;
        used += width_at(text, &next);
        if (used > cells)
            break;
        pos = next;
    }
    return (uint32_t)MIN_OF(pos, (size_t)end);
}

static uint32_t fit_before(struct str text, uint32_t floor, uint32_t pos, unsigned cells)
{
    unsigned used = 0;

    for (unsigned runes = 0; pos > floor && runes < cells * RUNES_PER_CELL; runes++) {
        uint32_t start = rune_before(text, floor, pos);
        size_t next = start;
        used += width_at(text, &next);
        if (used > cells)
            break;
        pos = start;
    }
    return pos;
}

/* The whole line when it fits, else a part with a third of the room before the caret. */
static struct window window_of(const struct excerpt *excerpt, uint32_t line, uint32_t caret)
{
    struct source *source = excerpt->source;
    struct str text = source->text;
    uint32_t start = text_start(source, source_line_start(source, line));
    uint32_t end = source_line_start(source, line) + (uint32_t)source_line(source, line).n;
    unsigned room = excerpt->style->width > 0 ? excerpt->style->width : (unsigned)WIDTH_UNKNOWN;
    struct window window = {.line = line, .from = start, .to = end};

    room = MIN_OF(MAX_OF(room, (unsigned)WIDTH_LEAST), (unsigned)WIDTH_MOST);
    room -= MIN_OF(room / 2, excerpt->gutter + 3);
    end = MAX_OF(start, end);
    caret = MIN_OF(MAX_OF(caret, start), end);
    window.to = fit(text, start, end, room);
    if (window.to == end)
        return window;
    if (fit(text, start, caret, room / 2) < caret)
        window.from = fit_before(text, start, caret, room / 3);
    window.cut_left = window.from > start;
    room -= excerpt->style->ellipsis_width * (window.cut_left ? 2 : 1);
    window.to = fit(text, window.from, end, room);
    window.cut_right = window.to < end;
    return window;
}

static bool is_context(struct str line)
{
    return str_trim(line).n > 0 && !str_starts(line, STR("---"));
}

/* Lines just before one, as far as they belong to the same document. */
static void write_context(struct buf *out, const struct excerpt *excerpt, uint32_t line,
                          uint32_t *last)
{
    uint32_t first = line;

    while (line - first < CONTEXT_LINES && first > *last + 1 && first > 1 &&
           is_context(source_line(excerpt->source, first - 1)))
        first--;
    if (*last > 0 && first < line && first > *last + 1)
        buf_add_c(out, "...\n");
    for (; first < line; first++) {
        uint32_t start = source_line_start(excerpt->source, first);
        struct window window = window_of(excerpt, first, start);
        struct pen pen = {.out = out, .excerpt = excerpt};
        write_line(&pen, &window);
        *last = first;
    }
}

static void write_tab(struct pen *pen)
{
    unsigned n = TAB_STOP - pen->cell % TAB_STOP;

    buf_add_n(pen->out, ' ', n);
    pen->cell += n;
}

/* One character, or the mask that stands for a run of them. */
static void write_rune(struct pen *pen, size_t *pos)
{
    const struct source *source = pen->excerpt->source;
    size_t next = *pos;
    struct span bytes;
    unsigned before = pen->cell;
    bool again = pen->masked;

    utf8_next(source->text, &next);
    bytes = (struct span){(uint32_t)*pos, (uint32_t)next};
    pen->masked = source_is_masked(source, bytes);
    if (pen->masked && !again) {
        buf_add_c(pen->out, pen->excerpt->style->mask);
        pen->cell += 3;
    } else if (pen->masked) {
        before -= MIN_OF(before, 3U);
    } else if (source->text.p[*pos] == '\t') {
        write_tab(pen);
    } else {
        size_t at = *pos;
        pen->cell += escape_rune(pen->out, source->text, &at);
    }
    if (bytes.start < MAX_OF(pen->span.end, pen->span.start + 1) && bytes.end > pen->span.start) {
        pen->first = pen->marked ? pen->first : before;
        pen->marked = true;
        pen->last = pen->cell;
    }
    *pos = next;
}

static void write_line(struct pen *pen, const struct window *window)
{
    const struct paint_style *style = pen->excerpt->style;
    size_t pos = window->from;

    write_number(pen->out, pen->excerpt, window->line);
    if (window->cut_left) {
        buf_add_c(pen->out, style->ellipsis);
        pen->cell += style->ellipsis_width;
    }
    while (pos < window->to)
        write_rune(pen, &pos);
    if (!pen->marked)
        pen->first = pen->cell; /* behind the last character */
    if (window->cut_right)
        buf_add_c(pen->out, style->ellipsis);
    while (pen->out->n > 0 && pen->out->p[pen->out->n - 1] == ' ')
        buf_cut(pen->out, pen->out->n - 1);
    buf_add_char(pen->out, '\n');
}

static void write_underline(const struct pen *pen, const struct excerpt_mark *mark)
{
    unsigned n = pen->marked && pen->last > pen->first ? pen->last - pen->first : 1;

    if (mark->span.start == mark->span.end)
        n = 1;
    excerpt_write_bar(pen->out, pen->excerpt);
    buf_add_n(pen->out, ' ', pen->first + 1);
    paint_on(pen->out, pen->excerpt->style, mark->paint);
    buf_add_n(pen->out, mark->primary ? '^' : '-', n);
    if (mark->label.n > 0) {
        buf_add_char(pen->out, ' ');
        escape_terminal(pen->out, mark->label);
    }
    paint_off(pen->out, pen->excerpt->style);
    buf_add_char(pen->out, '\n');
}

static void write_number(struct buf *out, const struct excerpt *excerpt, uint32_t line)
{
    paint_on(out, excerpt->style, PAINT_DRAWING);
    buf_format(out, "%*" PRIu32 " %s", (int)excerpt->gutter, line, excerpt->style->bar);
    paint_off(out, excerpt->style);
    buf_add_char(out, ' ');
}
