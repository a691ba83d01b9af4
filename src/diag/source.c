/* SPDX-License-Identifier: Apache-2.0 */
/* Text with a name: its line table, places in it, and the bytes that nobody may show. */
#include "diag/diag.h"

#include "base/utf8.h"

/*
 * A mark every so many bytes counts the code points before it, so that a place in a file of one
 * endless line costs no more than one in a short line. Files without such lines need none.
 */
enum { MARK_STEP = 4096, BOM_BYTES = 3 };

struct source_mark {
    uint32_t at; /* a code point starts here, at or just after a multiple of MARK_STEP */
    uint32_t runes;
};

static void build_lines(struct source *source);
static void build_marks(struct source *source);
static uint32_t line_of(const struct source *source, uint32_t offset);
static uint32_t runes_between(struct source *source, uint32_t start, uint32_t end);
static bool has_bom(const struct source *source);
static size_t first_mask_ending_after(const struct source *source, uint32_t offset);

struct source *source_new(struct arena *arena, struct str path, struct str text)
{
    struct source *source = ARENA_NEW(arena, struct source);

    if (text.n >= UINT32_MAX)
        BUG("a source of %zu bytes: readers meet LIMIT_FILE_BYTES first", text.n);
    source->path = path;
    source->text = text;
    source->arena = arena;
    return source;
}

struct place source_place(struct source *source, uint32_t offset)
{
    uint32_t line, start, column;

    build_lines(source);
    offset = MIN_OF(offset, (uint32_t)source->text.n);
    line = line_of(source, offset);
    start = source->line_starts[line - 1];
    if (start == 0 && has_bom(source))
        start = MIN_OF(offset, (uint32_t)BOM_BYTES);
    column = runes_between(source, start, offset) + 1;
    return (struct place){line, column};
}

struct str source_line(struct source *source, uint32_t line)
{
    struct str text;

    build_lines(source);
    if (line == 0 || line > source->line_count)
        return (struct str){0};
    text = str_sub(source->text, source->line_starts[line - 1],
                   line < source->line_count ? source->line_starts[line] : source->text.n);
    if (text.n > 0 && text.p[text.n - 1] == '\n')
        text.n--;
    if (text.n > 0 && text.p[text.n - 1] == '\r')
        text.n--;
    return text;
}

uint32_t source_line_start(struct source *source, uint32_t line)
{
    build_lines(source);
    if (line == 0)
        return 0;
    return line > source->line_count ? (uint32_t)source->text.n : source->line_starts[line - 1];
}

uint32_t source_line_count(struct source *source)
{
    build_lines(source);
    return source->line_count;
}

/* Masks stay sorted and apart. They come nearly in order, so an insert moves few of them. */
void source_mask(struct source *source, struct span span)
{
    struct masks *masks = &source->masks;
    size_t from = first_mask_ending_after(source, span.start);
    size_t to = from;

    if (span.start >= span.end)
        return;
    while (to < masks->n && masks->items[to].start < span.end) {
        span.start = MIN_OF(span.start, masks->items[to].start);
        span.end = MAX_OF(span.end, masks->items[to].end);
        to++;
    }
    if (from == to) {
        VEC_PUSH(source->arena, masks, span);
        memmove(&masks->items[from + 1], &masks->items[from],
                (masks->n - 1 - from) * sizeof *masks->items);
        masks->items[from] = span;
        return;
    }
    masks->items[from] = span;
    memmove(&masks->items[from + 1], &masks->items[to], (masks->n - to) * sizeof *masks->items);
    masks->n -= to - from - 1;
}

bool source_is_masked(const struct source *source, struct span span)
{
    size_t i = first_mask_ending_after(source, span.start);

    return i < source->masks.n && source->masks.items[i].start < span.end;
}

/* Bytes of the line break at pos, 0 when there is none. CR LF is one break, as in YAML (5.4). */
static size_t break_length(struct str text, size_t pos)
{
    if (text.p[pos] == '\n')
        return 1;
    if (text.p[pos] != '\r')
        return 0;
    return pos + 1 < text.n && text.p[pos + 1] == '\n' ? 2 : 1;
}

/* The next line break at or after pos, the end when there is none. Few texts have a CR. */
static size_t find_break(struct str text, size_t pos, bool has_cr)
{
    if (!has_cr && pos < text.n) {
        const char *found = memchr(text.p + pos, '\n', text.n - pos);
        return found ? (size_t)(found - text.p) : text.n;
    }
    while (pos < text.n && break_length(text, pos) == 0)
        pos++;
    return pos;
}

/* Where lines start, into an array that is long enough, or nowhere. Gives their number. */
static uint32_t find_lines(struct str text, bool has_cr, uint32_t *starts)
{
    uint32_t lines = 1; /* the first starts at 0 */

    for (size_t pos = 0; (pos = find_break(text, pos, has_cr)) < text.n; lines++) {
        pos += break_length(text, pos);
        if (starts)
            starts[lines] = (uint32_t)pos;
    }
    return lines;
}

static void build_lines(struct source *source)
{
    bool has_cr;

    if (source->line_starts)
        return;
    has_cr = str_find_char(source->text, '\r') >= 0;
    source->line_count = find_lines(source->text, has_cr, NULL);
    source->line_starts = ARENA_ARRAY(source->arena, uint32_t, source->line_count);
    find_lines(source->text, has_cr, source->line_starts);
}

static void build_marks(struct source *source)
{
    struct str text = source->text;
    uint32_t runes = 0;
    size_t marks = 0;

    if (source->marks)
        return;
    source->marks = ARENA_ARRAY(source->arena, struct source_mark, text.n / MARK_STEP + 1);
    for (size_t pos = 0; pos < text.n; runes++) {
        if (pos >= marks * MARK_STEP)
            source->marks[marks++] = (struct source_mark){(uint32_t)pos, runes};
        utf8_next(text, &pos);
    }
    source->mark_count = (uint32_t)marks;
}

/* The last line that starts at or before the offset. */
static uint32_t line_of(const struct source *source, uint32_t offset)
{
    uint32_t low = 0, high = source->line_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

/* Code points that start at or after start and end at or before end. */
static uint32_t count_runes(struct str text, uint32_t start, uint32_t end)
{
    uint32_t runes = 0;
    size_t pos = start;

    while (pos < end) {
        utf8_next(text, &pos);
        runes += pos <= end;
    }
    return runes;
}

static uint32_t runes_before(const struct source *source, uint32_t offset)
{
    size_t i = offset / MARK_STEP;

    if (source->mark_count == 0)
        return 0;
    i = MIN_OF(i, source->mark_count - 1);
    if (source->marks[i].at > offset)
        i--;
    return source->marks[i].runes + count_runes(source->text, source->marks[i].at, offset);
}

static uint32_t runes_between(struct source *source, uint32_t start, uint32_t end)
{
    if (end - start <= MARK_STEP)
        return count_runes(source->text, start, end);
    build_marks(source);
    return runes_before(source, end) - runes_before(source, start);
}

static bool has_bom(const struct source *source)
{
    return str_starts(source->text, STR("\xEF\xBB\xBF"));
}

static size_t first_mask_ending_after(const struct source *source, uint32_t offset)
{
    size_t low = 0, high = source->masks.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (source->masks.items[middle].end > offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
