/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits for objects, for test_wait.py: reads one JSON object a line, {"kubeconfig": ...} first,
 * then what is to be waited for, and prints a line for each change and one for the result. A second
 * line of input while it waits cancels it.
 *
 *   {"partOf": "", "timeoutMs": 1000, "graceMs": 0, "settleMs": 0, "goesOn": false,
 *    "rules": [{"apiVersion": ..., "kind": ..., "current": ..., "inProgress": ..., "failed": ...}],
 *    "objects": [an object as it was written, ...]}
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "apply/wait.h"
#include "base/clock.h"
#include "base/limits.h"

struct driver {
    struct arena arena;
    struct cluster *cluster;
    struct buf out;
    uint64_t cancelled_at;
};

static void print(struct driver *driver)
{
    buf_add_char(&driver->out, '\n');
    (void)fwrite(driver->out.p, 1, driver->out.n, stdout);
    (void)fflush(stdout);
    buf_clear(&driver->out);
}

static const struct node *read_line(struct driver *driver)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc;
    char *line = NULL;
    size_t room = 0;
    const ssize_t n = getline(&line, &room, stdin);
    if (n <= 0) {
        free(line);
        return NULL;
    }
    const struct str text = str_dup(&driver->arena, (struct str){line, (size_t)n});
    free(line);
    struct source *source = source_new(&driver->arena, STR("stdin"), text);
    if (doc_read_json(&driver->arena, source, &diags, &doc) < 0 || doc.broken)
        BUG("a line that is no JSON");
    return doc.root;
}

static void connect_to(struct driver *driver, const struct node *ask)
{
    struct kubeconfig *config = ARENA_NEW(&driver->arena, struct kubeconfig);
    const struct kubeconfig_options options = {.path = node_get_text(ask, STR("kubeconfig"))};
    struct str error;
    if (kubeconfig_load(&driver->arena, &options, config, &error) < 0)
        BUG("%.*s", STR_FMT(error));
    driver->cluster =
        cluster_open(&driver->arena, &(struct cluster_options){.config = config}, &error);
    if (!driver->cluster || cluster_connect(driver->cluster, &error) < 0)
        BUG("%.*s", STR_FMT(error));
}

static void put_seen(struct jsonw *w, const struct wait_seen *seen)
{
    jsonw_open_map(w);
    jsonw_put_text(w, "kind", seen->resource->kind);
    jsonw_put_text(w, "namespace", seen->namespace);
    jsonw_put_text(w, "name", seen->name);
    jsonw_put_text(w, "state", str_from(health_state_name(seen->state)));
    jsonw_put_text(w, "reason", str_from(seen->reason));
    jsonw_put_text(w, "message", str_from(seen->message));
    jsonw_key(w, "final");
    jsonw_bool(w, seen->is_final);
    jsonw_close_map(w);
}

static void on_change(void *ctx, const struct wait_seen *seen)
{
    struct driver *driver = ctx;
    put_seen(&(struct jsonw){.out = &driver->out}, seen);
    print(driver);
}

static void on_done(void *ctx, struct wait *wait)
{
    struct driver *driver = ctx;
    const struct wait_result *result = wait_result(wait);
    struct jsonw w = {.out = &driver->out};
    struct buf lines SCOPED(buf) = {0};
    buf_init(&lines, LIMIT_REPORT_BYTES);
    wait_write(wait, &lines);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "outcome", str_from(wait_outcome_name(result->outcome)));
    jsonw_put_text(&w, "why", result->reason);
    jsonw_put_text(&w, "lines", buf_str(&lines));
    jsonw_put_i64(&w, "n", (int64_t)result->n);
    jsonw_put_i64(&w, "current", (int64_t)result->current);
    jsonw_put_i64(&w, "failed", (int64_t)result->failed);
    jsonw_put_i64(&w, "ms", (int64_t)result->took_ms);
    jsonw_put_i64(&w, "watches", result->watches);
    jsonw_put_i64(&w, "lists", result->lists);
    jsonw_put_i64(&w, "streams", result->streams);
    jsonw_put_i64(&w, "sent", (int64_t)cluster_stats(driver->cluster).sent);
    if (driver->cancelled_at)
        jsonw_put_i64(&w, "cancelMs", (int64_t)(clock_ms() - driver->cancelled_at));
    jsonw_key(&w, "bringsKinds");
    jsonw_bool(&w, result->brings_kinds);
    jsonw_key(&w, "objects");
    jsonw_open_list(&w);
    for (size_t i = 0; i < result->n; i++)
        put_seen(&w, &result->objects[i]);
    jsonw_close_list(&w);
    jsonw_close_map(&w);
    print(driver);
}

static unsigned number_of(const struct node *ask, const char *key)
{
    int64_t value = 0;
    (void)node_i64(node_get(ask, str_from(key)), &value);
    return (unsigned)value;
}

static struct health_rules *read_rules(struct driver *driver, const struct node *list)
{
    struct health_errors errors = {0};
    struct {
        VEC(struct config_health);
    } rules = {0};
    for (struct item it = list_first(list); it.value; it = list_next(it))
        VEC_PUSH(&driver->arena, &rules,
                 (struct config_health){
                     .api_version = node_get_text(it.value, STR("apiVersion")),
                     .kind = node_get_text(it.value, STR("kind")),
                     .current = node_get_text(it.value, STR("current")),
                     .in_progress = node_get_text(it.value, STR("inProgress")),
                     .failed = node_get_text(it.value, STR("failed")),
                 });
    return health_rules_new(&driver->arena, rules.items, rules.n, &errors);
}

static struct wait *start(struct driver *driver, const struct node *ask,
                          const struct health_rules *rules)
{
    struct {
        VEC(struct wait_object);
    } objects = {0};
    const struct wait_options options = {
        .cluster = driver->cluster,
        .part_of = node_get_text(ask, STR("partOf")),
        .rules = rules,
        .timeout_ms = number_of(ask, "timeoutMs"),
        .grace_ms = number_of(ask, "graceMs"),
        .settle_ms = number_of(ask, "settleMs"),
        .goes_on = node_bool(node_get(ask, STR("goesOn"))),
        .tell = on_change,
        .ctx = driver,
    };
    for (struct item it = list_first(node_get(ask, STR("objects"))); it.value; it = list_next(it)) {
        const struct node *metadata = node_get(it.value, STR("metadata"));
        const struct cluster_resource *resource =
            cluster_find(driver->cluster, node_get_text(it.value, STR("apiVersion")),
                         node_get_text(it.value, STR("kind")));
        if (!resource)
            BUG("no such kind");
        VEC_PUSH(&driver->arena, &objects,
                 (struct wait_object){resource, node_get_text(metadata, STR("namespace")),
                                      node_get_text(metadata, STR("name")), it.value});
    }
    return wait_start(&options, objects.items, objects.n, on_done);
}

int main(void)
{
    struct driver driver = {0};
    buf_init(&driver.out, LIMIT_REPORT_BYTES);
    /* Lines are read with poll(2) as well, which knows nothing of what stdio keeps. */
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    connect_to(&driver, read_line(&driver));
    const struct node *ask = read_line(&driver);
    struct health_rules *rules = read_rules(&driver, node_get(ask, STR("rules")));
    struct wait *wait = start(&driver, ask, rules);
    while (!wait_is_done(wait)) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        if (!driver.cancelled_at && poll(&input, 1, 0) > 0) {
            driver.cancelled_at = clock_ms();
            wait_cancel(wait);
        }
        (void)cluster_step(driver.cluster, 20);
    }
    wait_free(wait);
    health_rules_free(rules);
    cluster_close(driver.cluster);
    buf_release(&driver.out);
    arena_release(&driver.arena);
    return 0;
}
