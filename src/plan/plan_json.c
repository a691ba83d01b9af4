/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan for programs, version 1. Members are only ever added; the tables below describe them and
 * have to be changed along with them. Without secrets equal runs give equal bytes; the digests of
 * secrets differ from run to run.
 */
#include "plan/plan_internal.h"
#include "report/report_schema.h"

enum { JSON_VERSION = 1 };

static const char *const change_names[] = {
    /* order: plan_change_kind */
    "add",
    "remove",
    "set",
    "order",
};

static void put_unless_empty(struct jsonw *w, const char *key, struct str text)
{
    if (text.n > 0)
        jsonw_put_text(w, key, text);
}

static void put_size(struct jsonw *w, const char *key, size_t n)
{
    jsonw_put_i64(w, key, (int64_t)n);
}

static void write_texts(struct jsonw *w, const struct str_list *texts)
{
    jsonw_open_list(w);
    for (size_t i = 0; i < texts->n; i++)
        jsonw_text(w, texts->items[i]);
    jsonw_close_list(w);
}

static void write_value(struct jsonw *w, const struct plan *plan, const struct plan_change *change,
                        const char *key, const char *secret_key, const struct node *value)
{
    struct arena arena SCOPED(arena) = {0};
    if (!value)
        return;
    if (change->is_secret) {
        jsonw_put_text(w, secret_key, plan_digest(&arena, plan, value));
        return;
    }
    jsonw_key(w, key);
    doc_write_json(w->out, value, 0);
    w->after_key = false;
    w->need_comma = true;
}

static void write_change(struct jsonw *w, const struct plan *plan, const struct plan_change *change)
{
    jsonw_open_map(w);
    jsonw_put_text(w, "change", str_from(change_names[change->kind]));
    jsonw_put_text(w, "path", change->path);
    jsonw_put_text(w, "field", change->field);
    if (change->is_immutable) {
        jsonw_key(w, "immutable");
        jsonw_bool(w, true);
    }
    write_value(w, plan, change, "from", "from_secret", change->from);
    write_value(w, plan, change, "to", "to_secret", change->to);
    jsonw_close_map(w);
}

static void write_object(struct jsonw *w, const struct plan_step *step)
{
    jsonw_key(w, "object");
    jsonw_open_map(w);
    jsonw_put_text(w, "apiVersion", step->api_version);
    jsonw_put_text(w, "kind", step->gvk.kind);
    put_unless_empty(w, "namespace", step->namespace);
    jsonw_put_text(w, "name", step->name);
    jsonw_close_map(w);
}

static void write_place(struct jsonw *w, const struct plan_step *step)
{
    struct source *source = step->object->source;
    if (!source)
        return;
    jsonw_put_text(w, "path", source->path);
    jsonw_put_i64(w, "line", source_place(source, step->object->root->start).line);
}

static void write_conflicts(struct jsonw *w, const struct plan_step *step)
{
    if (!step->conflicts.n)
        return;
    jsonw_key(w, "conflicts");
    jsonw_open_list(w);
    for (size_t i = 0; i < step->conflicts.n; i++) {
        jsonw_open_map(w);
        jsonw_put_text(w, "manager", step->conflicts.items[i].manager);
        jsonw_put_text(w, "field", step->conflicts.items[i].field);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
}

static void write_step(struct jsonw *w, const struct plan *plan, const struct plan_step *step)
{
    struct arena arena SCOPED(arena) = {0};
    jsonw_open_map(w);
    jsonw_put_text(w, "action", str_from(plan_action_name(step->action)));
    jsonw_put_text(w, "set", step->set);
    write_object(w, step);
    write_place(w, step);
    put_unless_empty(w, "reason", plan_remark(&arena, step));
    if (step->waits_for)
        jsonw_put_text(w, "waits_for", object_title(&arena, step->waits_for));
    if (step->changes.n) {
        jsonw_key(w, "changes");
        jsonw_open_list(w);
        for (size_t i = 0; i < step->changes.n; i++)
            write_change(w, plan, &step->changes.items[i]);
        jsonw_close_list(w);
    }
    write_conflicts(w, step);
    if (step->warnings.n) {
        jsonw_key(w, "warnings");
        write_texts(w, &step->warnings);
    }
    jsonw_close_map(w);
}

static void write_scope(struct jsonw *w, const struct plan *plan)
{
    jsonw_key(w, "scope");
    jsonw_open_map(w);
    jsonw_put_text(w, "mode", plan->is_live ? STR("live") : STR("revisions"));
    put_unless_empty(w, "from", plan->from);
    put_unless_empty(w, "to", plan->to);
    put_unless_empty(w, "server", plan->server);
    jsonw_key(w, "knows_prunes");
    jsonw_bool(w, plan->knows_prunes);
    put_size(w, "untouched", plan->untouched);
    put_size(w, "requests", plan->requests);
    if (plan->notes.n) {
        jsonw_key(w, "notes");
        write_texts(w, &plan->notes);
    }
    jsonw_close_map(w);
}

static void write_summary(struct jsonw *w, const struct plan *plan)
{
    jsonw_key(w, "summary");
    jsonw_open_map(w);
    for (enum plan_action i = 0; i < PLAN_ACTIONS; i++)
        put_size(w, plan_action_name(i), plan->counts[i]);
    put_size(w, "conflicts", plan->conflicts);
    jsonw_close_map(w);
}

void plan_write_json(const struct plan *plan, const struct report_options *options, struct buf *out)
{
    struct jsonw w = {.out = out, .indent = 2};
    const size_t from = out->n;
    (void)options;
    jsonw_open_map(&w);
    jsonw_put_i64(&w, "version", JSON_VERSION);
    jsonw_key(&w, "tool");
    jsonw_open_map(&w);
    jsonw_put_text(&w, "name", STR("tidegate"));
    jsonw_put_text(&w, "version", STR(TIDEGATE_VERSION));
    jsonw_close_map(&w);
    write_scope(&w, plan);
    write_summary(&w, plan);
    jsonw_key(&w, "steps");
    jsonw_open_list(&w);
    for (size_t i = 0; i < plan->steps.n; i++)
        write_step(&w, plan, &plan->steps.items[i]);
    jsonw_close_list(&w);
    jsonw_close_map(&w);
    buf_add_char(out, '\n');
    escape_json_log(out, from);
}

/* ---- the schema ---- */

static const struct report_member plan_members[] = {
    {"version", "integer", NULL, NULL, "version of the format; members are only ever added", false},
    {"tool", "#tool", NULL, NULL, "what wrote it", false},
    {"scope", "#scope", NULL, NULL, "what was compared with what", false},
    {"summary", "#summary", NULL, NULL, "objects by action", false},
    {"steps", "array", "#step", NULL, "one an object, by set, kind, namespace and name", false},
};

static const struct report_member tool_members[] = {
    {"name", "string", NULL, "tidegate", "always tidegate", false},
    {"version", "string", NULL, NULL, "its version", false},
};

static const struct report_member scope_members[] = {
    {"mode", "string", NULL, "live|revisions", "a cluster was asked, or two revisions compared",
     false},
    {"from", "string", NULL, NULL, "the old revision", true},
    {"to", "string", NULL, NULL, "what is wanted", true},
    {"server", "string", NULL, NULL, "version of the API server", true},
    {"knows_prunes", "boolean", NULL, NULL, "objects that are there and not wanted are among steps",
     false},
    {"untouched", "integer", NULL, NULL, "objects alike in both revisions, not asked about", false},
    {"requests", "integer", NULL, NULL, "that were sent to the server", false},
    {"notes", "array", "string", NULL, "what could not be compared", true},
};

static const struct report_member summary_members[] = {
    {"create", "integer", NULL, NULL, "objects that are not there", false},
    {"update", "integer", NULL, NULL, "objects with changes", false},
    {"replace", "integer", NULL, NULL, "objects to delete and make anew", false},
    {"delete", "integer", NULL, NULL, "objects that go", false},
    {"wait", "integer", NULL, NULL, "objects that wait for others of the same change", false},
    {"refused", "integer", NULL, NULL, "objects that the server refuses", false},
    {"unknown", "integer", NULL, NULL, "objects of which nobody can say", false},
    {"keep", "integer", NULL, NULL, "objects that stay as they are", false},
    {"conflicts", "integer", NULL, NULL, "objects with fields that other managers own", false},
};

static const struct report_member step_members[] = {
    {"action", "string", NULL, "create|update|replace|delete|wait|refused|unknown|keep",
     "what would be done", false},
    {"set", "string", NULL, NULL, "set of the object, may be empty", false},
    {"object", "#object", NULL, NULL, "which it is", false},
    {"path", "string", NULL, NULL, "file of its manifest", true},
    {"line", "integer", NULL, NULL, "from 1", true},
    {"reason", "string", NULL, NULL, "why, where that needs to be said", true},
    {"waits_for", "string", NULL, NULL, "object of the same change that has to be there first",
     true},
    {"changes", "array", "#change", NULL, "fields that differ", true},
    {"conflicts", "array", "#conflict", NULL, "fields that other managers own", true},
    {"warnings", "array", "string", NULL, "of the server", true},
};

static const struct report_member object_members[] = {
    {"apiVersion", "string", NULL, NULL, "group and version", false},
    {"kind", "string", NULL, NULL, "kind", false},
    {"namespace", "string", NULL, NULL, "absent for cluster-scoped objects", true},
    {"name", "string", NULL, NULL, "ends in * when the server makes it up", false},
};

static const struct report_member change_members[] = {
    {"change", "string", NULL, "add|remove|set|order", "what happens to the field", false},
    {"path", "string", NULL, NULL, "the field, with list entries by their keys", false},
    {"field", "string", NULL, NULL, "the field, with list entries by their place", false},
    {"immutable", "boolean", NULL, NULL, "it can't be changed without replacing the object", true},
    {"from", "", NULL, NULL, "value as it is", true},
    {"to", "", NULL, NULL, "value as it will be", true},
    {"from_secret", "string", NULL, NULL, "instead of from: alike for equal values of this output",
     true},
    {"to_secret", "string", NULL, NULL, "the same instead of to", true},
};

static const struct report_member conflict_members[] = {
    {"manager", "string", NULL, NULL, "as the server names it", false},
    {"field", "string", NULL, NULL, "that it owns", false},
};

static const struct report_shape whole = REPORT_SHAPE(NULL, plan_members);

static const struct report_shape shapes[] = {
    REPORT_SHAPE("tool", tool_members),         REPORT_SHAPE("scope", scope_members),
    REPORT_SHAPE("summary", summary_members),   REPORT_SHAPE("step", step_members),
    REPORT_SHAPE("object", object_members),     REPORT_SHAPE("change", change_members),
    REPORT_SHAPE("conflict", conflict_members),
};

void plan_json_schema(struct buf *out)
{
    report_schema_write(out, "tidegate diff, version 1", &whole, shapes, ARRAY_LEN(shapes));
}
