/* SPDX-License-Identifier: Apache-2.0 */
/* A pass for terminals and for programs. */
#include "sync/sync_report.h"

#include "report/report_escape.h"
#include "sync/sync_internal.h"

/* ---- findings ---- */

static bool is_told(const struct diag *diag, enum severity fail_on)
{
    const enum severity least = fail_on == SEVERITY_OFF ? SEVERITY_ERROR : fail_on;
    if (diag->severity < least)
        return false;
    return diag->state == DIAG_NEW || rule_is_server(diag->rule);
}

static void add(struct diags *to, const struct diags *from, enum severity fail_on)
{
    for (size_t i = 0; i < from->n; i++)
        if (is_told(&from->items[i], fail_on))
            (void)diags_add_copy(to, &from->items[i]);
}

void sync_findings(const struct sync_commit *commit, const struct sync_result *result,
                   struct diags *ret_diags)
{
    const enum severity fail_on =
        commit->gate.sides ? gate_config(&commit->gate)->fail_on : SEVERITY_ERROR;
    *ret_diags = (struct diags){0};
    add(ret_diags, &commit->gate.diags, fail_on);
    add(ret_diags, &commit->diags, SEVERITY_INFO);
    add(ret_diags, &result->diags, SEVERITY_INFO);
    diags_sort(ret_diags);
}

/* ---- counts ---- */

static const struct {
    const char *name, *done;
    size_t offset;
} counted[] = {
    {"created", "created", offsetof(struct set_counts, created)},
    {"updated", "updated", offsetof(struct set_counts, updated)},
    {"replaced", "replaced", offsetof(struct set_counts, replaced)},
    {"pruned", "pruned", offsetof(struct set_counts, pruned)},
    {"failed", "failed", offsetof(struct set_counts, failed)},
    {"kept", "kept", offsetof(struct set_counts, kept)},
    {"unchanged", "unchanged", offsetof(struct set_counts, unchanged)},
};

static unsigned count_of(const struct set_counts *counts, size_t i)
{
    return *(const unsigned *)(const void *)((const char *)counts + counted[i].offset);
}

struct str sync_counts_text(struct arena *arena, const struct set_counts *counts)
{
    struct str text = {0};
    for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
        const unsigned n = count_of(counts, i);
        if (n)
            text = str_format(arena, "%.*s%s%u %s", STR_FMT(text), text.n ? ", " : "", n,
                              counted[i].done);
    }
    return text.n ? text : STR("nothing to do");
}

/* ---- text ---- */

static struct str shown_name(struct str set)
{
    return set.n ? set : STR("(files of no set)");
}

static void write_line(struct arena *arena, const struct sync_set *set, bool is_plan,
                       struct buf *out)
{
    buf_add_c(out, "set ");
    escape_terminal(out, shown_name(set->name));
    buf_format(out, ": %s",
               is_plan && set->state == SET_PLANNED ? "to be applied" : set_state_name(set->state));
    struct str counts = {0};
    if (set->result)
        counts = sync_counts_text(arena, &set->result->counts);
    if (counts.n)
        buf_format(out, ", %.*s", STR_FMT(counts));
    if (set->reason.n) {
        buf_add_c(out, ": ");
        escape_terminal(out, set->reason);
    }
    buf_add_char(out, '\n');
}

static void write_plan(const struct sync_set *set, const struct report_options *options,
                       struct buf *out)
{
    if (!set->plan)
        return;
    plan_write_text(&set->plan->plan, options, out);
}

void sync_write_text(const struct sync_commit *commit, const struct sync_result *result, bool plans,
                     const struct report_options *options, struct buf *out)
{
    struct arena arena SCOPED(arena) = {0};
    if (result->error.n) {
        buf_add_c(out, "nothing was done: ");
        escape_terminal(out, result->error);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < result->sets.n; i++) {
        if (plans)
            write_plan(&result->sets.items[i], options, out);
        write_line(&arena, &result->sets.items[i], plans, out);
    }
    if (!result->sets.n && !result->error.n)
        buf_add_c(out, "there is no set to apply\n");
    if (commit->id.n) {
        buf_format(out, "commit %.12s ", commit->id.p);
        escape_terminal(out, commit->info.subject);
        buf_add_char(out, '\n');
    }
}

/* ---- JSON ---- */

static void write_counts(struct jsonw *json, const struct set_counts *counts)
{
    jsonw_key(json, "counts");
    jsonw_open_map(json);
    for (size_t i = 0; i < ARRAY_LEN(counted); i++)
        jsonw_put_i64(json, counted[i].name, count_of(counts, i));
    jsonw_close_map(json);
}

/* What is done, or would be; nothing of what stays as it is. */
static void write_steps(struct jsonw *json, struct arena *arena, const struct plan *plan)
{
    jsonw_key(json, "steps");
    jsonw_open_list(json);
    for (size_t i = 0; i < plan->steps.n; i++) {
        const struct plan_step *step = &plan->steps.items[i];
        if (step->action == PLAN_KEEP)
            continue;
        jsonw_open_map(json);
        jsonw_put_text(json, "action", str_from(plan_action_name(step->action)));
        jsonw_put_text(json, "object", plan_title(arena, step));
        if (step->why.n)
            jsonw_put_text(json, "why", step->why);
        jsonw_close_map(json);
    }
    jsonw_close_list(json);
}

static void write_set(struct jsonw *json, struct arena *arena, const struct sync_set *set)
{
    jsonw_open_map(json);
    jsonw_put_text(json, "name", set->name);
    jsonw_put_text(json, "state", str_from(set_state_name(set->state)));
    if (set->reason.n)
        jsonw_put_text(json, "reason", set->reason);
    if (set->result)
        write_counts(json, &set->result->counts);
    if (set->plan)
        write_steps(json, arena, &set->plan->plan);
    jsonw_close_map(json);
}

void sync_write_json(const struct sync_commit *commit, const struct sync_result *result,
                     struct buf *out)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    sync_findings(commit, result, &diags);
    const struct report report = {.diags = &diags,
                                  .scope.mode = "all",
                                  .versions = commit->gate.report.versions,
                                  .fail_on = SEVERITY_ERROR};
    struct jsonw json = {.out = out, .indent = 2};
    jsonw_open_map(&json);
    jsonw_put_i64(&json, "version", 1);
    jsonw_put_text(&json, "commit", commit->id);
    jsonw_put_text(&json, "state", str_from(set_state_name(sync_worst(result))));
    if (result->error.n)
        jsonw_put_text(&json, "error", result->error);
    jsonw_key(&json, "sets");
    jsonw_open_list(&json);
    for (size_t i = 0; i < result->sets.n; i++)
        write_set(&json, &arena, &result->sets.items[i]);
    jsonw_close_list(&json);
    report_json_findings(&json, &report);
    jsonw_close_map(&json);
    buf_add_char(out, '\n');
}
