/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workflow commands of GitHub Actions: `::error file=…,line=…,title=…::message`. A step may show
 * ten annotations of each level, so the tenth says how many there are more, and when they don't
 * fit, findings of one rule in one file share one. New findings come first.
 *
 * Escaping is the runner's: % CR LF in the message, and : , as well in properties, percent first.
 * Text is made one printable line before that, so a manifest can't end a command or start one.
 */
#include "report/report_internal.h"

enum {
    ANNOTATIONS = 10,
    LINES_NAMED = 5,
};

struct github {
    const struct report *report;
    struct arena arena; /* owned */
    struct buf *out;
};

/* Findings that share an annotation, as indexes. */
struct group {
    size_t first;
    struct group_more {
        VEC(size_t);
    } more;
};

struct groups {
    VEC(struct group);
};

static const struct level {
    enum severity severity;
    const char *command;
    const char *one, *many;
} levels[] = {
    {SEVERITY_ERROR, "error", "error", "errors"},
    {SEVERITY_WARNING, "warning", "warning", "warnings"},
    {SEVERITY_INFO, "notice", "info", "infos"},
};

static void collect(struct github *github, enum severity severity, bool merge,
                    struct groups *ret_groups);
static void write_annotation(struct github *github, const struct level *level,
                             const struct group *group);
static void write_rest(struct github *github, const struct level *level,
                       const struct groups *groups);
static void write_notes(struct github *github);

void report_write_github(const struct report *report, const struct report_options *options,
                         struct buf *out)
{
    struct github github = {.report = report, .out = out};

    (void)options;
    write_notes(&github);
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        struct groups groups = {0};
        size_t n;

        collect(&github, levels[i].severity, false, &groups);
        if (groups.n > ANNOTATIONS)
            collect(&github, levels[i].severity, true, &groups);
        n = groups.n > ANNOTATIONS ? ANNOTATIONS - 1 : groups.n;
        for (size_t k = 0; k < n; k++)
            write_annotation(&github, &levels[i], &groups.items[k]);
        if (n < groups.n)
            write_rest(&github, &levels[i], &groups);
    }
    arena_release(&github.arena);
}

/* One group for a rule in a file, or one for each finding. */
static struct group *group_of(struct github *github, struct map *known, struct groups *groups,
                              size_t i, bool merge)
{
    const struct diag *diag = &github->report->diags->items[i];
    struct str key;
    size_t *at;

    if (merge) {
        struct str path = diag->source ? diag->source->path : STR("");
        key = str_format(&github->arena, "%d %s %.*s", (int)diag->state, diag->rule->id,
                         STR_FMT(path));
        at = map_get(known, key);
        if (at)
            return &groups->items[*at];
        at = ARENA_NEW(&github->arena, size_t);
        *at = groups->n;
        map_put(known, key, at);
    }
    VEC_PUSH(&github->arena, groups, (struct group){.first = i});
    return &groups->items[groups->n - 1];
}

static void collect(struct github *github, enum severity severity, bool merge,
                    struct groups *ret_groups)
{
    static const enum diag_state order[] = {DIAG_NEW, DIAG_PREEXISTING};
    const struct diags *diags = github->report->diags;
    struct map known = {.arena = &github->arena};

    *ret_groups = (struct groups){0};
    for (size_t k = 0; k < ARRAY_LEN(order); k++) {
        for (size_t i = 0; i < diags->n; i++) {
            const struct diag *diag = &diags->items[i];
            struct group *group;
            if (diag->state != order[k] || diag->severity != severity ||
                !report_lists(github->report, diag))
                continue;
            group = group_of(github, &known, ret_groups, i, merge);
            if (group->first != i)
                VEC_PUSH(&github->arena, &group->more, i);
        }
    }
}

/* Percent-escapes what the runner takes as its own syntax. */
static void put(struct buf *out, struct str text, bool property)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            buf_format(out, "%%%02X", (unsigned)(unsigned char)c);
        else
            buf_add_char(out, c);
    }
}

static void put_property(struct github *github, const char *name, struct str text)
{
    SCOPED(buf) struct buf clean;

    buf_init(&clean, SIZE_MAX - 1);
    escape_terminal(&clean, text);
    buf_format(github->out, "%s=", name);
    put(github->out, buf_str(&clean), true);
}

static void write_place(struct github *github, const struct report_annotation *annotation)
{
    if (!annotation->path.n)
        return;
    put_property(github, "file", annotation->path);
    buf_format(github->out, ",line=%" PRIu32 ",endLine=%" PRIu32, annotation->line,
               annotation->end_line);
    if (annotation->column)
        buf_format(github->out, ",col=%" PRIu32 ",endColumn=%" PRIu32, annotation->column,
                   annotation->end_column);
    buf_add_char(github->out, ',');
}

static void write_lines_of(struct github *github, const struct group *group, struct buf *message)
{
    const struct diag *items = github->report->diags->items;

    if (group->more.n == 0)
        return;
    buf_format(message, "\nand %zu more like this in the same file", group->more.n);
    if (!items[group->first].source)
        return;
    for (size_t i = 0; i < group->more.n && i < LINES_NAMED; i++) {
        const struct diag *diag = &items[group->more.items[i]];
        buf_format(message, "%s%" PRIu32, i == 0 ? ", on line " : ", ",
                   report_region(diag->source, diag->span).start.line);
    }
    if (group->more.n > LINES_NAMED)
        buf_add_c(message, ", …");
}

static void write_annotation(struct github *github, const struct level *level,
                             const struct group *group)
{
    struct report_annotation annotation;
    SCOPED(buf) struct buf message;

    report_annotate(&github->arena, github->report, &github->report->diags->items[group->first],
                    &annotation);
    buf_format(github->out, "::%s ", level->command);
    write_place(github, &annotation);
    put_property(github, "title", annotation.title);
    buf_add_c(github->out, "::");
    buf_init(&message, SIZE_MAX - 1);
    buf_add(&message, annotation.message);
    write_lines_of(github, group, &message);
    put(github->out, buf_str(&message), false);
    buf_add_char(github->out, '\n');
}

/* The tenth annotation, for what the first nine don't show. */
static void write_rest(struct github *github, const struct level *level,
                       const struct groups *groups)
{
    size_t n = 0;

    for (size_t i = ANNOTATIONS - 1; i < groups->n; i++)
        n += 1 + groups->items[i].more.n;
    buf_format(github->out, "::%s title=tidegate::", level->command);
    buf_format(github->out, "%zu more %s: see the job summary\n", n,
               n == 1 ? level->one : level->many);
}

static void write_note(struct github *github, struct str note)
{
    SCOPED(buf) struct buf clean;

    buf_init(&clean, SIZE_MAX - 1);
    escape_terminal(&clean, note);
    buf_add_c(github->out, "::notice title=tidegate::");
    put(github->out, buf_str(&clean), false);
    buf_add_char(github->out, '\n');
}

/* That more counts than was wanted has to be seen, whatever the log has besides. */
static void write_notes(struct github *github)
{
    const struct report *report = github->report;

    for (size_t i = 0; i < report->scope.notes.n; i++)
        write_note(github, report->scope.notes.items[i]);
    if (str_is(report->scope.how, "base-missing"))
        write_note(github, STR("the base is not in this clone, so everything counts"));
}
