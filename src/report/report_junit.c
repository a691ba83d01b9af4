/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML, as CI servers show it best: one suite, and a test case for each file that has
 * findings, because viewers list cases by name and show one failure for each. What fails the run
 * is a failure, what could not be evaluated an error, what was not checked is skipped, and the rest
 * is output of a case that passed. The report does not know the names of files without findings:
 * they only count in `tests`. The first case stands for the run, so that no suite is empty, which
 * some servers take for a broken report.
 */
#include "report/report_internal.h"

/* What the findings of one file come to. */
struct verdict {
    const struct diag *first_limit;
    const struct diag *first_failure;
    size_t limits;
    size_t failures;
    size_t others;
};

struct junit {
    const struct report *report;
    struct buf *out;
    size_t cases;
    size_t failures;
    size_t errors;
};

static void write_cases(struct junit *junit);
static void write_case(struct junit *junit, const struct source *source, size_t from, size_t to);

static size_t first_without_source(const struct diags *diags)
{
    size_t n = diags->n;

    while (n > 0 && !diags->items[n - 1].source)
        n--;
    return n;
}

static void put(struct buf *out, const char *name, struct str value)
{
    buf_format(out, " %s=\"", name);
    escape_xml(out, value);
    buf_add_char(out, '"');
}

void report_write_junit(const struct report *report, const struct report_options *options,
                        struct buf *out)
{
    SCOPED(buf) struct buf cases;
    struct junit junit = {.report = report, .out = &cases};
    char counts[160];
    size_t tests;

    (void)options;
    buf_init(&cases, out->max);
    write_cases(&junit);
    /* findings can be about files that are no manifests */
    tests = MAX_OF(report->files + report->skips.n + 1, junit.cases);
    snprintf(counts, sizeof counts, "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
             tests, junit.failures, junit.errors, report->skips.n);
    buf_add_c(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_format(out,
               "<testsuites name=\"tidegate\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
               tests, junit.failures, junit.errors);
    buf_format(out, "  <testsuite name=\"tidegate\" %s>\n", counts);
    buf_add(out, buf_str(&cases));
    buf_add_c(out, "  </testsuite>\n</testsuites>\n");
}

static void write_cases(struct junit *junit)
{
    const struct report *report = junit->report;
    const struct diags *diags = report->diags;
    size_t end = first_without_source(diags);

    write_case(junit, NULL, end, diags->n);
    for (size_t from = 0, to; from < end; from = to) {
        to = from + 1;
        while (to < end && report_same_file(diags->items[to].source, diags->items[from].source))
            to++;
        write_case(junit, diags->items[from].source, from, to);
    }
    for (size_t i = 0; i < report->skips.n; i++) {
        buf_add_c(junit->out, "    <testcase classname=\"not checked\"");
        put(junit->out, "name", report->skips.items[i].path);
        buf_add_c(junit->out, "><skipped");
        put(junit->out, "message", report->skips.items[i].reason);
        buf_add_c(junit->out, "/></testcase>\n");
        junit->cases++;
    }
}

static struct verdict judge(const struct report *report, size_t from, size_t to)
{
    struct verdict verdict = {0};

    for (size_t i = from; i < to; i++) {
        const struct diag *diag = &report->diags->items[i];
        if (!report_lists(report, diag))
            continue;
        if (diag->state == DIAG_NEW && report_is_limit(diag->rule)) {
            verdict.first_limit = verdict.first_limit ? verdict.first_limit : diag;
            verdict.limits++;
        } else if (report_fails(report, diag)) {
            verdict.first_failure = verdict.first_failure ? verdict.first_failure : diag;
            verdict.failures++;
        } else {
            verdict.others++;
        }
    }
    return verdict;
}

static void write_lines(struct junit *junit, size_t from, size_t to)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(buf) struct buf line;

    buf_init(&line, junit->out->max);
    for (size_t i = from; i < to; i++) {
        const struct diag *diag = &junit->report->diags->items[i];
        if (!report_lists(junit->report, diag))
            continue;
        buf_clear(&line);
        report_write_line(junit->report, diag, &arena, &line);
        escape_xml(junit->out, buf_str(&line));
        buf_add_char(junit->out, '\n');
        if (diag->hint.n == 0)
            continue;
        buf_add_c(junit->out, "  fix: ");
        escape_xml(junit->out, diag->hint);
        buf_add_char(junit->out, '\n');
    }
}

/* <failure> or <error> with the first message and all lines. */
static void write_problem(struct junit *junit, const char *element, const struct diag *first,
                          size_t n, size_t from, size_t to)
{
    SCOPED(buf) struct buf message;

    buf_init(&message, junit->out->max);
    buf_add(&message, first->message);
    if (n > 1)
        buf_format(&message, " (and %zu more)", n - 1);
    buf_format(junit->out, "\n      <%s", element);
    put(junit->out, "type", str_from(first->rule->id));
    put(junit->out, "message", buf_str(&message));
    buf_add_char(junit->out, '>');
    write_lines(junit, from, to);
    buf_format(junit->out, "</%s>\n    ", element);
}

/* Findings [from, to) of one file, or of the run when there is no source. */
static void write_case(struct junit *junit, const struct source *source, size_t from, size_t to)
{
    struct verdict verdict = judge(junit->report, from, to);
    struct buf *out = junit->out;

    if (source && verdict.limits + verdict.failures + verdict.others == 0)
        return;
    junit->cases++;
    buf_format(out, "    <testcase classname=\"%s\"", source ? "manifests" : "run");
    put(out, "name", source ? source->path : STR("tidegate"));
    if (source)
        put(out, "file", source->path);
    buf_add_char(out, '>');
    if (verdict.first_limit) {
        junit->errors++;
        write_problem(junit, "error", verdict.first_limit, verdict.limits + verdict.failures, from,
                      to);
    } else if (verdict.first_failure) {
        junit->failures++;
        write_problem(junit, "failure", verdict.first_failure, verdict.failures, from, to);
    } else {
        buf_add_c(out, "<system-out>");
        if (!source) {
            report_summary_line(junit->report, out);
            buf_add_char(out, '\n');
        }
        write_lines(junit, from, to);
        buf_add_c(out, "</system-out>");
    }
    buf_add_c(out, "</testcase>\n");
}
