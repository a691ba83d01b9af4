/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0 (OASIS), within what GitHub's code scanning reads and keeps: at most 5,000 results of
 * a run, so the most severe are chosen here; texts of at most 1,024 and names of at most 255
 * characters; a location in every result, so findings about the run as a whole are notifications.
 * Columns are code points, and fingerprints are our own, which don't depend on lines.
 */
#include "base/file.h"
#include "report/report_internal.h"
#include "report/sarif_internal.h"

enum {
    RESULTS_MOST = 5000,
    RELATED_MOST = 100,
    CLASSES = 2 * (SEVERITY_ERROR + 1), /* suppressed or not, by severity */
};

static const char schema_url[] = "https://json.schemastore.org/sarif-2.1.0.json";
static const char root_base[] = "%SRCROOT%";

static void choose(struct sarif *sarif);
static void write_run(struct sarif *sarif);
static void write_invocation(struct sarif *sarif);
static void write_result(struct sarif *sarif, const struct diag *diag);

void report_write_sarif(const struct report *report, const struct report_options *options,
                        struct buf *out)
{
    struct sarif sarif = {.report = report, .w = {.out = out, .indent = 2}};
    struct jsonw *w = &sarif.w;
    size_t from = out->n;

    (void)options;
    sarif.rules.arena = sarif.prints.arena = &sarif.arena;
    choose(&sarif);
    jsonw_open_map(w);
    jsonw_put_text(w, "$schema", str_from(schema_url));
    jsonw_put_text(w, "version", STR("2.1.0"));
    jsonw_key(w, "runs");
    jsonw_open_list(w);
    write_run(&sarif);
    jsonw_close_list(w);
    jsonw_close_map(w);
    buf_add_char(out, '\n');
    escape_json_log(out, from);
    arena_release(&sarif.arena);
}

/* ---- what to tell ---- */

static size_t class_of(const struct diag *diag)
{
    size_t kept = diag->state == DIAG_SUPPRESSED ? 0 : 1;

    return kept * (SEVERITY_ERROR + 1) + (size_t)diag->severity;
}

/* Fills results and rules: of each class, the highest first, as many as there is room for. */
static void choose(struct sarif *sarif)
{
    const struct diags *diags = sarif->report->diags;
    size_t room[CLASSES] = {0};
    size_t left = RESULTS_MOST;

    for (size_t i = 0; i < diags->n; i++)
        if (diags->items[i].source && report_tells(sarif->report, &diags->items[i]))
            room[class_of(&diags->items[i])]++;
    for (size_t k = CLASSES; k-- > 0;) {
        size_t n = MIN_OF(room[k], left);
        sarif->left_out += room[k] - n;
        room[k] = n;
        left -= n;
    }
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (!report_tells(sarif->report, diag))
            continue;
        if (!diag->source) {
            VEC_PUSH(&sarif->arena, &sarif->notifications, diag);
            continue;
        }
        if (room[class_of(diag)] == 0)
            continue;
        room[class_of(diag)]--;
        VEC_PUSH(&sarif->arena, &sarif->results, diag);
        sarif_rule_index(sarif, diag->rule);
    }
}

static void write_run(struct sarif *sarif)
{
    struct jsonw *w = &sarif->w;

    jsonw_open_map(w);
    sarif_write_tool(sarif);
    jsonw_put_text(w, "columnKind", STR("unicodeCodePoints"));
    jsonw_key(w, "automationDetails");
    jsonw_open_map(w);
    jsonw_put_text(w, "id", STR("tidegate/"));
    jsonw_close_map(w);
    jsonw_key(w, "originalUriBaseIds");
    jsonw_open_map(w);
    jsonw_key(w, root_base);
    jsonw_open_map(w);
    jsonw_key(w, "description");
    sarif_write_text(sarif, STR("root of the repository"));
    jsonw_close_map(w);
    jsonw_close_map(w);
    write_invocation(sarif);
    jsonw_key(w, "results");
    jsonw_open_list(w);
    for (size_t i = 0; i < sarif->results.n; i++)
        write_result(sarif, sarif->results.items[i]);
    jsonw_close_list(w);
    jsonw_close_map(w);
}

/* What is not about a file, and whether everything could be looked at. */
static void write_invocation(struct sarif *sarif)
{
    struct jsonw *w = &sarif->w;
    int code = sarif->report->exit_code;

    jsonw_key(w, "invocations");
    jsonw_open_list(w);
    jsonw_open_map(w);
    jsonw_key(w, "executionSuccessful");
    jsonw_bool(w, code == 0 || code == 1);
    jsonw_key(w, "toolExecutionNotifications");
    jsonw_open_list(w);
    for (size_t i = 0; i < sarif->notifications.n; i++) {
        const struct diag *diag = sarif->notifications.items[i];
        jsonw_open_map(w);
        jsonw_key(w, "descriptor");
        jsonw_open_map(w);
        jsonw_put_text(w, "id", str_from(diag->rule->id));
        jsonw_close_map(w);
        jsonw_put_text(w, "level", str_from(sarif_level(diag->severity)));
        jsonw_key(w, "message");
        sarif_write_message(sarif, diag->message, diag->hint);
        jsonw_close_map(w);
    }
    if (sarif->left_out > 0) {
        jsonw_open_map(w);
        jsonw_put_text(w, "level", STR("warning"));
        jsonw_key(w, "message");
        sarif_write_text(
            sarif, str_format(&sarif->arena, "%zu more results are left out", sarif->left_out));
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
    jsonw_close_map(w);
    jsonw_close_list(w);
}

/* ---- results ---- */

/* Relative to the root where it is below it. */
static void write_artifact(struct sarif *sarif, const struct source *source)
{
    struct jsonw *w = &sarif->w;
    SCOPED(buf) struct buf uri;
    struct str path;
    bool below = !str_starts(source->path, STR("/")) &&
                 path_normal(&sarif->arena, source->path, &path) && path.n > 0;

    buf_init(&uri, SIZE_MAX - 1);
    if (!below && str_starts(source->path, STR("/")))
        buf_add_c(&uri, "file://");
    escape_uri(&uri, below ? path : source->path);
    jsonw_key(w, "artifactLocation");
    jsonw_open_map(w);
    jsonw_put_text(w, "uri", buf_str(&uri));
    if (below)
        jsonw_put_text(w, "uriBaseId", str_from(root_base));
    jsonw_close_map(w);
}

static void write_location(struct sarif *sarif, struct source *source, struct span span)
{
    struct jsonw *w = &sarif->w;
    struct report_region region = report_region(source, span);

    jsonw_key(w, "physicalLocation");
    jsonw_open_map(w);
    write_artifact(sarif, source);
    jsonw_key(w, "region");
    jsonw_open_map(w);
    jsonw_put_i64(w, "startLine", region.start.line);
    jsonw_put_i64(w, "startColumn", region.start.column);
    jsonw_put_i64(w, "endLine", region.end.line);
    jsonw_put_i64(w, "endColumn", region.end.column);
    jsonw_close_map(w);
    jsonw_close_map(w);
}

static void write_related(struct sarif *sarif, const struct diag *diag)
{
    struct jsonw *w = &sarif->w;
    int64_t id = 0;

    for (size_t i = 0; i < diag->related.n && id < RELATED_MOST; i++) {
        const struct diag_related *related = &diag->related.items[i];
        if (!related->source)
            continue;
        if (id++ == 0) {
            jsonw_key(w, "relatedLocations");
            jsonw_open_list(w);
        }
        jsonw_open_map(w);
        jsonw_put_i64(w, "id", id);
        write_location(sarif, related->source, related->span);
        jsonw_key(w, "message");
        sarif_write_message(sarif, related->message, STR(""));
        jsonw_close_map(w);
    }
    if (id > 0)
        jsonw_close_list(w);
}

static void write_suppression(struct sarif *sarif, const struct diag *diag)
{
    struct jsonw *w = &sarif->w;
    SCOPED(buf) struct buf reason;

    buf_init(&reason, SIZE_MAX - 1);
    escape_terminal(&reason, diag->reason);
    jsonw_key(w, "suppressions");
    jsonw_open_list(w);
    jsonw_open_map(w);
    /* a baseline or the configuration, which are files beside the manifests */
    jsonw_put_text(w, "kind", STR("external"));
    jsonw_put_text(w, "status", STR("accepted"));
    jsonw_put_text(w, "justification", buf_str(&reason));
    jsonw_close_map(w);
    jsonw_close_list(w);
}

/* A region as it is: blanks and line breaks at the end of an edit count. */
static void write_replacement(struct sarif *sarif, struct source *source,
                              const struct diag_edit *edit)
{
    struct jsonw *w = &sarif->w;
    struct place start = source_place(source, edit->span.start);
    struct place end = source_place(source, edit->span.end);

    jsonw_open_map(w);
    jsonw_key(w, "deletedRegion");
    jsonw_open_map(w);
    jsonw_put_i64(w, "startLine", start.line);
    jsonw_put_i64(w, "startColumn", start.column);
    jsonw_put_i64(w, "endLine", end.line);
    jsonw_put_i64(w, "endColumn", end.column);
    jsonw_close_map(w);
    jsonw_key(w, "insertedContent");
    jsonw_open_map(w);
    jsonw_put_text(w, "text", edit->text);
    jsonw_close_map(w);
    jsonw_close_map(w);
}

static void write_fixes(struct sarif *sarif, const struct diag *diag)
{
    struct jsonw *w = &sarif->w;

    if (!report_tells_fix(diag))
        return;
    jsonw_key(w, "fixes");
    jsonw_open_list(w);
    jsonw_open_map(w);
    if (diag->fix->summary.n > 0) {
        jsonw_key(w, "description");
        sarif_write_text(sarif, diag->fix->summary);
    }
    jsonw_key(w, "artifactChanges");
    jsonw_open_list(w);
    jsonw_open_map(w);
    write_artifact(sarif, diag->source);
    jsonw_key(w, "replacements");
    jsonw_open_list(w);
    for (size_t i = 0; i < diag->fix->edits.n; i++)
        write_replacement(sarif, diag->source, &diag->fix->edits.items[i]);
    jsonw_close_list(w);
    jsonw_close_map(w);
    jsonw_close_list(w);
    jsonw_close_map(w);
    jsonw_close_list(w);
}

static void write_fingerprint(struct sarif *sarif, const struct diag *diag)
{
    struct jsonw *w = &sarif->w;
    char print[33];
    size_t nth = report_print(&sarif->arena, &sarif->prints, diag, print);

    jsonw_key(w, "partialFingerprints");
    jsonw_open_map(w);
    jsonw_put_text(w, "primaryLocationLineHash", str_format(&sarif->arena, "%s:%zu", print, nth));
    jsonw_close_map(w);
}

static void write_result(struct sarif *sarif, const struct diag *diag)
{
    struct jsonw *w = &sarif->w;
    struct str object = report_object(&sarif->arena, &diag->object);
    struct str message = diag->message;

    if (object.n > 0)
        message = str_format(&sarif->arena, "%.*s (%.*s)", STR_FMT(message), STR_FMT(object));
    jsonw_open_map(w);
    jsonw_put_text(w, "ruleId", str_from(diag->rule->id));
    jsonw_put_i64(w, "ruleIndex", (int64_t)sarif_rule_index(sarif, diag->rule));
    jsonw_put_text(w, "level", str_from(sarif_level(diag->severity)));
    jsonw_key(w, "message");
    sarif_write_message(sarif, message, diag->hint);
    jsonw_key(w, "locations");
    jsonw_open_list(w);
    jsonw_open_map(w);
    write_location(sarif, diag->source, diag->span);
    jsonw_close_map(w);
    jsonw_close_list(w);
    write_related(sarif, diag);
    write_fixes(sarif, diag);
    write_fingerprint(sarif, diag);
    if (diag->state == DIAG_SUPPRESSED)
        write_suppression(sarif, diag);
    jsonw_close_map(w);
}
