/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markdown for step summaries, check runs and comments of GitHub and its kin. The verdict comes
 * first, then how often each rule fired, then the findings, errors first.
 *
 * Text that is not ours stands in code spans only. Nothing else keeps it from naming people, issues
 * and images: those are looked for in the finished page, where a backslash is gone.
 */
#include "report/report_internal.h"

enum {
    MESSAGE_MOST = 1000,       /* code points */
    TAIL_BYTES = 1024,         /* for what stands behind the table when it is cut */
    DEFAULT_BYTES = 900 << 10, /* a step summary over 1 MiB is thrown away */
};

struct markdown {
    const struct report *report;
    const struct report_options *options;
    struct report_counts counts;
    struct arena arena; /* owned */
    struct buf *out;
    size_t from; /* where in `out` it starts */
};

static size_t room(const struct markdown *markdown)
{
    const size_t most = markdown->options->max_bytes ? markdown->options->max_bytes : DEFAULT_BYTES;
    const size_t used = markdown->out->n - markdown->from;
    return used + TAIL_BYTES < most ? most - used - TAIL_BYTES : 0;
}

size_t escape_longest_run(struct str text)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        longest = MAX_OF(longest, run);
    }
    return longest;
}

/* In a table a bar ends the cell, even in code. Readers differ about one behind two backslashes. */
void escape_code(struct buf *out, struct str text)
{
    SCOPED(buf) struct buf clean;
    buf_init(&clean, SIZE_MAX - 1);
    escape_terminal(&clean, text);
    const struct str shown = str_trim(buf_str(&clean));
    const size_t fence = escape_longest_run(shown) + 1;
    if (!shown.n)
        return;
    for (size_t i = 0; i < fence; i++)
        buf_add_char(out, '`');
    if (fence > 1)
        buf_add_char(out, ' ');
    for (size_t i = 0; i < shown.n; i++) {
        if (shown.p[i] == '|' && i > 0 && shown.p[i - 1] == '\\')
            buf_add_c(out, "x7c");
        else if (shown.p[i] == '|')
            buf_add_c(out, "\\|");
        else
            buf_add_char(out, shown.p[i]);
    }
    if (fence > 1)
        buf_add_char(out, ' ');
    for (size_t i = 0; i < fence; i++)
        buf_add_char(out, '`');
}

/* ---- the verdict ---- */

static void write_verdict(struct markdown *markdown)
{
    const struct report *report = markdown->report;
    struct buf *out = markdown->out;
    buf_add_c(out, "### ");
    if (report->exit_code == 4)
        buf_add_c(out, "tidegate could not evaluate this: ");
    else
        buf_add_c(out, report->exit_code == 0 ? "tidegate passes: " : "tidegate fails: ");
    report_summary_line(report, out);
    buf_add_c(out, "\n\n");
    /* Before what may be cut. */
    if (report_cluster_line(report, out))
        buf_add_c(out, "\n\n");
    if (report_trust(report, out))
        buf_add_c(out, "\n\n");
}

/* ---- rules ---- */

struct tally {
    const struct rule *rule;
    size_t n[SEVERITY_ERROR + 1];
};

static void write_rules(struct markdown *markdown)
{
    const struct diags *diags = markdown->report->diags;
    struct map known = {.arena = &markdown->arena};
    struct {
        VEC(struct tally *);
    } tallies = {0};
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->state != DIAG_NEW)
            continue;
        void **slot = map_slot(&known, str_from(diag->rule->id));
        if (!*slot) {
            struct tally *tally = ARENA_NEW(&markdown->arena, struct tally);
            *tally = (struct tally){.rule = diag->rule};
            *slot = tally;
            VEC_PUSH(&markdown->arena, &tallies, tally);
        }
        struct tally *tally = *slot;
        tally->n[diag->severity]++;
    }
    if (tallies.n < 2)
        return;
    buf_add_c(markdown->out, "| rule | errors | warnings | infos |\n|---|---|---|---|\n");
    for (size_t i = 0; i < tallies.n && room(markdown) > 0; i++) {
        const struct tally *tally = tallies.items[i];
        buf_add_c(markdown->out, "| ");
        escape_code(markdown->out, str_from(tally->rule->id));
        buf_format(markdown->out, " | %zu | %zu | %zu |\n", tally->n[SEVERITY_ERROR],
                   tally->n[SEVERITY_WARNING], tally->n[SEVERITY_INFO]);
    }
    buf_add_char(markdown->out, '\n');
}

/* ---- findings ---- */

static void write_place(struct markdown *markdown, struct buf *row, const struct diag *diag)
{
    const struct str base = markdown->options->link_base;
    if (!diag->source)
        return;
    const struct place place = report_region(diag->source, diag->span).start;
    const struct str path = diag->source->path;
    const bool links = base.n && !str_starts(path, STR("<")) && !str_starts(path, STR("/")) &&
                       !str_starts(path, STR(".."));
    const struct str text = str_format(&markdown->arena, "%.*s:%" PRIu32 ":%" PRIu32, STR_FMT(path),
                                       place.line, place.column);
    if (links)
        buf_add_char(row, '[');
    escape_code(row, text);
    if (!links)
        return;
    buf_format(row, "](%.*s", STR_FMT(base));
    escape_uri(row, path);
    buf_format(row, "#L%" PRIu32 ")", place.line);
}

static void write_row(struct markdown *markdown, const struct diag *diag, struct buf *row)
{
    struct arena *arena = &markdown->arena;
    buf_format(row, "| %s | ", severity_name(diag->severity));
    escape_code(row, str_from(diag->rule->id));
    buf_add_c(row, " | ");
    write_place(markdown, row, diag);
    buf_add_c(row, " | ");
    escape_code(row, report_object(arena, &diag->object));
    buf_add_c(row, " | ");
    escape_code(row, escape_cut(arena, diag->message, MESSAGE_MOST));
    if (diag->hint.n) {
        buf_add_c(row, "<br>fix: ");
        escape_code(row, escape_cut(arena, diag->hint, MESSAGE_MOST));
    }
    if (report_some_versions(markdown->report, diag)) {
        buf_add_c(row, "<br>only on Kubernetes ");
        report_versions(markdown->report, diag->versions, row);
    }
    buf_add_c(row, " |\n");
}

/* Rows of one severity; gives how many did not fit. */
static size_t write_rows(struct markdown *markdown, enum diag_state state, enum severity severity)
{
    const struct diags *diags = markdown->report->diags;
    size_t left = 0;
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->state != state || diag->severity != severity)
            continue;
        SCOPED(buf) struct buf row;
        buf_init(&row, SIZE_MAX - 1);
        if (!left)
            write_row(markdown, diag, &row);
        if (left || row.n > room(markdown))
            left++;
        else
            buf_add(markdown->out, buf_str(&row));
    }
    return left;
}

static void write_findings(struct markdown *markdown, enum diag_state state)
{
    static const enum severity order[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO};
    size_t left = 0;
    buf_add_c(markdown->out, "| | rule | place | object | finding |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        left += write_rows(markdown, state, order[i]);
    if (left)
        buf_format(markdown->out, "\n%zu more do not fit here; the log has them all.\n", left);
    buf_add_char(markdown->out, '\n');
}

/* ---- the end ---- */

static void write_scope(struct markdown *markdown)
{
    const struct report *report = markdown->report;
    struct buf *out = markdown->out;
    for (size_t i = 0; i < report->scope.notes.n; i++) {
        escape_code(out, report->scope.notes.items[i]);
        buf_add_c(out, "\n\n");
    }
    buf_add_c(out, "Kubernetes ");
    report_versions(report, UINT32_MAX, out);
    if (report->scope.snapshot.n) {
        buf_add_c(out, "; ");
        escape_code(out, report->scope.snapshot);
    }
    if (report->scope.base.n) {
        buf_add_c(out, "; new since ");
        escape_code(out, report_commit(report->scope.base));
        buf_add_c(out, " (");
        escape_code(out, report->scope.how);
        buf_add_c(out, "). The same on your machine: ");
        escape_code(out, str_format(&markdown->arena, "tidegate check --base %.*s",
                                    STR_FMT(report_commit(report->scope.base))));
    }
    if (markdown->counts.preexisting + markdown->counts.suppressed)
        buf_format(out, "; %zu older and %zu suppressed findings are not counted",
                   markdown->counts.preexisting, markdown->counts.suppressed);
    if (report->skips.n)
        buf_format(out, "; %zu files were not checked, the log says why", report->skips.n);
    buf_add_char(out, '\n');
}

void report_write_markdown(const struct report *report, const struct report_options *options,
                           struct buf *out)
{
    struct markdown markdown = {.report = report,
                                .options = options,
                                .counts = report_count(report),
                                .out = out,
                                .from = out->n};
    write_verdict(&markdown);
    if (markdown.counts.fresh_total) {
        write_rules(&markdown);
        write_findings(&markdown, DIAG_NEW);
    }
    if (report->show_preexisting && markdown.counts.preexisting) {
        buf_add_c(out, "<details><summary>Older findings</summary>\n\n");
        write_findings(&markdown, DIAG_PREEXISTING);
        buf_add_c(out, "</details>\n\n");
    }
    write_scope(&markdown);
    arena_release(&markdown.arena);
}
