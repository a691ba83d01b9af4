/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/events.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "doc/doc.h"

#define CONTROLLER "tidegate.dev/sync"

enum {
    WINDOW_S = 300,
    KNOWN_MAX = 1000, /* objects and reasons that are remembered */
    UNDER_WAY_MAX = 32,
    NOTE_BYTES = 1000,    /* the server takes 1024 */
    INSTANCE_BYTES = 128, /* as it does of these */
    NAME_BYTES = 254,
    TIME_BYTES = 40,
    TOTAL_MS = 10000, /* of one; nobody misses it */
};

/* A ration: so many at once, and one more each so many seconds. */
struct ration {
    unsigned most, every_s;
    unsigned left;
    int64_t since_s;
};

struct known {
    uint64_t key; /* of object and reason; 0: free */
    int64_t told_s;
    unsigned count; /* with those that were not told */
    char name[NAME_BYTES];
};

struct sending {
    struct sending *next;
    struct events *events;
    struct arena arena;
    struct cluster_call call;
    uint64_t key;
};

struct events {
    struct arena arena;
    struct cluster *cluster;
    struct str instance;
    int64_t (*now_s)(void);
    struct ration rations[2]; /* normal, warning */
    struct known known[KNOWN_MAX];
    struct sending *first;
    struct events_stats stats;
};

static int64_t wall_clock_s(void)
{
    return (int64_t)time(NULL);
}

/* ---- whether ---- */

static uint64_t key_of(struct arena *arena, const struct event *event)
{
    const struct event_regarding *of = &event->regarding;
    const uint64_t key = hash64(str_format(
        arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%s", STR_FMT(of->api_version), STR_FMT(of->kind),
        STR_FMT(of->namespace), STR_FMT(of->name), STR_FMT(of->uid), event->reason));
    return key ? key : 1;
}

static struct known *find_known(struct events *events, uint64_t key)
{
    for (size_t i = 0; i < KNOWN_MAX; i++)
        if (events->known[i].key == key)
            return &events->known[i];
    return NULL;
}

/* In the place of the one that was told the longest time ago. */
static struct known *add_known(struct events *events, uint64_t key, int64_t now)
{
    struct known *oldest = &events->known[0];
    for (size_t i = 1; i < KNOWN_MAX; i++)
        if (events->known[i].told_s < oldest->told_s)
            oldest = &events->known[i];
    *oldest = (struct known){.key = key, .told_s = now, .count = 1};
    return oldest;
}

static bool take_ration(struct ration *ration, int64_t now)
{
    const int64_t more = (now - ration->since_s) / ration->every_s;
    if (more > 0) {
        ration->left = (unsigned)MIN_OF((int64_t)ration->left + more, (int64_t)ration->most);
        ration->since_s += more * ration->every_s;
    }
    if (!ration->left)
        return false;
    ration->left--;
    return true;
}

/* ---- what ---- */

static struct node *now_text(struct arena *arena, int64_t now)
{
    char text[TIME_BYTES];
    const time_t seconds = (time_t)now;
    struct tm parts;
    if (!gmtime_r(&seconds, &parts))
        return node_new(arena, NODE_NULL);
    const size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000Z", &parts);
    return node_new_text(arena, str_dup(arena, (struct str){text, n}));
}

static void put(struct arena *arena, struct node *map, const char *key, struct str text)
{
    if (text.n)
        node_put(arena, map, str_from(key), node_new_text(arena, str_dup(arena, text)));
}

static struct str cut(struct arena *arena, struct str text, size_t max)
{
    text = diag_escape(arena, text);
    size_t n = MIN_OF(text.n, max);
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(text, 0, n);
}

static struct str namespace_of(const struct event *event)
{
    return event->regarding.namespace.n ? event->regarding.namespace : STR("default");
}

static const struct node *tree_of(const struct events *events, struct arena *arena,
                                  const struct event *event, int64_t now)
{
    struct node *root = node_new(arena, NODE_MAP);
    struct node *head = node_new(arena, NODE_MAP);
    struct node *regarding = node_new(arena, NODE_MAP);
    put(arena, root, "apiVersion", STR("events.k8s.io/v1"));
    put(arena, root, "kind", STR("Event"));
    put(arena, head, "generateName", STR("tidegate-"));
    put(arena, head, "namespace", namespace_of(event));
    node_put(arena, root, STR("metadata"), head);
    put(arena, regarding, "apiVersion", event->regarding.api_version);
    put(arena, regarding, "kind", event->regarding.kind);
    put(arena, regarding, "namespace", event->regarding.namespace);
    put(arena, regarding, "name", event->regarding.name);
    put(arena, regarding, "uid", event->regarding.uid);
    node_put(arena, root, STR("regarding"), regarding);
    node_put(arena, root, STR("eventTime"), now_text(arena, now));
    put(arena, root, "reportingController", STR(CONTROLLER));
    put(arena, root, "reportingInstance", events->instance);
    put(arena, root, "type", event->is_warning ? STR("Warning") : STR("Normal"));
    put(arena, root, "reason", str_from(event->reason));
    put(arena, root, "action", str_from(event->action));
    put(arena, root, "note", cut(arena, event->note, NOTE_BYTES));
    return root;
}

static struct str series_of(struct arena *arena, const struct known *known, int64_t now)
{
    return str_format(arena, "{\"series\":{\"count\":%u,\"lastObservedTime\":\"%.*s\"}}",
                      known->count, STR_FMT(node_text(now_text(arena, now))));
}

/* ---- sending ---- */

static void drop(struct sending *sending)
{
    struct sending **at = &sending->events->first;
    while (*at != sending)
        at = &(*at)->next;
    *at = sending->next;
    sending->events->stats.under_way--;
    arena_release(&sending->arena);
    free(sending);
}

/* An Event that has gone meanwhile, as they do after an hour, is forgotten: the next is a new one.
 */
static void done(struct cluster_call *call)
{
    struct sending *sending = call->ctx;
    struct events *events = sending->events;
    struct known *known = find_known(events, sending->key);
    const bool is_ok = call->answer.outcome == CLUSTER_OK;
    const struct str name =
        node_get_text(node_get(call->answer.root, STR("metadata")), STR("name"));
    events->stats.sent += is_ok;
    events->stats.failed += !is_ok;
    if (known && is_ok && name.n < NAME_BYTES)
        (void)snprintf(known->name, sizeof known->name, "%.*s", STR_FMT(name));
    else if (known)
        known->name[0] = '\0';
    drop(sending);
}

static struct sending *begin(struct events *events, uint64_t key)
{
    struct sending *sending = xcalloc(1, sizeof *sending);
    sending->events = events;
    sending->key = key;
    sending->next = events->first;
    sending->call = (struct cluster_call){.arena = &sending->arena,
                                          .done = done,
                                          .ctx = sending,
                                          .total_ms = TOTAL_MS,
                                          .patience_ms = TOTAL_MS};
    events->first = sending;
    events->stats.under_way++;
    return sending;
}

static void send(struct events *events, const struct event *event, const struct known *known,
                 const struct cluster_resource *resource, int64_t now)
{
    struct sending *sending = begin(events, known->key);
    struct cluster_call *call = &sending->call;
    call->resource = resource;
    call->namespace = str_dup(&sending->arena, namespace_of(event));
    if (known->name[0]) {
        call->verb = CLUSTER_PATCH;
        call->name = str_dup(&sending->arena, str_from(known->name));
        call->text = series_of(&sending->arena, known, now);
        call->content_type = STR("application/merge-patch+json");
    } else {
        call->verb = CLUSTER_CREATE;
        call->object = tree_of(events, &sending->arena, event, now);
    }
    cluster_send(events->cluster, call);
}

void events_tell(struct events *events, const struct event *event)
{
    struct arena scratch SCOPED(arena) = {0};
    if (!events)
        return;
    const int64_t now = events->now_s();
    const uint64_t key = key_of(&scratch, event);
    struct known *known = find_known(events, key);
    const struct cluster_resource *resource =
        cluster_find(events->cluster, STR("events.k8s.io/v1"), STR("Event"));
    if (known)
        known->count++;
    if (!resource || (known && now - known->told_s < WINDOW_S) ||
        events->stats.under_way >= UNDER_WAY_MAX ||
        !take_ration(&events->rations[event->is_warning], now)) {
        events->stats.held_back++;
        return;
    }
    known = known ? known : add_known(events, key, now);
    known->told_s = now;
    send(events, event, known, resource, now);
}

/* ---- life ---- */

struct events *events_new(const struct events_options *options)
{
    struct events *events = xcalloc(1, sizeof *events);
    events->cluster = options->cluster;
    events->now_s = options->now_s ? options->now_s : wall_clock_s;
    events->instance = str_dup(
        &events->arena, options->instance.n ? cut(&events->arena, options->instance, INSTANCE_BYTES)
                                            : STR("tidegate"));
    const int64_t now = events->now_s();
    events->rations[false] = (struct ration){.most = 5, .left = 5, .every_s = 30, .since_s = now};
    events->rations[true] = (struct ration){.most = 20, .left = 20, .every_s = 10, .since_s = now};
    return events;
}

void events_free(struct events *events)
{
    if (!events)
        return;
    while (events->first) {
        struct sending *sending = events->first;
        cluster_cancel(events->cluster, &sending->call);
        drop(sending);
    }
    arena_release(&events->arena);
    free(events);
}

struct events_stats events_stats(const struct events *events)
{
    return events ? events->stats : (struct events_stats){0};
}
