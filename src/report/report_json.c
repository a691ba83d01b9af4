/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format for programs, version 1. Members are only ever added; report_schema.c describes them
 * and has to be changed along with them. No times and no source text, so equal runs give equal
 * bytes and nothing that is masked can appear.
 */
#include "report/report_internal.h"

enum { JSON_VERSION = 1 };

static void write_scope(struct jsonw *w, const struct report *report);
static void write_versions(struct jsonw *w, const struct report *report, uint32_t bits);
static void write_sets(struct jsonw *w, const struct report *report);
static void write_summary(struct jsonw *w, const struct report *report);
static void write_cluster(struct jsonw *w, const struct report *report);
static void write_finding(struct jsonw *w, const struct report *report, const struct diag *diag);

void report_write_json(const struct report *report, const struct report_options *options,
                       struct buf *out)
{
    struct jsonw w = {.out = out, .indent = 2};
    size_t from = out->n;

    (void)options;
    jsonw_open_map(&w);
    jsonw_put_i64(&w, "version", JSON_VERSION);
    jsonw_key(&w, "tool");
    jsonw_open_map(&w);
    jsonw_put_text(&w, "name", STR("tidegate"));
    jsonw_put_text(&w, "version", STR(TIDEGATE_VERSION));
    jsonw_close_map(&w);
    write_scope(&w, report);
    write_versions(&w, report, UINT32_MAX);
    write_sets(&w, report);
    write_summary(&w, report);
    write_cluster(&w, report);
    report_json_findings(&w, report);
    jsonw_close_map(&w);
    buf_add_char(out, '\n');
    escape_json_log(out, from);
}

void report_json_findings(struct jsonw *w, const struct report *report)
{
    jsonw_key(w, "findings");
    jsonw_open_list(w);
    for (size_t i = 0; i < report->diags->n; i++)
        if (report_tells(report, &report->diags->items[i]))
            write_finding(w, report, &report->diags->items[i]);
    jsonw_close_list(w);
}

static void put_unless_empty(struct jsonw *w, const char *key, struct str text)
{
    if (text.n > 0)
        jsonw_put_text(w, key, text);
}

static void put_size(struct jsonw *w, const char *key, size_t n)
{
    jsonw_put_i64(w, key, (int64_t)n);
}

static void write_scope(struct jsonw *w, const struct report *report)
{
    jsonw_key(w, "scope");
    jsonw_open_map(w);
    jsonw_put_text(w, "mode", str_from(report->scope.mode ? report->scope.mode : "all"));
    put_unless_empty(w, "base", report->scope.base);
    put_unless_empty(w, "head", report->scope.head);
    put_unless_empty(w, "how", report->scope.how);
    put_unless_empty(w, "snapshot", report->scope.snapshot);
    put_unless_empty(w, "oracle", str_from(report->scope.oracle));
    if (report->scope.notes.n) {
        jsonw_key(w, "notes");
        jsonw_open_list(w);
        for (size_t i = 0; i < report->scope.notes.n; i++)
            jsonw_text(w, report->scope.notes.items[i]);
        jsonw_close_list(w);
    }
    if (report->scope.stages) {
        jsonw_key(w, "stages");
        jsonw_bool(w, true);
    }
    jsonw_close_map(w);
}

static void write_versions(struct jsonw *w, const struct report *report, uint32_t bits)
{
    jsonw_key(w, "kubernetes");
    jsonw_open_list(w);
    for (size_t i = 0; i < report->versions.n && i < 32; i++)
        if (bits >> i & 1)
            jsonw_text(w, report->versions.items[i]);
    jsonw_close_list(w);
}

static void write_sets(struct jsonw *w, const struct report *report)
{
    jsonw_key(w, "sets");
    jsonw_open_list(w);
    for (size_t i = 0; i < report->sets.n; i++) {
        jsonw_open_map(w);
        jsonw_put_text(w, "name", report->sets.items[i].name);
        put_size(w, "objects", report->sets.items[i].objects);
        jsonw_put_text(w, "digest", report->sets.items[i].digest);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
}

static void write_summary(struct jsonw *w, const struct report *report)
{
    struct report_counts counts = report_count(report);

    jsonw_key(w, "summary");
    jsonw_open_map(w);
    put_size(w, "files", report->files);
    put_size(w, "documents", report->documents);
    put_size(w, "objects", report->objects);
    put_size(w, "errors", counts.fresh[SEVERITY_ERROR]);
    put_size(w, "warnings", counts.fresh[SEVERITY_WARNING]);
    put_size(w, "infos", counts.fresh[SEVERITY_INFO]);
    put_size(w, "new", counts.fresh_total);
    put_size(w, "preexisting", counts.preexisting);
    put_size(w, "suppressed", counts.suppressed);
    jsonw_key(w, "not_checked");
    jsonw_open_list(w);
    for (size_t i = 0; i < report->skips.n; i++) {
        jsonw_open_map(w);
        jsonw_put_text(w, "path", report->skips.items[i].path);
        jsonw_put_text(w, "reason", report->skips.items[i].reason);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
    jsonw_close_map(w);
}

static void write_cluster(struct jsonw *w, const struct report *report)
{
    const struct report_cluster *sum = &report->cluster;
    if (!sum->version.n)
        return;
    jsonw_key(w, "cluster");
    jsonw_open_map(w);
    jsonw_put_text(w, "version", sum->version);
    put_size(w, "objects", sum->objects);
    put_size(w, "pod_templates", sum->pods);
    put_size(w, "requests", sum->requests);
    put_size(w, "agree", sum->agree);
    put_size(w, "differ", sum->differ);
    put_size(w, "cluster_only", sum->unknown);
    put_size(w, "waiting", sum->waiting);
    put_size(w, "not_allowed", sum->not_allowed);
    put_size(w, "not_sent", sum->not_sent);
    put_size(w, "failed", sum->failed);
    jsonw_close_map(w);
}

static void write_place(struct jsonw *w, struct source *source, struct span span, bool with_end)
{
    struct report_region region;

    if (!source)
        return;
    region = report_region(source, span);
    jsonw_put_text(w, "path", source->path);
    jsonw_put_i64(w, "line", region.start.line);
    jsonw_put_i64(w, "column", region.start.column);
    if (!with_end)
        return;
    jsonw_put_i64(w, "end_line", region.end.line);
    jsonw_put_i64(w, "end_column", region.end.column);
}

static void write_object(struct jsonw *w, const struct diag_object *object)
{
    jsonw_key(w, "object");
    jsonw_open_map(w);
    put_unless_empty(w, "apiVersion", object->api_version);
    put_unless_empty(w, "kind", object->kind);
    put_unless_empty(w, "namespace", object->namespace);
    put_unless_empty(w, "name", object->name);
    jsonw_close_map(w);
}

/* Who prints a message has not to know what terminals obey; names are the objects' own. */
static void put_line(struct jsonw *w, const char *key, struct str text)
{
    SCOPED(buf) struct buf clean;
    buf_init(&clean, SIZE_MAX - 1);
    escape_terminal(&clean, text);
    jsonw_put_text(w, key, buf_str(&clean));
}

static void write_related(struct jsonw *w, const struct diag *diag)
{
    jsonw_key(w, "related");
    jsonw_open_list(w);
    for (size_t i = 0; i < diag->related.n; i++) {
        const struct diag_related *related = &diag->related.items[i];
        jsonw_open_map(w);
        write_place(w, related->source, related->span, false);
        put_line(w, "message", related->message);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
}

static void write_edit(struct jsonw *w, struct source *source, const struct diag_edit *edit)
{
    struct place start = source_place(source, edit->span.start);
    struct place end = source_place(source, edit->span.end);

    jsonw_open_map(w);
    jsonw_put_i64(w, "line", start.line);
    jsonw_put_i64(w, "column", start.column);
    jsonw_put_i64(w, "end_line", end.line);
    jsonw_put_i64(w, "end_column", end.column);
    jsonw_put_text(w, "text", edit->text);
    jsonw_close_map(w);
}

static void write_fixes(struct jsonw *w, const struct diag *diag)
{
    if (!report_tells_fix(diag))
        return;
    jsonw_key(w, "fixes");
    jsonw_open_list(w);
    jsonw_open_map(w);
    put_line(w, "description", diag->fix->summary);
    jsonw_key(w, "edits");
    jsonw_open_list(w);
    for (size_t i = 0; i < diag->fix->edits.n; i++)
        write_edit(w, diag->source, &diag->fix->edits.items[i]);
    jsonw_close_list(w);
    jsonw_close_map(w);
    jsonw_close_list(w);
}

static void write_finding(struct jsonw *w, const struct report *report, const struct diag *diag)
{
    static const char *const states[] = {
        [DIAG_NEW] = "new",
        [DIAG_PREEXISTING] = "preexisting",
        [DIAG_SUPPRESSED] = "suppressed",
    };
    char print[33];

    diag_fingerprint(diag, print);
    jsonw_open_map(w);
    jsonw_put_text(w, "rule", str_from(diag->rule->id));
    jsonw_put_text(w, "severity", str_from(severity_name(diag->severity)));
    jsonw_put_text(w, "state", str_from(states[diag->state]));
    jsonw_put_text(w, "set", diag->set);
    write_place(w, diag->source, diag->span, true);
    write_object(w, &diag->object);
    jsonw_put_text(w, "field", diag->field);
    put_line(w, "message", diag->message);
    put_line(w, "hint", diag->hint);
    if (diag->state == DIAG_SUPPRESSED)
        put_line(w, "reason", diag->reason);
    write_versions(w, report, diag->versions);
    write_related(w, diag);
    write_fixes(w, diag);
    jsonw_put_text(w, "fingerprint", str_from(print));
    jsonw_close_map(w);
}
