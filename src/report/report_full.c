/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: each finding with its place, the source around it, the other places that play a part,
 * and what to do. Of many findings of one rule in one file only the first few are written out.
 */
#include "report/report_internal.h"

enum { RELATED_MOST = 8 };

struct full {
    const struct report *report;
    const struct report_options *options;
    struct paint_style style;
    struct arena arena;   /* owned */
    struct map explained; /* rules whose help line was written */
    struct map seen;      /* rules of the current file -> struct repeats */
    struct buf *out;
};

/* How often a rule fires in one file. */
struct repeats {
    size_t all;
    size_t shown;
};

static void write_file(struct full *full, size_t from, size_t to);
static void write_finding(struct full *full, const struct diag *diag, size_t hidden);
static void write_place(struct full *full, const struct diag *diag, unsigned gutter);
static void write_excerpt(struct full *full, const struct diag *diag, unsigned gutter);
static void write_elsewhere(struct full *full, const struct diag *diag, unsigned gutter);
static void write_notes(struct full *full, const struct diag *diag, unsigned gutter, size_t hidden);
static unsigned gutter_of(const struct diag *diag);

void report_write_full(const struct report *report, const struct report_options *options,
                       struct buf *out)
{
    const struct diags *diags = report->diags;
    struct full full = {
        .report = report,
        .options = options,
        .style = paint_style_of(options),
        .out = out,
    };

    full.explained.arena = &full.arena;
    for (size_t from = 0, to; from < diags->n; from = to) {
        to = from + 1;
        while (to < diags->n &&
               report_same_file(diags->items[to].source, diags->items[from].source))
            to++;
        write_file(&full, from, to);
    }
    if (!options->quiet)
        report_write_summary(report, &full.style, out);
    arena_release(&full.arena);
}

static struct repeats *repeats_of(struct full *full, const struct diag *diag)
{
    void **slot = map_slot(&full->seen, str_from(diag->rule->id));

    if (!*slot)
        *slot = ARENA_NEW(&full->arena, struct repeats);
    return *slot;
}

/* Findings [from, to), which are all of one file. */
static void write_file(struct full *full, size_t from, size_t to)
{
    const struct diag *items = full->report->diags->items;
    size_t max = full->options->max_same > 0 ? full->options->max_same : SIZE_MAX;

    full->seen = (struct map){.arena = &full->arena};
    for (size_t i = from; i < to; i++)
        if (report_lists(full->report, &items[i]))
            repeats_of(full, &items[i])->all++;
    for (size_t i = from; i < to; i++) {
        struct repeats *repeats;
        if (!report_lists(full->report, &items[i]))
            continue;
        repeats = repeats_of(full, &items[i]);
        if (repeats->shown == max)
            continue;
        repeats->shown++;
        write_finding(full, &items[i], repeats->shown == max ? repeats->all - max : 0);
    }
}

static void write_finding(struct full *full, const struct diag *diag, size_t hidden)
{
    unsigned gutter = gutter_of(diag);
    struct buf *out = full->out;

    paint_on(out, &full->style, paint_of(diag->severity));
    buf_format(out, "%s[", severity_name(diag->severity));
    escape_terminal(out, str_from(diag->rule->id));
    buf_add_char(out, ']');
    paint_off(out, &full->style);
    paint_on(out, &full->style, PAINT_BOLD);
    buf_add_c(out, ": ");
    escape_terminal(out, diag->message);
    paint_off(out, &full->style);
    buf_add_char(out, '\n');
    write_place(full, diag, gutter);
    if (excerpt_is_possible(diag->source))
        write_excerpt(full, diag, gutter);
    write_elsewhere(full, diag, gutter);
    write_notes(full, diag, gutter, hidden);
    buf_add_char(out, '\n');
}

/* path:line:column, as a link where the terminal has them (OSC 8). */
static void write_location(struct full *full, struct source *source, struct span span)
{
    struct place place = report_region(source, span).start;
    bool link = full->options->links && full->options->link_base.n > 0;
    struct buf *out = full->out;

    if (link) {
        buf_add_c(out, "\x1b]8;;");
        escape_terminal(out, full->options->link_base);
        escape_uri(out, source->path);
        if (str_starts(full->options->link_base, STR("http")))
            buf_format(out, "#L%" PRIu32, place.line);
        buf_add_c(out, "\x1b\\");
    }
    escape_terminal(out, source->path);
    buf_format(out, ":%" PRIu32 ":%" PRIu32, place.line, place.column);
    if (link)
        buf_add_c(out, "\x1b]8;;\x1b\\");
}

static void write_place(struct full *full, const struct diag *diag, unsigned gutter)
{
    struct str object = report_object(&full->arena, &diag->object);
    bool tell_set = full->report->sets.n > 1 && diag->set.n > 0;
    struct buf *out = full->out;

    if (!diag->source)
        return;
    buf_add_n(out, ' ', gutter);
    paint_on(out, &full->style, PAINT_DRAWING);
    buf_add_c(out, "-->");
    paint_off(out, &full->style);
    buf_add_char(out, ' ');
    write_location(full, diag->source, diag->span);
    if (object.n > 0) {
        buf_add_c(out, "   ");
        escape_terminal(out, object);
    }
    if (tell_set) {
        buf_add_c(out, object.n > 0 ? ", set " : "   set ");
        escape_terminal(out, diag->set);
    }
    buf_add_char(out, '\n');
}

static int compare_marks(const void *a, const void *b)
{
    const struct excerpt_mark *x = a, *y = b;

    if (x->span.start != y->span.start)
        return x->span.start < y->span.start ? -1 : 1;
    return (int)y->primary - (int)x->primary;
}

/* The finding's own place, together with related ones of the same file. */
static void write_excerpt(struct full *full, const struct diag *diag, unsigned gutter)
{
    struct excerpt excerpt = {diag->source, &full->style, gutter};
    struct excerpt_mark marks[RELATED_MOST + 1];
    size_t n = 0;

    marks[n++] = (struct excerpt_mark){diag->span, STR(""), true, paint_of(diag->severity)};
    for (size_t i = 0; i < diag->related.n && i < RELATED_MOST; i++) {
        const struct diag_related *related = &diag->related.items[i];
        if (related->source && report_same_file(related->source, diag->source))
            marks[n++] = (struct excerpt_mark){related->span, related->message, false, PAINT_INFO};
    }
    qsort(marks, n, sizeof *marks, compare_marks);
    excerpt_write_bar(full->out, &excerpt);
    buf_add_char(full->out, '\n');
    excerpt_write(full->out, &excerpt, marks, n);
    excerpt_write_bar(full->out, &excerpt);
    buf_add_char(full->out, '\n');
}

/* Related places that the excerpt did not show. */
static void write_elsewhere(struct full *full, const struct diag *diag, unsigned gutter)
{
    for (size_t i = 0; i < diag->related.n && i < RELATED_MOST; i++) {
        const struct diag_related *related = &diag->related.items[i];
        struct excerpt excerpt = {related->source, &full->style, gutter};
        struct excerpt_mark mark = {related->span, related->message, false, PAINT_INFO};
        bool quote = excerpt_is_possible(related->source) && related->span.end > 0;

        if (!related->source)
            continue;
        if (report_same_file(related->source, diag->source) && excerpt_is_possible(diag->source))
            continue;
        buf_add_n(full->out, ' ', gutter);
        paint_on(full->out, &full->style, PAINT_DRAWING);
        buf_add_c(full->out, ":::");
        paint_off(full->out, &full->style);
        buf_add_char(full->out, ' ');
        write_location(full, related->source, related->span);
        if (!quote) {
            buf_add_c(full->out, "   ");
            escape_terminal(full->out, related->message);
        }
        buf_add_char(full->out, '\n');
        if (quote)
            excerpt_write(full->out, &excerpt, &mark, 1);
    }
}

static void begin_note(struct full *full, unsigned gutter, const char *name)
{
    buf_add_n(full->out, ' ', gutter + 1);
    paint_on(full->out, &full->style, PAINT_DRAWING);
    buf_add_char(full->out, '=');
    paint_off(full->out, &full->style);
    buf_add_char(full->out, ' ');
    paint_on(full->out, &full->style, PAINT_BOLD);
    buf_format(full->out, "%s:", name);
    paint_off(full->out, &full->style);
    buf_add_char(full->out, ' ');
}

static void write_note(struct full *full, unsigned gutter, const char *name, struct str text)
{
    begin_note(full, gutter, name);
    escape_terminal(full->out, text);
    buf_add_char(full->out, '\n');
}

/* What the excerpt would have shown, for findings that have none, and for those of many lines. */
static void write_place_notes(struct full *full, const struct diag *diag, unsigned gutter)
{
    struct report_region region;

    if (!excerpt_is_possible(diag->source) && diag->field.n > 0)
        write_note(full, gutter, "field", diag->field);
    if (!diag->source) {
        struct str object = report_object(&full->arena, &diag->object);
        if (object.n > 0)
            write_note(full, gutter, "object", object);
        return;
    }
    if (diag->source->no_excerpt)
        write_note(full, gutter, "note", STR("the source is not shown, it may hold secret values"));
    region = report_region(diag->source, diag->span);
    if (region.end.line == region.start.line)
        return;
    begin_note(full, gutter, "note");
    buf_format(full->out, "from line %" PRIu32 " to line %" PRIu32 "\n", region.start.line,
               region.end.line);
}

static void write_related_notes(struct full *full, const struct diag *diag, unsigned gutter)
{
    for (size_t i = 0; i < diag->related.n && i < RELATED_MOST; i++)
        if (!diag->related.items[i].source)
            write_note(full, gutter, "note", diag->related.items[i].message);
    if (diag->related.n <= RELATED_MOST)
        return;
    begin_note(full, gutter, "note");
    paint_count(full->out, diag->related.n - RELATED_MOST, "more place", "more places");
    buf_add_char(full->out, '\n');
}

static void write_notes(struct full *full, const struct diag *diag, unsigned gutter, size_t hidden)
{
    write_place_notes(full, diag, gutter);
    write_related_notes(full, diag, gutter);
    if (diag->hint.n > 0)
        write_note(full, gutter, "fix", diag->hint);
    if (report_some_versions(full->report, diag)) {
        begin_note(full, gutter, "note");
        buf_add_c(full->out, "only on Kubernetes ");
        report_versions(full->report, diag->versions, full->out);
        buf_add_char(full->out, '\n');
    }
    if (diag->state == DIAG_PREEXISTING)
        write_note(full, gutter, "note", STR("older than this change"));
    if (hidden > 0) {
        begin_note(full, gutter, "note");
        buf_format(full->out, "and %zu more like this in the same file\n", hidden);
    }
    if (map_has(&full->explained, str_from(diag->rule->id)))
        return;
    map_put(&full->explained, str_from(diag->rule->id), full);
    begin_note(full, gutter, "help");
    buf_add_c(full->out, "tidegate explain ");
    escape_terminal(full->out, str_from(diag->rule->id));
    buf_add_char(full->out, '\n');
}

/* Cells of the largest line number that is going to be written. */
static unsigned gutter_of(const struct diag *diag)
{
    uint32_t line = diag->source ? source_place(diag->source, diag->span.start).line : 1;
    unsigned digits = 1;

    for (size_t i = 0; i < diag->related.n && i < RELATED_MOST; i++) {
        const struct diag_related *related = &diag->related.items[i];
        if (related->source)
            line = MAX_OF(line, source_place(related->source, related->span.start).line);
    }
    for (; line >= 10; line /= 10)
        digits++;
    return MAX_OF(digits, (unsigned)EXCERPT_MIN_GUTTER);
}
