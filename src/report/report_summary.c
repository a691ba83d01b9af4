/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run comes to: one line when all is well, a few when not. What was hidden or not looked at
 * is always counted, so that silence never stands for "not checked".
 */
#include "report/report_internal.h"

enum { FREQUENT_LEAST = 10, FREQUENT_SHOWN = 3 };

/* Names with counts, most frequent first. */
struct tally {
    struct map map; /* name -> struct tally_entry */
    struct tally_entries {
        VEC(struct tally_entry *);
    } entries;
};

struct tally_entry {
    struct str name;
    size_t n;
};

static void write_findings(const struct report_counts *counts, struct buf *out);
static void write_hidden(const struct report *report, const struct report_counts *counts,
                         struct buf *out);
static void write_not_checked(const struct report *report, struct buf *out);
static void write_frequent(const struct report *report, const struct report_counts *counts,
                           struct buf *out);
static void write_fixes(const struct report *report, struct buf *out);
static void write_verdict(const struct report *report, const struct paint_style *style,
                          struct buf *out);

static const char *nothing_found(const struct report *report)
{
    const struct str mode = str_from(report->scope.mode);
    return mode.n && !str_is(mode, "all") ? "no new findings" : "no findings";
}

void report_summary_line(const struct report *report, struct buf *out)
{
    struct report_counts counts = report_count(report);

    if (counts.fresh_total == 0)
        buf_add_c(out, nothing_found(report));
    else
        write_findings(&counts, out);
    buf_add_c(out, " in ");
    /* A configuration and a symlink have findings and are no file that was checked. */
    if (counts.fresh_total > 0 && counts.files <= report->files)
        buf_format(out, "%zu of ", counts.files);
    paint_count(out, report->files, "file", "files");
    buf_add_c(out, ", ");
    paint_count(out, report->objects, "object", "objects");
}

static void write_versions(const struct report *report, struct buf *out)
{
    if (report->versions.n == 0)
        return;
    buf_add_c(out, ", Kubernetes ");
    report_versions(report, UINT32_MAX, out);
    if (!report->scope.snapshot.n)
        return;
    buf_add_c(out, " (");
    escape_terminal(out, report->scope.snapshot);
    buf_add_char(out, ')');
}

/* "since 1a2b3c4d5e6f", the commit or whatever the base was called */
static void write_base(const struct report *report, struct buf *out)
{
    if (report->scope.base.n == 0)
        return;
    buf_add_c(out, " since ");
    escape_terminal(out, report_commit(report->scope.base));
}

/* "ok  214 files, 388 objects, Kubernetes 1.36, no new findings (14 older) in 38 ms" */
static void write_clean(const struct report *report, const struct report_counts *counts,
                        const struct paint_style *style, struct buf *out)
{
    paint_on(out, style, PAINT_GOOD);
    buf_add_c(out, "ok");
    paint_off(out, style);
    buf_add_c(out, "  ");
    paint_count(out, report->files, "file", "files");
    buf_add_c(out, ", ");
    paint_count(out, report->objects, "object", "objects");
    write_versions(report, out);
    buf_add_c(out, ", ");
    buf_add_c(out, nothing_found(report));
    write_base(report, out);
    if (counts->preexisting + counts->suppressed > 0) {
        buf_add_c(out, " (");
        write_hidden(report, counts, out);
        buf_add_char(out, ')');
    }
    if (report->skips.n + report->no_schema > 0) {
        buf_add_c(out, ", ");
        write_not_checked(report, out);
    }
    if (report->took_ms > 0)
        buf_format(out, " in %" PRIu64 " ms", report->took_ms);
    buf_add_char(out, '\n');
}

void report_write_summary(const struct report *report, const struct paint_style *style,
                          struct buf *out)
{
    struct report_counts counts = report_count(report);
    bool lists = counts.fresh_total > 0 || (report->show_preexisting && counts.preexisting > 0);

    if (!lists && report->exit_code == 0) {
        write_clean(report, &counts, style, out);
        if (report_cluster_line(report, out))
            buf_add_char(out, '\n');
        return;
    }
    report_summary_line(report, out);
    write_versions(report, out);
    if (report->took_ms > 0)
        buf_format(out, ", %" PRIu64 " ms", report->took_ms);
    buf_add_char(out, '\n');
    if (counts.preexisting + counts.suppressed > 0) {
        write_hidden(report, &counts, out);
        buf_add_char(out, '\n');
    }
    if (report->skips.n + report->no_schema > 0) {
        write_not_checked(report, out);
        buf_add_char(out, '\n');
    }
    if (report->scope.base.n > 0) {
        buf_add_c(out, "new");
        write_base(report, out);
        if (report->scope.how.n > 0) {
            buf_add_c(out, " (");
            escape_terminal(out, report->scope.how);
            buf_add_char(out, ')');
        }
        buf_add_char(out, '\n');
    }
    if (report_cluster_line(report, out))
        buf_add_char(out, '\n');
    if (report_trust(report, out))
        buf_add_char(out, '\n');
    write_frequent(report, &counts, out);
    write_fixes(report, out);
    write_verdict(report, style, out);
}

static void write_findings(const struct report_counts *counts, struct buf *out)
{
    static const struct {
        enum severity severity;
        const char *one, *many;
    } words[] = {
        {SEVERITY_ERROR, "error", "errors"},
        {SEVERITY_WARNING, "warning", "warnings"},
        {SEVERITY_INFO, "info", "infos"},
    };
    const char *comma = "";

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = counts->fresh[words[i].severity];
        if (n == 0)
            continue;
        buf_add_c(out, comma);
        paint_count(out, n, words[i].one, words[i].many);
        comma = ", ";
    }
}

/* "14 older findings not shown, 3 suppressed" */
static void write_hidden(const struct report *report, const struct report_counts *counts,
                         struct buf *out)
{
    if (counts->preexisting > 0) {
        paint_count(out, counts->preexisting, "older finding", "older findings");
        buf_add_c(out, report->show_preexisting ? "" : " not shown");
    }
    if (counts->suppressed > 0)
        buf_format(out, "%s%zu suppressed", counts->preexisting > 0 ? ", " : "",
                   counts->suppressed);
}

static void tally_add(struct arena *arena, struct tally *tally, struct str name)
{
    struct tally_entry *entry;

    tally->map.arena = arena;
    entry = map_get(&tally->map, name);
    if (!entry) {
        entry = ARENA_NEW(arena, struct tally_entry);
        entry->name = name;
        map_put(&tally->map, name, entry);
        VEC_PUSH(arena, &tally->entries, entry);
    }
    entry->n++;
}

static int compare_entries(const void *a, const void *b)
{
    const struct tally_entry *const *x = a;
    const struct tally_entry *const *y = b;

    if ((*x)->n != (*y)->n)
        return (*x)->n < (*y)->n ? 1 : -1;
    return str_cmp((*x)->name, (*y)->name);
}

/* "6 helm-template, 3 values-file" */
static void tally_write(const struct tally *tally, size_t most, struct buf *out)
{
    if (tally->entries.n > 1)
        qsort(tally->entries.items, tally->entries.n, sizeof(struct tally_entry *),
              compare_entries);
    for (size_t i = 0; i < tally->entries.n && i < most; i++) {
        buf_format(out, "%s%zu ", i > 0 ? ", " : "", tally->entries.items[i]->n);
        escape_terminal(out, tally->entries.items[i]->name);
    }
}

static void write_not_checked(const struct report *report, struct buf *out)
{
    SCOPED(arena) struct arena arena = {0};
    struct tally tally = {0};

    for (size_t i = 0; i < report->skips.n; i++)
        tally_add(&arena, &tally, report->skips.items[i].reason);
    if (report->skips.n > 0) {
        paint_count(out, report->skips.n, "file", "files");
        buf_add_c(out, " not checked (");
        tally_write(&tally, SIZE_MAX, out);
        buf_add_char(out, ')');
    }
    if (report->no_schema == 0)
        return;
    buf_add_c(out, report->skips.n > 0 ? ", " : "");
    paint_count(out, report->no_schema, "custom resource", "custom resources");
    buf_add_c(out, " without a schema");
}

/* Only long reports need to say where to begin. */
static void write_frequent(const struct report *report, const struct report_counts *counts,
                           struct buf *out)
{
    SCOPED(arena) struct arena arena = {0};
    struct tally tally = {0};

    if (counts->fresh_total < FREQUENT_LEAST)
        return;
    for (size_t i = 0; i < report->diags->n; i++)
        if (report->diags->items[i].state == DIAG_NEW)
            tally_add(&arena, &tally, str_from(report->diags->items[i].rule->id));
    if (tally.entries.n < 2)
        return;
    buf_add_c(out, "most frequent: ");
    tally_write(&tally, FREQUENT_SHOWN, out);
    buf_add_char(out, '\n');
}

static void write_fixes(const struct report *report, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < report->diags->n; i++)
        n += report->diags->items[i].fix && report->diags->items[i].state == DIAG_NEW;
    if (n == 0)
        return;
    paint_count(out, n, "finding", "findings");
    buf_add_c(out, " can be fixed by tidegate check --fix; --diff shows how\n");
}

static void write_verdict(const struct report *report, const struct paint_style *style,
                          struct buf *out)
{
    static const struct {
        int exit_code;
        const char *why;
    } verdicts[] = {
        {2, "usage or configuration"},
        {3, "nothing to check"},
        {4, "not everything could be evaluated"},
        {5, "a required report could not be posted"},
    };
    const char *why = NULL;

    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
        if (verdicts[i].exit_code == report->exit_code)
            why = verdicts[i].why;
    paint_on(out, style, report->exit_code == 0 ? PAINT_GOOD : PAINT_ERROR);
    buf_add_c(out, report->exit_code == 0 ? "PASS" : "FAIL");
    paint_off(out, style);
    buf_add_c(out, "  ");
    if (why)
        buf_add_c(out, why);
    else
        buf_format(out, "fail-on=%s",
                   report->fail_on == SEVERITY_OFF ? "never" : severity_name(report->fail_on));
    buf_add_char(out, '\n');
}
