/* SPDX-License-Identifier: Apache-2.0 */
/* What all formats tell of a finding and of a run, decided once. */
#include "report/report_internal.h"

enum {
    COMMIT_DIGITS = 12,
    NAME_MOST = 300, /* code points; names of the server have at most 253 */
};

struct span report_span(const struct source *source, struct span span)
{
    uint32_t end;

    span.start = MIN_OF(span.start, (uint32_t)source->text.n);
    span.end = MIN_OF(MAX_OF(span.end, span.start), (uint32_t)source->text.n);
    end = span.end;
    while (end > span.start && strchr(" \t\r\n", source->text.p[end - 1]))
        end--;
    return end > span.start ? (struct span){span.start, end} : span;
}

struct report_region report_region(struct source *source, struct span span)
{
    span = report_span(source, span);
    /* how long a secret is, is part of the secret */
    if (source_is_masked(source, (struct span){span.start, span.start + 1}))
        span.end = span.start;
    return (struct report_region){source_place(source, span.start), source_place(source, span.end)};
}

struct str report_object(struct arena *arena, const struct diag_object *object)
{
    if (object->kind.n == 0 && object->name.n == 0)
        return STR("");
    if (object->name.n == 0)
        return escape_cut(arena, object->kind, NAME_MOST);
    const struct str kind = escape_cut(arena, object->kind, NAME_MOST);
    const struct str namespace = escape_cut(arena, object->namespace, NAME_MOST);
    const struct str name = escape_cut(arena, object->name, NAME_MOST);
    return str_format(arena, "%.*s%s%.*s%s%.*s", STR_FMT(kind), kind.n > 0 ? " " : "",
                      STR_FMT(namespace), namespace.n > 0 ? "/" : "", STR_FMT(name));
}

bool report_lists(const struct report *report, const struct diag *diag)
{
    switch (diag->state) {
    case DIAG_NEW:
        return true;
    case DIAG_PREEXISTING:
        return report->show_preexisting;
    case DIAG_SUPPRESSED:
        return false;
    }
    return false;
}

bool report_tells(const struct report *report, const struct diag *diag)
{
    return diag->state == DIAG_SUPPRESSED || report_lists(report, diag);
}

bool report_tells_fix(const struct diag *diag)
{
    const struct source *source = diag->source;

    return diag->fix && diag->fix->edits.n > 0 && source && !source->no_excerpt &&
           !source_is_masked(source, (struct span){0, (uint32_t)source->text.n});
}

bool report_same_file(const struct source *a, const struct source *b)
{
    if (!a || !b)
        return a == b;
    return a == b || str_eq(a->path, b->path);
}

bool report_fails(const struct report *report, const struct diag *diag)
{
    return diag->state == DIAG_NEW && report->fail_on != SEVERITY_OFF &&
           diag->severity >= report->fail_on;
}

bool report_is_limit(const struct rule *rule)
{
    struct str id = str_from(rule->id);

    return str_starts(id, STR("limit/")) || str_starts(id, STR("io/"));
}

bool report_some_versions(const struct report *report, const struct diag *diag)
{
    uint32_t all = 0;

    for (size_t i = 0; i < report->versions.n && i < 32; i++)
        all |= UINT32_C(1) << i;
    return (diag->versions & all) != 0 && (diag->versions & all) != all;
}

void report_versions(const struct report *report, uint32_t bits, struct buf *out)
{
    const char *comma = "";

    for (size_t i = 0; i < report->versions.n && i < 32; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        buf_add_c(out, comma);
        escape_terminal(out, report->versions.items[i]);
        comma = ", ";
    }
}

struct str report_commit(struct str commit)
{
    for (size_t i = 0; i < commit.n; i++)
        if (commit.p[i] == '\0' || !strchr("0123456789abcdef", commit.p[i]))
            return commit;
    return commit.n >= 40 ? str_sub(commit, 0, COMMIT_DIGITS) : commit;
}

struct report_counts report_count(const struct report *report)
{
    struct report_counts counts = {0};
    const struct source *last = NULL;

    for (size_t i = 0; i < report->diags->n; i++) {
        const struct diag *diag = &report->diags->items[i];
        counts.preexisting += diag->state == DIAG_PREEXISTING;
        counts.suppressed += diag->state == DIAG_SUPPRESSED;
        if (diag->state != DIAG_NEW)
            continue;
        counts.fresh[diag->severity]++;
        counts.fresh_total++;
        if (diag->source && !report_same_file(last, diag->source))
            counts.files++;
        last = diag->source ? diag->source : last;
    }
    return counts;
}

size_t report_print(struct arena *arena, struct map *counts, const struct diag *diag, char *out)
{
    size_t *count;

    diag_fingerprint(diag, out);
    count = map_get(counts, str_from(out));
    if (!count) {
        count = ARENA_NEW(arena, size_t);
        map_put(counts, str_dup(arena, str_from(out)), count);
    }
    return ++*count;
}

void report_write_line(const struct report *report, const struct diag *diag, struct arena *arena,
                       struct buf *out)
{
    struct str object = report_object(arena, &diag->object);

    if (diag->source) {
        struct place place = report_region(diag->source, diag->span).start;
        escape_terminal(out, diag->source->path.n > 0 ? diag->source->path : STR("-"));
        buf_format(out, ":%" PRIu32 ":%" PRIu32 ": ", place.line, place.column);
    } else {
        buf_add_c(out, "tidegate: ");
    }
    buf_format(out, "%s[", severity_name(diag->severity));
    escape_terminal(out, str_from(diag->rule->id));
    buf_add_c(out, "]: ");
    escape_terminal(out, diag->message);
    if (object.n > 0) {
        buf_add_c(out, " (");
        escape_terminal(out, object);
        buf_add_char(out, ')');
    }
    if (report_some_versions(report, diag)) {
        buf_add_c(out, " [Kubernetes ");
        report_versions(report, diag->versions, out);
        buf_add_char(out, ']');
    }
    if (diag->state == DIAG_PREEXISTING)
        buf_add_c(out, " [older]");
}

bool report_trust(const struct report *report, struct buf *out)
{
    size_t ignores = 0;
    bool config = false, baseline = false;
    for (size_t i = 0; i < report->diags->n; i++) {
        const struct rule *rule = report->diags->items[i].rule;
        ignores += rule == rule_get(RULE_IGNORE_NEW);
        config |= rule == rule_get(RULE_CONFIG_CHANGED);
        baseline |= rule == rule_get(RULE_BASELINE_CHANGED);
    }
    if (!ignores && !config && !baseline)
        return false;
    buf_add_c(out, "this change ");
    if (config || baseline)
        buf_format(out, "edits the %s%s", config ? "configuration" : "baseline",
                   config && baseline ? " and the baseline" : "");
    if (ignores) {
        buf_add_c(out, config || baseline ? " and has " : "has ");
        paint_count(out, ignores, "new ignore", "new ignores");
    }
    buf_add_c(out, config || baseline ? "; the base's settings have decided" : "");
    return true;
}

bool report_cluster_line(const struct report *report, struct buf *out)
{
    const struct report_cluster *sum = &report->cluster;
    const struct {
        size_t n;
        const char *one, *many;
    } parts[] = {
        {sum->agree, "agrees", "agree"},
        {sum->differ, "differs", "differ"},
        {sum->unknown, "refused for what only the cluster knows",
         "refused for what only the cluster knows"},
        {sum->waiting, "waits for what this change brings", "wait for what this change brings"},
        {sum->not_allowed, "not allowed", "not allowed"},
        {sum->not_sent, "not sent", "not sent"},
        {sum->failed, "failed", "failed"},
    };
    const char *between = "; ";
    if (!sum->version.n)
        return false;
    buf_add_c(out, "server ");
    escape_terminal(out, sum->version);
    buf_add_c(out, ": asked about ");
    paint_count(out, sum->objects, "object", "objects");
    if (sum->pods) {
        buf_add_c(out, " and ");
        paint_count(out, sum->pods, "Pod template", "Pod templates");
    }
    buf_add_c(out, " in ");
    paint_count(out, sum->requests, "request", "requests");
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!parts[i].n)
            continue;
        buf_format(out, "%s%zu %s", between, parts[i].n,
                   parts[i].n == 1 ? parts[i].one : parts[i].many);
        between = ", ";
    }
    return true;
}
