/* SPDX-License-Identifier: Apache-2.0 */
/* A finding as forges show it beside the code: workflow commands and check runs. */
#include "base/file.h"
#include "report/report_internal.h"

enum {
    MESSAGE_MOST = 3000, /* code points; runners cut at 4096 */
    TITLE_MOST = 200,
};

/* Forges want a path below the root of the repository without ./ in front, and columns only within
 * one line. */
static void add_place(struct arena *arena, const struct diag *diag,
                      struct report_annotation *annotation)
{
    struct str path;
    if (!diag->source || str_starts(diag->source->path, STR("/")) ||
        str_starts(diag->source->path, STR("<")) ||
        !path_normal(arena, diag->source->path, &path) || path.n == 0 ||
        str_starts(path, STR("..")))
        return;
    const struct report_region region = report_region(diag->source, diag->span);
    annotation->path = path;
    annotation->line = region.start.line;
    annotation->end_line = region.end.line;
    if (region.start.line != region.end.line)
        return;
    annotation->column = region.start.column;
    annotation->end_column = MAX_OF(region.end.column, region.start.column);
}

void report_annotate(struct arena *arena, const struct report *report, const struct diag *diag,
                     struct report_annotation *ret_annotation)
{
    const struct str object = report_object(arena, &diag->object);
    const struct str title =
        str_format(arena, "%s%s%.*s", diag->rule->id, object.n > 0 ? "  " : "", STR_FMT(object));
    SCOPED(buf) struct buf message;
    buf_init(&message, SIZE_MAX - 1);
    escape_terminal(&message, title);
    *ret_annotation = (struct report_annotation){
        .severity = diag->severity,
        .title = escape_cut(arena, str_dup(arena, buf_str(&message)), TITLE_MOST)};
    add_place(arena, diag, ret_annotation);
    buf_clear(&message);
    escape_terminal(&message, escape_cut(arena, diag->message, MESSAGE_MOST / 2));
    if (diag->hint.n > 0) {
        buf_add_c(&message, "\nfix: ");
        escape_terminal(&message, escape_cut(arena, diag->hint, MESSAGE_MOST / 2));
    }
    if (report_some_versions(report, diag)) {
        buf_add_c(&message, "\nonly on Kubernetes ");
        report_versions(report, diag->versions, &message);
    }
    if (diag->state == DIAG_PREEXISTING)
        buf_add_c(&message, "\nolder than this change");
    ret_annotation->message = str_dup(arena, buf_str(&message));
}
