/* SPDX-License-Identifier: Apache-2.0 */
/* List, stream, stream, ... list again when the server asks for it. */
#include "cluster/cluster_watch.h"

#include "base/clock.h"
#include "base/limits.h"

enum {
    WATCH_S = 300,
    FIRST_PAUSE_MS = 100,
    LONGEST_PAUSE_MS = 30000,
    SOON_MS = 1000, /* a stream that ends sooner has failed, whatever it says */
};

static void start_list(struct cluster_watch *watch);
static void start_stream(struct cluster_watch *watch);

static const char *const event_names[] = {
    /* order: cluster_event */
    "RESET", "ADDED", "SYNCED", "MODIFIED", "DELETED", "BOOKMARK", "FAILED",
};

const char *cluster_event_name(enum cluster_event event)
{
    return event_names[event];
}

static void tell(struct cluster_watch *watch, enum cluster_event event, const struct node *object)
{
    if (!watch->is_stopped)
        watch->event(watch, event, object);
}

void cluster_watch_start(struct cluster *cluster, struct cluster_watch *watch)
{
    watch->cluster = cluster;
    watch->is_stopped = false;
    watch->lists = watch->streams = watch->failures = 0;
    watch->resource_version[0] = '\0';
    buf_init(&watch->line, LIMIT_ANSWER_BYTES);
    start_list(watch);
}

void cluster_watch_stop(struct cluster_watch *watch)
{
    if (!watch->cluster || watch->is_stopped)
        return;
    watch->is_stopped = true;
    cluster_list_cancel(&watch->list);
    cluster_cancel(watch->cluster, &watch->call);
}

void cluster_watch_release(struct cluster_watch *watch)
{
    cluster_watch_stop(watch);
    buf_release(&watch->line);
    arena_release(&watch->arena);
}

static void fail(struct cluster_watch *watch)
{
    tell(watch, CLUSTER_FAILED, NULL);
    watch->is_stopped = true;
}

static unsigned pause_ms(const struct cluster_watch *watch)
{
    if (!watch->failures)
        return 0;
    return (unsigned)MIN_OF((int64_t)FIRST_PAUSE_MS << MIN_OF(watch->failures - 1, 16u),
                            (int64_t)LONGEST_PAUSE_MS);
}

/* What the server says no to for good; the rest passes. */
static bool is_final(enum cluster_outcome outcome)
{
    return outcome != CLUSTER_OK && outcome != CLUSTER_GONE && outcome != CLUSTER_GARBLED &&
           !cluster_outcome_is_transient(outcome);
}

static void set_version(struct cluster_watch *watch, struct str version)
{
    const size_t n = MIN_OF(version.n, sizeof watch->resource_version - 1);
    if (!version.n)
        return;
    memcpy(watch->resource_version, version.p, n);
    watch->resource_version[n] = '\0';
}

/* ---- the list ---- */

static void on_list(struct cluster_list *list)
{
    struct cluster_watch *watch = list->ctx;
    watch->outcome = list->outcome;
    watch->error = list->error;
    if (is_final(list->outcome)) {
        fail(watch);
        return;
    }
    if (list->outcome != CLUSTER_OK) {
        watch->failures++;
        start_list(watch);
        return;
    }
    /* Not quite forgotten: lists that work and streams that don't would alternate without pause. */
    watch->failures = MIN_OF(watch->failures, 1u);
    set_version(watch, list->resource_version);
    tell(watch, CLUSTER_RESET, NULL);
    for (size_t i = 0; i < list->items.n && !watch->is_stopped; i++)
        tell(watch, CLUSTER_ADDED, list->items.items[i]);
    tell(watch, CLUSTER_SYNCED, NULL);
    if (!watch->is_stopped)
        start_stream(watch);
}

static void start_list(struct cluster_watch *watch)
{
    watch->must_list = false;
    watch->lists++;
    arena_release(&watch->arena);
    watch->error = (struct str){0};
    watch->list = (struct cluster_list){
        .resource = watch->resource,
        .namespace = watch->namespace,
        .label_selector = watch->label_selector,
        .field_selector = watch->field_selector,
        .metadata_only = watch->metadata_only,
        .page = watch->page,
        .delay_ms = pause_ms(watch),
        .done = on_list,
        .ctx = watch,
        .arena = &watch->arena,
    };
    cluster_list_start(watch->cluster, &watch->list);
}

/* ---- the stream ---- */

/* An ERROR event is a Status: of a place that is forgotten, or of trouble that passes. */
static void take_error(struct cluster_watch *watch, const struct node *status)
{
    int64_t code = 0;
    (void)node_i64(node_get(status, STR("code")), &code);
    watch->must_list = code == 410 || str_is(node_get_text(status, STR("reason")), "Expired") ||
                       str_is(node_get_text(status, STR("reason")), "Gone");
}

static bool take_event(struct cluster_watch *watch, const struct node *root)
{
    static const enum cluster_event events[] = {CLUSTER_ADDED, CLUSTER_MODIFIED, CLUSTER_DELETED,
                                                CLUSTER_BOOKMARK};
    const struct str type = node_get_text(root, STR("type"));
    const struct node *object = node_get(root, STR("object"));
    if (str_is(type, "ERROR"))
        take_error(watch, object);
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        if (!str_is(type, event_names[events[i]]))
            continue;
        set_version(watch,
                    node_get_text(node_get(object, STR("metadata")), STR("resourceVersion")));
        tell(watch, events[i], object);
        return !watch->is_stopped;
    }
    return false; /* an error, or no event at all: the stream is of no more use */
}

static bool take_line(struct cluster_watch *watch, struct str line)
{
    SCOPED(diags) struct diags diags = {0};
    SCOPED(arena) struct arena arena = {0};
    struct doc doc = {0};
    line = str_trim(line);
    if (!line.n)
        return true;
    struct source *source = source_new(&arena, STR("event"), line);
    source->no_excerpt = true;
    if (doc_read_json(&arena, source, &diags, &doc) < 0 || doc.broken)
        return false;
    return take_event(watch, doc.root);
}

bool cluster_watch_feed(struct cluster_watch *watch, struct str bytes)
{
    while (bytes.n) {
        const ptrdiff_t end = str_find_char(bytes, '\n');
        buf_add(&watch->line, end < 0 ? bytes : str_sub(bytes, 0, (size_t)end));
        if (watch->line.full)
            return false;
        if (end < 0)
            return true;
        bytes = str_from_offset(bytes, (size_t)end + 1);
        const bool goes_on = take_line(watch, buf_str(&watch->line));
        buf_clear(&watch->line);
        if (!goes_on)
            return false;
    }
    return true;
}

static bool on_chunk(struct cluster_call *call, struct str bytes)
{
    return cluster_watch_feed(call->ctx, bytes);
}

static void on_stream_end(struct cluster_call *call)
{
    struct cluster_watch *watch = call->ctx;
    const bool is_short = clock_ms() - watch->started_at < SOON_MS;
    watch->outcome = call->answer.outcome;
    watch->error = call->answer.error;
    watch->must_list |= watch->outcome == CLUSTER_GONE;
    if (is_final(watch->outcome)) {
        fail(watch);
        return;
    }
    watch->failures = is_short ? watch->failures + 1 : 0;
    if (watch->must_list)
        start_list(watch);
    else
        start_stream(watch);
}

static void start_stream(struct cluster_watch *watch)
{
    const unsigned pause = pause_ms(watch);
    watch->streams++;
    watch->started_at = clock_ms() + pause;
    buf_clear(&watch->line);
    arena_release(&watch->arena);
    watch->error = (struct str){0};
    watch->call = (struct cluster_call){
        .verb = CLUSTER_WATCH,
        .resource = watch->resource,
        .namespace = watch->namespace,
        .label_selector = watch->label_selector,
        .field_selector = watch->field_selector,
        .metadata_only = watch->metadata_only,
        .resource_version = str_from(watch->resource_version),
        .watch_s = watch->watch_s ? watch->watch_s : WATCH_S,
        .delay_ms = pause,
        .chunk = on_chunk,
        .done = on_stream_end,
        .ctx = watch,
        .arena = &watch->arena,
    };
    cluster_send(watch->cluster, &watch->call);
}
