/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans sets, for test_apply_plan.py: reads one JSON object a line, {"kubeconfig": ...} and then
 *
 *   {"message": "of the commit", "sets": [{"name": ..., "partial": false, "removed": false,
 *    "adopt": [...], "was": [...], "stop": ["manager"], "members": ["group/kind/namespace/name",
 * ...], "objects": [...]}]}
 *
 * and prints the plans, and the findings.
 */
#include <stdio.h>

#include "apply/apply.h"
#include "base/limits.h"

struct driver {
    struct arena arena;
    struct cluster *cluster;
    struct diags diags;
    struct inventory *inventories;
    struct apply_set *sets;
    size_t n;
};

static void read_line(struct driver *driver, struct doc *ret_doc)
{
    SCOPED(diags) struct diags diags = {0};
    char *line = NULL;
    size_t room = 0;
    const ssize_t n = getline(&line, &room, stdin);
    if (n <= 0)
        BUG("no line");
    const struct str text = str_dup(&driver->arena, (struct str){line, (size_t)n});
    free(line);
    struct source *source = source_new(&driver->arena, STR("stdin"), text);
    if (doc_read_json(&driver->arena, source, &diags, ret_doc) < 0 || ret_doc->broken)
        BUG("a line that is no JSON");
}

static void connect_to(struct driver *driver)
{
    struct doc doc;
    struct kubeconfig *config = ARENA_NEW(&driver->arena, struct kubeconfig);
    struct str error;
    read_line(driver, &doc);
    const struct kubeconfig_options options = {.path = node_get_text(doc.root, STR("kubeconfig"))};
    if (kubeconfig_load(&driver->arena, &options, config, &error) < 0)
        BUG("%.*s", STR_FMT(error));
    driver->cluster =
        cluster_open(&driver->arena, &(struct cluster_options){.config = config}, &error);
    if (!driver->cluster || cluster_connect(driver->cluster, &error) < 0)
        BUG("%.*s", STR_FMT(error));
}

static struct str_list texts(struct driver *driver, const struct node *list)
{
    struct str_list texts = {0};
    for (struct item it = list_first(list); it.value; it = list_next(it))
        VEC_PUSH(&driver->arena, &texts, node_text(it.value));
    return texts;
}

static void put_member(struct driver *driver, struct inventory *inventory, struct str identity)
{
    struct member member = {0};
    (void)str_split(&identity, '/', &member.group);
    (void)str_split(&identity, '/', &member.kind);
    (void)str_split(&identity, '/', &member.namespace);
    member.name = identity;
    inventory_put(&driver->arena, inventory, &member);
}

static void read_objects(struct driver *driver, const struct doc *doc, const struct node *list,
                         struct apply_set *set)
{
    struct {
        VEC(struct plan_object);
    } want = {0};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct object *object = ARENA_NEW(&driver->arena, struct object);
        if (!object_read(doc, it.value, object))
            BUG("no object");
        VEC_PUSH(&driver->arena, &want,
                 (struct plan_object){
                     .object = object, .namespace = object->namespace, .set = set->name});
    }
    set->want = want.items;
    set->want_n = want.n;
}

static void read_set(struct driver *driver, const struct doc *doc, const struct node *ask,
                     size_t index)
{
    struct apply_set *set = &driver->sets[index];
    struct inventory *inventory = &driver->inventories[index];
    struct config_sync *settings = ARENA_NEW(&driver->arena, struct config_sync);
    config_sync_init(settings);
    settings->adopt = texts(driver, node_get(ask, STR("adopt")));
    for (struct item it = list_first(node_get(ask, STR("stop"))); it.value; it = list_next(it))
        VEC_PUSH(&driver->arena, &settings->conflicts,
                 (struct config_conflict){.manager = node_text(it.value), .then = SYNC_STOP});
    *set = (struct apply_set){.name = node_get_text(ask, STR("name")),
                              .inventory = inventory,
                              .settings = settings,
                              .is_partial = node_bool(node_get(ask, STR("partial"))),
                              .is_removed = node_bool(node_get(ask, STR("removed"))),
                              .was = texts(driver, node_get(ask, STR("was")))};
    inventory_init(&driver->arena, STR("tidegate-system"), set->name, inventory);
    for (struct item it = list_first(node_get(ask, STR("members"))); it.value; it = list_next(it))
        put_member(driver, inventory, node_text(it.value));
    read_objects(driver, doc, node_get(ask, STR("objects")), set);
}

static void put_plan(struct driver *driver, struct jsonw *w, const struct apply_plan *plan)
{
    static const char *const verdicts[] = {"nothing", "go", "held", "refused"};
    jsonw_open_map(w);
    jsonw_put_text(w, "set", plan->set->name);
    jsonw_put_text(w, "verdict", str_from(verdicts[plan->verdict]));
    jsonw_put_text(w, "reason", plan->reason);
    jsonw_key(w, "steps");
    jsonw_open_map(w);
    for (size_t i = 0; i < plan->steps.n; i++) {
        const struct plan_step *step = &plan->plan.steps.items[i];
        const struct apply_step *write = &plan->steps.items[i];
        jsonw_key(w, str_to_c(&driver->arena, member_identity(&driver->arena, &write->member)));
        jsonw_text(w, str_format(&driver->arena, "%s%s%s%s", plan_action_name(step->action),
                                 write->leaves ? " leaves" : "", write->is_held ? " held" : "",
                                 write->is_taken ? " taken" : ""));
    }
    jsonw_close_map(w);
    jsonw_close_map(w);
}

static void answer(struct driver *driver, const struct apply_plans *plans, struct str error)
{
    struct buf out;
    struct jsonw w = {.out = &out};
    buf_init(&out, LIMIT_REPORT_BYTES);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "error", error);
    jsonw_put_i64(&w, "requests", (int64_t)plans->requests);
    jsonw_key(&w, "plans");
    jsonw_open_list(&w);
    for (size_t i = 0; i < plans->n; i++)
        put_plan(driver, &w, &plans->items[i]);
    jsonw_close_list(&w);
    jsonw_key(&w, "findings");
    jsonw_open_list(&w);
    for (size_t i = 0; i < driver->diags.n; i++) {
        const struct diag *diag = &driver->diags.items[i];
        jsonw_text(&w, str_format(&driver->arena, "%s %.*s %.*s: %.*s", diag->rule->id,
                                  STR_FMT(diag->set), STR_FMT(diag->object.name),
                                  STR_FMT(diag->message)));
    }
    jsonw_close_list(&w);
    jsonw_close_map(&w);
    buf_add_char(&out, '\n');
    (void)fwrite(out.p, 1, out.n, stdout);
    buf_release(&out);
}

int main(void)
{
    struct driver driver = {0};
    struct doc doc;
    struct apply_plans plans;
    struct str error = {0};
    struct apply_approvals approvals;
    connect_to(&driver);
    read_line(&driver, &doc);
    const struct node *sets = node_get(doc.root, STR("sets"));
    apply_approvals_read(&driver.arena, node_get_text(doc.root, STR("message")), &approvals);
    driver.sets = ARENA_ARRAY(&driver.arena, struct apply_set, sets->n + 1);
    driver.inventories = ARENA_ARRAY(&driver.arena, struct inventory, sets->n + 1);
    for (struct item it = list_first(sets); it.value; it = list_next(it))
        read_set(&driver, &doc, it.value, driver.n++);
    const struct apply_input input = {.cluster = driver.cluster,
                                      .minor = cluster_version(driver.cluster)->minor,
                                      .approvals = &approvals,
                                      .inventories = driver.inventories,
                                      .inventories_n = driver.n};
    (void)!apply_plan(&driver.arena, &input, driver.sets, driver.n, &driver.diags, &plans, &error);
    answer(&driver, &plans, error);
    cluster_close(driver.cluster);
    diags_release(&driver.diags);
    arena_release(&driver.arena);
    return 0;
}
