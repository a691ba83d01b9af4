/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of client_driver.c that send requests. */
#include <sys/resource.h>

#include "base/clock.h"
#include "client_driver.h"

static struct str text_of(const struct node *ask, const char *key)
{
    return node_get_text(ask, str_from(key));
}

static unsigned number_of(const struct node *ask, const char *key)
{
    int64_t value = 0;
    (void)node_i64(node_get(ask, str_from(key)), &value);
    return (unsigned)value;
}

static const struct cluster_resource *resource_of(struct driver *driver, const struct node *ask)
{
    return cluster_find(driver->cluster, text_of(ask, "apiVersion"), text_of(ask, "kind"));
}

static enum cluster_verb verb_of(struct str name)
{
    static const char *const names[] = {"get",    "list",  "watch",  "apply",    "create",
                                        "update", "patch", "delete", "deleteAll"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i]))
            return (enum cluster_verb)i;
    BUG("no such verb: %.*s", STR_FMT(name));
}

static void fill(struct driver *driver, const struct node *ask, struct arena *arena,
                 struct cluster_call *call)
{
    *call = (struct cluster_call){
        .verb = verb_of(text_of(ask, "verb")),
        .resource = resource_of(driver, ask),
        .path = text_of(ask, "path"),
        .namespace = text_of(ask, "namespace"),
        .name = text_of(ask, "name"),
        .subresource = text_of(ask, "subresource"),
        .object = node_get(ask, STR("object")),
        .text = text_of(ask, "text"),
        .content_type = text_of(ask, "contentType"),
        .dry_run = node_bool(node_get(ask, STR("dryRun"))),
        .force = node_bool(node_get(ask, STR("force"))),
        .field_manager = text_of(ask, "manager"),
        .field_validation = text_of(ask, "validation"),
        .uid = text_of(ask, "uid"),
        .resource_version = text_of(ask, "resourceVersion"),
        .propagation = text_of(ask, "propagation"),
        .patience_ms = number_of(ask, "patienceMs"),
        .arena = arena,
    };
}

static void put_texts(struct jsonw *w, const char *key, const struct str_list *texts)
{
    jsonw_key(w, key);
    jsonw_open_list(w);
    for (size_t i = 0; i < texts->n; i++)
        jsonw_text(w, texts->items[i]);
    jsonw_close_list(w);
}

void driver_put_causes(struct jsonw *w, const struct cluster_status *status)
{
    jsonw_key(w, "causes");
    jsonw_open_list(w);
    for (size_t i = 0; i < status->causes.n; i++) {
        jsonw_open_map(w);
        jsonw_put_text(w, "reason", status->causes.items[i].reason);
        jsonw_put_text(w, "field", status->causes.items[i].field);
        jsonw_put_text(w, "message", status->causes.items[i].message);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
}

void driver_call(struct driver *driver, const struct node *ask)
{
    SCOPED(arena) struct arena arena = {0};
    struct cluster_call call;
    fill(driver, ask, &arena, &call);
    const uint64_t start = clock_ms();
    cluster_call(driver->cluster, &call);
    const struct cluster_answer *answer = &call.answer;
    const struct node *metadata = node_get(answer->root, STR("metadata"));
    struct jsonw *w = driver_answer(driver);
    jsonw_put_text(w, "outcome", str_from(cluster_outcome_name(answer->outcome)));
    jsonw_put_i64(w, "ms", (int64_t)(clock_ms() - start));
    jsonw_put_i64(w, "code", answer->status.code);
    jsonw_put_text(w, "reason", answer->status.reason);
    jsonw_put_text(w, "message", answer->status.message);
    jsonw_put_text(w, "error", answer->error);
    jsonw_put_i64(w, "attempts", answer->attempts);
    jsonw_put_text(w, "uid", node_get_text(metadata, STR("uid")));
    jsonw_put_text(w, "resourceVersion", node_get_text(metadata, STR("resourceVersion")));
    jsonw_put_text(w, "user",
                   node_get_text(node_get(node_get(answer->root, STR("status")), STR("userInfo")),
                                 STR("username")));
    put_texts(w, "warnings", &answer->warnings);
    driver_put_causes(w, &answer->status);
    driver_end(driver);
}

static int64_t own_cpu_ms(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* The name gets a number at its end, in the object too. */
static void number_call(struct arena *arena, struct cluster_call *call, unsigned number)
{
    if (!call->name.n)
        return;
    call->name = str_format(arena, "%.*s%u", STR_FMT(call->name), number);
    if (!call->object)
        return;
    struct node *object = node_copy(arena, call->object);
    struct node *metadata = node_new(arena, NODE_MAP);
    node_put(arena, metadata, STR("name"), node_new_text(arena, call->name));
    node_put(arena, object, STR("metadata"), metadata);
    call->object = object;
}

void driver_many(struct driver *driver, const struct node *ask)
{
    const unsigned count = number_of(ask, "count");
    const int64_t cpu = own_cpu_ms();
    const uint64_t start = clock_ms();
    size_t outcomes[CLUSTER_GARBLED + 1] = {0};
    struct arena *arenas = xcalloc(count, sizeof *arenas);
    struct cluster_call *calls = xcalloc(count, sizeof *calls);
    struct str error = {0};
    for (unsigned i = 0; i < count; i++) {
        fill(driver, ask, &arenas[i], &calls[i]);
        number_call(&arenas[i], &calls[i], i);
        cluster_send(driver->cluster, &calls[i]);
    }
    while (cluster_step(driver->cluster, 1000) > 0)
        continue;
    for (unsigned i = 0; i < count; i++) {
        outcomes[calls[i].answer.outcome]++;
        error = error.n ? error : str_dup(&driver->arena, calls[i].answer.error);
    }
    struct jsonw *w = driver_answer(driver);
    jsonw_put_i64(w, "ms", (int64_t)(clock_ms() - start));
    jsonw_put_i64(w, "cpuMs", own_cpu_ms() - cpu);
    jsonw_put_text(w, "error", error);
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
        if (outcomes[i])
            jsonw_put_i64(w, cluster_outcome_name((enum cluster_outcome)i), (int64_t)outcomes[i]);
    driver_end(driver);
    for (unsigned i = 0; i < count; i++)
        arena_release(&arenas[i]);
    free(arenas);
    free(calls);
}

void driver_list(struct driver *driver, const struct node *ask)
{
    SCOPED(arena) struct arena arena = {0};
    struct cluster_list list = {
        .arena = &arena,
        .resource = resource_of(driver, ask),
        .namespace = text_of(ask, "namespace"),
        .label_selector = text_of(ask, "labels"),
        .metadata_only = node_bool(node_get(ask, STR("metadataOnly"))),
        .page = number_of(ask, "page"),
    };
    cluster_list_all(driver->cluster, &list);
    struct str_list names = {0};
    size_t with_data = 0;
    for (size_t i = 0; i < list.items.n; i++) {
        VEC_PUSH(&arena, &names,
                 node_get_text(node_get(list.items.items[i], STR("metadata")), STR("name")));
        with_data += node_get(list.items.items[i], STR("data")) != NULL;
    }
    struct jsonw *w = driver_answer(driver);
    jsonw_put_text(w, "outcome", str_from(cluster_outcome_name(list.outcome)));
    jsonw_put_text(w, "error", list.error);
    jsonw_put_i64(w, "pages", list.pages);
    jsonw_put_i64(w, "restarts", list.restarts);
    jsonw_put_i64(w, "withData", (int64_t)with_data);
    jsonw_put_text(w, "resourceVersion", list.resource_version);
    put_texts(w, "names", &names);
    driver_end(driver);
}

/* ---- watching ---- */

struct watching {
    struct driver *driver;
    size_t events, wanted;
};

static void on_event(struct cluster_watch *watch, enum cluster_event event,
                     const struct node *object)
{
    struct watching *watching = watch->ctx;
    const struct node *metadata = node_get(object, STR("metadata"));
    struct jsonw *w = driver_answer(watching->driver);
    jsonw_put_text(w, "event", str_from(cluster_event_name(event)));
    jsonw_put_text(w, "name", node_get_text(metadata, STR("name")));
    jsonw_put_text(w, "resourceVersion", str_from(watch->resource_version));
    jsonw_put_i64(w, "lists", watch->lists);
    jsonw_put_i64(w, "streams", watch->streams);
    if (event == CLUSTER_FAILED)
        jsonw_put_text(w, "error", watch->error);
    driver_end(watching->driver);
    if (++watching->events >= watching->wanted)
        cluster_watch_stop(watch);
}

void driver_watch(struct driver *driver, const struct node *ask)
{
    struct watching watching = {.driver = driver, .wanted = number_of(ask, "events")};
    struct cluster_watch watch = {
        .resource = resource_of(driver, ask),
        .namespace = text_of(ask, "namespace"),
        .label_selector = text_of(ask, "labels"),
        .metadata_only = node_bool(node_get(ask, STR("metadataOnly"))),
        .watch_s = number_of(ask, "watchS"),
        .page = number_of(ask, "page"),
        .event = on_event,
        .ctx = &watching,
    };
    const uint64_t deadline = clock_ms() + number_of(ask, "ms");
    cluster_watch_start(driver->cluster, &watch);
    while (!watch.is_stopped && clock_ms() < deadline)
        (void)cluster_step(driver->cluster, 50);
    struct jsonw *w = driver_answer(driver);
    jsonw_put_i64(w, "events", (int64_t)watching.events);
    jsonw_put_i64(w, "lists", watch.lists);
    jsonw_put_i64(w, "streams", watch.streams);
    jsonw_put_text(w, "outcome", str_from(cluster_outcome_name(watch.outcome)));
    driver_end(driver);
    cluster_watch_release(&watch);
}
