/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks src/apply/owned.h for test_owned.py: a JSON object a line, an answer a line.
 *
 *   {"minor": 36, "crds": [...]}                        types, from here on
 *   {"live": .., "want": .., "manager": ".."}           -> {"verdict": .., "why": .., "fields":
 * [..]} the same with {"leave": [paths], "scaled": false}   -> {"want": ..}
 */
#include <stdio.h>
#include <stdlib.h>

#include "apply/owned.h"
#include "base/limits.h"
#include "plan/plan_internal.h"

struct driver {
    struct arena arena; /* of the types */
    struct schema_view view;
    struct buf out;
};

static void read_types(struct driver *driver, const struct node *ask)
{
    int64_t minor = 0;
    (void)node_i64(node_get(ask, STR("minor")), &minor);
    schema_view_release(&driver->view);
    schema_view_init(&driver->view, &driver->arena, (unsigned)minor);
    for (struct item it = list_first(node_get(ask, STR("crds"))); it.value; it = list_next(it))
        (void)schema_view_add_crd(&driver->view, node_copy(&driver->arena, it.value), NULL);
    buf_add_c(&driver->out, "{}");
}

static void put_field(struct arena *arena, struct jsonw *w, const struct owned_field *field)
{
    const struct plan plan = {.key = "test"};
    jsonw_open_map(w);
    jsonw_put_text(w, "what", str_from(owned_what_name(field->what)));
    jsonw_put_text(w, "path", field->change.path);
    jsonw_put_text(w, "field", field->change.field);
    jsonw_put_text(w, "manager", field->manager);
    jsonw_put_text(w, "time", field->time);
    jsonw_put_text(w, "from", plan_value_short(arena, &plan, &field->change, field->change.from));
    jsonw_put_text(w, "to", plan_value_short(arena, &plan, &field->change, field->change.to));
    jsonw_close_map(w);
}

static void answer(struct driver *driver, struct arena *arena, const struct node *ask)
{
    static const char *const verdicts[] = {"same", "differs", "unsure"};
    struct jsonw w = {.out = &driver->out};
    struct owned owned;
    const struct owned_input input = {.live = node_get(ask, STR("live")),
                                      .want = node_get(ask, STR("want")),
                                      .manager = node_get_text(ask, STR("manager")),
                                      .view = &driver->view};
    owned_compare(arena, &input, &owned);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "verdict", str_from(verdicts[owned.verdict]));
    jsonw_put_text(&w, "why", owned.why);
    jsonw_key(&w, "fields");
    jsonw_open_list(&w);
    for (size_t i = 0; i < owned.fields.n; i++)
        put_field(arena, &w, &owned.fields.items[i]);
    jsonw_close_list(&w);
    jsonw_close_map(&w);
}

static void leave_out(struct driver *driver, struct arena *arena, const struct node *ask)
{
    struct owned_rules rules = {.is_scaled = node_bool(node_get(ask, STR("scaled")))};
    const struct owned_input input = {.live = node_get(ask, STR("live")),
                                      .want = node_get(ask, STR("want")),
                                      .manager = node_get_text(ask, STR("manager")),
                                      .view = &driver->view};
    for (struct item it = list_first(node_get(ask, STR("leave"))); it.value; it = list_next(it)) {
        if (owned_rule_check(node_text(it.value)))
            BUG("a bad path: %s", owned_rule_check(node_text(it.value)));
        VEC_PUSH(arena, &rules.paths, node_text(it.value));
    }
    owned_rules_add(arena, input.want, &rules);
    buf_add_c(&driver->out, "{\"want\":");
    doc_write_json(&driver->out, owned_leave_out(arena, &input, &rules), 0);
    buf_add_char(&driver->out, '}');
}

static void run(struct driver *driver, struct str line)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc doc;
    line = str_dup(&driver->arena, line); /* definitions point into it */
    if (doc_read_json(&arena, source_new(&arena, STR("line"), line), &diags, &doc) < 0 ||
        doc.broken)
        BUG("a line that is no JSON");
    if (node_get(doc.root, STR("minor")))
        read_types(driver, doc.root);
    else if (node_get(doc.root, STR("leave")))
        leave_out(driver, &arena, doc.root);
    else
        answer(driver, &arena, doc.root);
    buf_add_char(&driver->out, '\n');
    (void)fwrite(driver->out.p, 1, driver->out.n, stdout);
    (void)fflush(stdout);
    buf_clear(&driver->out);
}

int main(void)
{
    struct driver driver = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    buf_init(&driver.out, LIMIT_REPORT_BYTES);
    schema_view_init(&driver.view, &driver.arena, schema_minor_max());
    while ((n = getline(&line, &room, stdin)) > 0)
        run(&driver, str_trim((struct str){line, (size_t)n}));
    free(line);
    schema_view_release(&driver.view);
    buf_release(&driver.out);
    arena_release(&driver.arena);
    return 0;
}
