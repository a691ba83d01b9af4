/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code quality report of GitLab: a list of issues. GitLab compares two reports by fingerprint and
 * drops issues that share one, so equal ones are numbered. What has no place is put at the root of
 * the repository, because GitLab wants a path.
 */
#include "base/file.h"
#include "report/report_internal.h"

static void write_issue(struct jsonw *w, struct arena *arena, struct map *counts,
                        const struct diag *diag);

void report_write_gitlab(const struct report *report, const struct report_options *options,
                         struct buf *out)
{
    SCOPED(arena) struct arena arena = {0};
    struct map counts = {.arena = &arena};
    struct jsonw w = {.out = out, .indent = 2};
    size_t from = out->n;

    (void)options;
    jsonw_open_list(&w);
    for (size_t i = 0; i < report->diags->n; i++)
        if (report_lists(report, &report->diags->items[i]))
            write_issue(&w, &arena, &counts, &report->diags->items[i]);
    jsonw_close_list(&w);
    buf_add_char(out, '\n');
    escape_json_log(out, from);
}

/* Text of a finding as one line that nothing can hide in. */
static struct str describe(struct arena *arena, const struct diag *diag)
{
    struct str object = report_object(arena, &diag->object);
    SCOPED(buf) struct buf text;

    buf_init(&text, SIZE_MAX - 1);
    escape_terminal(&text, diag->message);
    if (object.n > 0) {
        buf_add_c(&text, " (");
        escape_terminal(&text, object);
        buf_add_char(&text, ')');
    }
    if (diag->hint.n > 0) {
        buf_add_c(&text, "; fix: ");
        escape_terminal(&text, diag->hint);
    }
    return str_dup(arena, buf_str(&text));
}

static void write_issue(struct jsonw *w, struct arena *arena, struct map *counts,
                        const struct diag *diag)
{
    static const char *const severities[] = {
        [SEVERITY_OFF] = "info",
        [SEVERITY_INFO] = "info",
        [SEVERITY_WARNING] = "minor",
        [SEVERITY_ERROR] = "major",
    };
    struct str path = STR(".");
    struct place place = {1, 1};
    char print[33];
    size_t nth = report_print(arena, counts, diag, print);
    struct str unique = str_from(print);

    if (nth > 1)
        unique = str_format(arena, "%s-%zu", print, nth);
    if (diag->source) {
        place = report_region(diag->source, diag->span).start;
        if (!path_normal(arena, diag->source->path, &path))
            path = diag->source->path;
    }
    jsonw_open_map(w);
    jsonw_put_text(w, "description", describe(arena, diag));
    jsonw_put_text(w, "check_name", str_from(diag->rule->id));
    jsonw_put_text(w, "fingerprint", unique);
    jsonw_put_text(w, "severity", str_from(severities[diag->severity]));
    jsonw_key(w, "location");
    jsonw_open_map(w);
    jsonw_put_text(w, "path", path);
    jsonw_key(w, "lines");
    jsonw_open_map(w);
    jsonw_put_i64(w, "begin", place.line);
    jsonw_close_map(w);
    jsonw_close_map(w);
    jsonw_close_map(w);
}
