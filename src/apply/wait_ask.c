/* SPDX-License-Identifier: Apache-2.0 */
/* What no watch of the objects says: when a class binds its claims, and whether a kind is served.
 */
#include "apply/health_internal.h"
#include "apply/wait_internal.h"
#include "base/ascii.h"
#include "cluster/cluster_request.h"

enum { SERVED_FIRST_MS = 50, SERVED_LONGEST_MS = 1000 };

/* ---- classes of storage ---- */

enum class_state { CLASS_ASKED, CLASS_BINDS_AT_ONCE, CLASS_BINDS_LATE, CLASS_UNKNOWN };

struct wait_class {
    struct wait_class *next;
    struct wait *wait;
    struct str name;
    enum class_state state;
    struct cluster_call call;
    struct arena arena; /* owned: of the call */
};

static const struct cluster_resource storage_class = {
    .group = {"storage.k8s.io", 14},
    .version = {"v1", 2},
    .kind = {"StorageClass", 12},
    .plural = {"storageclasses", 14},
};

/* A claim whose class binds at once is in progress, as its health says. */
static void settle_claim(struct wait *wait, struct wait_entry *entry)
{
    static const struct health late = {
        .state = HEALTH_CURRENT,
        .reason = {"WaitForFirstConsumer", 20},
        .message = {"its class binds it when a Pod needs it", 38},
    };
    static const struct health unknown = {
        .state = HEALTH_CURRENT,
        .reason = {"UnknownClass", 12},
        .message = {"nobody can say when its class binds it, so it is not waited for", 63},
    };
    const enum class_state state = entry->class->state;
    if (state == CLASS_BINDS_LATE || state == CLASS_UNKNOWN)
        wait_set(wait, entry, state == CLASS_BINDS_LATE ? &late : &unknown, false);
}

static void on_class(struct cluster_call *call)
{
    struct wait_class *class = call->ctx;
    struct wait *wait = class->wait;
    const struct str mode = node_get_text(call->answer.root, STR("volumeBindingMode"));
    class->state = CLASS_BINDS_AT_ONCE; /* also what a class that is not there does: nothing yet */
    if (call->answer.outcome != CLUSTER_OK && call->answer.outcome != CLUSTER_NOT_FOUND)
        class->state = CLASS_UNKNOWN;
    if (str_is(mode, "WaitForFirstConsumer"))
        class->state = CLASS_BINDS_LATE;
    arena_release(&class->arena);
    for (size_t i = 0; i < wait->result.n; i++)
        if (wait->entries[i].doubt == DOUBT_CLASS && wait->entries[i].class == class)
            settle_claim(wait, &wait->entries[i]);
    wait_check(wait);
}

static struct wait_class *class_of(struct wait *wait, struct str name)
{
    for (struct wait_class *class = wait->classes; class; class = class->next)
        if (str_eq(class->name, name))
            return class;
    struct wait_class *class = ARENA_NEW(&wait->arena, struct wait_class);
    class->wait = wait;
    class->name = str_dup(&wait->arena, name);
    class->next = wait->classes;
    wait->classes = class;
    class->call = (struct cluster_call){.verb = CLUSTER_GET,
                                        .resource = &storage_class,
                                        .name = class->name,
                                        .arena = &class->arena,
                                        .done = on_class,
                                        .ctx = class};
    cluster_send(wait->options.cluster, &class->call);
    return class;
}

void wait_ask_class(struct wait *wait, struct wait_entry *entry, const struct node *claim)
{
    entry->class = class_of(wait, health_text(claim, "spec.storageClassName"));
    settle_claim(wait, entry);
}

/* ---- kinds that definitions bring ---- */

struct wait_served {
    struct wait_served *next;
    struct wait *wait;
    struct wait_entry *entry;
    struct str path, plural;
    unsigned pause_ms;
    struct cluster_call call;
    struct arena arena; /* owned: of the call */
};

static void ask_served(struct wait_served *served, unsigned delay_ms);

static bool lists_plural(const struct node *root, struct str plural)
{
    for (struct item it = list_first(node_get(root, STR("resources"))); it.value;
         it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("name")), plural))
            return true;
    return false;
}

static bool is_answered(const struct cluster_call *call)
{
    return call->answer.outcome == CLUSTER_OK || call->answer.outcome == CLUSTER_NOT_FOUND ||
           cluster_outcome_is_transient(call->answer.outcome);
}

static void on_served(struct cluster_call *call)
{
    static const struct health current = {.state = HEALTH_CURRENT};
    struct wait_served *served = call->ctx;
    /* Who may not ask has to rely on the definition's own word. */
    const bool is_there = !is_answered(call) || lists_plural(call->answer.root, served->plural);
    if (served->entry->doubt != DOUBT_SERVED)
        return; /* it has changed meanwhile, and asks again if need be */
    if (!is_there) {
        served->pause_ms = MIN_OF(served->pause_ms * 2, (unsigned)SERVED_LONGEST_MS);
        ask_served(served, served->pause_ms);
        return;
    }
    served->wait->result.brings_kinds = true;
    wait_set(served->wait, served->entry, &current, false);
    wait_check(served->wait);
}

static void ask_served(struct wait_served *served, unsigned delay_ms)
{
    arena_release(&served->arena);
    served->call = (struct cluster_call){.verb = CLUSTER_GET,
                                         .path = served->path,
                                         .arena = &served->arena,
                                         .delay_ms = delay_ms,
                                         .done = on_served,
                                         .ctx = served};
    cluster_send(served->wait->options.cluster, &served->call);
}

/* Names as the API server takes them, so that nothing else gets into a path. */
static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_lower_alnum(text.p[i]) && text.p[i] != '.' && text.p[i] != '-')
            return false;
    return text.n > 0;
}

static struct str served_version(const struct node *definition)
{
    for (struct item it = list_first(health_field(definition, "spec.versions")); it.value;
         it = list_next(it))
        if (node_bool(node_get(it.value, STR("served"))))
            return node_get_text(it.value, STR("name"));
    return (struct str){0};
}

/* One version tells for all: the server adds them together. */
void wait_ask_served(struct wait *wait, struct wait_entry *entry, const struct node *definition)
{
    static const struct health current = {.state = HEALTH_CURRENT};
    const struct str group = health_text(definition, "spec.group");
    const struct str plural = health_text(definition, "spec.names.plural");
    const struct str version = served_version(definition);
    if (!is_name(group) || !is_name(version)) {
        wait->result.brings_kinds = true;
        wait_set(wait, entry, &current, false);
        return;
    }
    struct wait_served *served = entry->served;
    if (served && !served->call.is_done)
        return; /* it is being asked */
    if (!served) {
        served = entry->served = ARENA_NEW(&wait->arena, struct wait_served);
        served->next = wait->served;
        wait->served = served;
        served->wait = wait;
        served->entry = entry;
        served->plural = str_dup(&wait->arena, plural);
        served->path =
            str_format(&wait->arena, "/apis/%.*s/%.*s", STR_FMT(group), STR_FMT(version));
    }
    served->pause_ms = SERVED_FIRST_MS;
    ask_served(served, 0);
}

/* ---- the end ---- */

static void stop(struct wait *wait, struct cluster_call *call)
{
    if (!call->is_done)
        cluster_cancel(wait->options.cluster, call);
    call->is_done = true;
}

void wait_ask_stop(struct wait *wait)
{
    for (struct wait_class *class = wait->classes; class; class = class->next)
        stop(wait, &class->call);
    for (struct wait_served *served = wait->served; served; served = served->next)
        stop(wait, &served->call);
}

void wait_ask_release(struct wait *wait)
{
    for (struct wait_class *class = wait->classes; class; class = class->next)
        arena_release(&class->arena);
    for (struct wait_served *served = wait->served; served; served = served->next)
        arena_release(&served->arena);
}
