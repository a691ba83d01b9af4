/* SPDX-License-Identifier: Apache-2.0 */
/* The watches: a kind and a namespace each, or a kind in all of them. */
#include "apply/applyset.h"
#include "apply/wait_internal.h"

/* More than these, and one stream for all is cheaper for both sides. */
enum { NAMESPACES_ONE_BY_ONE = 4 };

static int compare_kinds(const struct wait_seen *a, const struct wait_seen *b)
{
    const int group = str_cmp(a->resource->group, b->resource->group);
    const int kind = group ? group : str_cmp(a->resource->kind, b->resource->kind);
    return kind ? kind : str_cmp(a->resource->version, b->resource->version);
}

static int compare_places(struct str namespace, struct str name, const struct wait_seen *seen)
{
    const int order = str_cmp(namespace, seen->namespace);
    return order ? order : str_cmp(name, seen->name);
}

static int compare_entries(const void *a, const void *b)
{
    const struct wait_seen *left = (*(struct wait_entry *const *)a)->seen;
    const struct wait_seen *right = (*(struct wait_entry *const *)b)->seen;
    const int kinds = compare_kinds(left, right);
    return kinds ? kinds : compare_places(left->namespace, left->name, right);
}

static struct wait_entry *find(const struct wait_group *group, const struct node *object)
{
    const struct node *metadata = node_get(object, STR("metadata"));
    const struct str namespace = node_get_text(metadata, STR("namespace"));
    const struct str name = node_get_text(metadata, STR("name"));
    size_t low = group->first;
    size_t high = group->first + group->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        struct wait_entry *entry = group->wait->sorted[middle];
        const int order = compare_places(namespace, name, entry->seen);
        if (!order)
            return entry;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ---- events ---- */

static void on_reset(struct wait_group *group)
{
    group->wait->is_telling_list = true;
    for (size_t i = group->first; i < group->first + group->n; i++)
        group->wait->sorted[i]->is_listed = false;
}

static void on_synced(struct wait_group *group)
{
    struct wait *wait = group->wait;
    for (size_t i = group->first; i < group->first + group->n && !wait->is_over; i++)
        if (!wait->sorted[i]->is_listed)
            wait_is_gone(wait, wait->sorted[i]);
    wait->is_telling_list = false;
}

static void one_by_one(struct wait_group *group);

/* The server has said no for good. */
static void on_failed(struct wait_group *group)
{
    struct wait *wait = group->wait;
    const struct cluster_watch *watch = &group->watch;
    if (watch->outcome == CLUSTER_FORBIDDEN && !watch->namespace.n && watch->resource->namespaced) {
        one_by_one(group);
        return;
    }
    const struct health health = {
        watch->outcome == CLUSTER_NOT_FOUND ? HEALTH_NOT_FOUND : HEALTH_UNKNOWN,
        watch->outcome == CLUSTER_NOT_FOUND ? STR("NotFound") : STR("CannotWatch"), watch->error};
    for (size_t i = group->first; i < group->first + group->n && !wait->is_over; i++)
        wait_set(wait, wait->sorted[i], &health, true);
}

static void on_event(struct cluster_watch *watch, enum cluster_event event,
                     const struct node *object)
{
    struct wait_group *group = watch->ctx;
    struct wait *wait = group->wait;
    if (wait->is_over)
        return;
    struct wait_entry *entry = object ? find(group, object) : NULL;
    switch (event) {
    case CLUSTER_RESET:
        on_reset(group);
        return;
    case CLUSTER_SYNCED:
        on_synced(group);
        break;
    case CLUSTER_FAILED:
        on_failed(group);
        break;
    case CLUSTER_ADDED:
    case CLUSTER_MODIFIED:
        if (entry)
            wait_look_at(wait, entry, object);
        break;
    case CLUSTER_DELETED:
        if (entry)
            wait_is_gone(wait, entry);
        break;
    case CLUSTER_BOOKMARK:
        return;
    }
    wait_check(wait);
}

/* ---- which watches ---- */

static void start(struct wait *wait, size_t first, size_t n, struct str namespace)
{
    struct wait_group *group = ARENA_NEW(&wait->arena, struct wait_group);
    *group = (struct wait_group){
        .wait = wait,
        .first = first,
        .n = n,
        .next = wait->groups,
        .watch = {.resource = wait->sorted[first]->seen->resource,
                  .namespace = namespace,
                  .label_selector = wait->selector,
                  .event = on_event,
                  .ctx = group},
    };
    wait->groups = group;
    wait->result.watches++;
    cluster_watch_start(wait->options.cluster, &group->watch);
}

/* [first, end) is of one kind. */
static size_t namespace_end(const struct wait *wait, size_t first, size_t end)
{
    size_t i = first + 1;
    while (i < end &&
           str_eq(wait->sorted[i]->seen->namespace, wait->sorted[first]->seen->namespace))
        i++;
    return i;
}

static void start_one_by_one(struct wait *wait, size_t first, size_t end)
{
    for (size_t next; first < end; first = next) {
        next = namespace_end(wait, first, end);
        start(wait, first, next - first, wait->sorted[first]->seen->namespace);
    }
}

static void one_by_one(struct wait_group *group)
{
    start_one_by_one(group->wait, group->first, group->first + group->n);
}

static size_t count_namespaces(const struct wait *wait, size_t first, size_t end)
{
    size_t count = 0;
    for (; first < end; first = namespace_end(wait, first, end))
        count++;
    return count;
}

void wait_groups_start(struct wait *wait)
{
    if (wait->options.part_of.n)
        wait->selector =
            str_format(&wait->arena, APPLYSET_PART_OF "=%.*s", STR_FMT(wait->options.part_of));
    if (wait->sorted_n)
        qsort(wait->sorted, wait->sorted_n, sizeof(struct wait_entry *), compare_entries);
    for (size_t first = 0, end; first < wait->sorted_n; first = end) {
        end = first + 1;
        while (end < wait->sorted_n &&
               !compare_kinds(wait->sorted[first]->seen, wait->sorted[end]->seen))
            end++;
        if (count_namespaces(wait, first, end) > NAMESPACES_ONE_BY_ONE)
            start(wait, first, end - first, (struct str){0});
        else
            start_one_by_one(wait, first, end);
    }
}

void wait_groups_stop(struct wait *wait)
{
    for (struct wait_group *group = wait->groups; group; group = group->next) {
        wait->result.lists += group->watch.lists;
        wait->result.streams += group->watch.streams;
        cluster_watch_stop(&group->watch);
    }
}

void wait_groups_release(struct wait *wait)
{
    for (struct wait_group *group = wait->groups; group; group = group->next)
        cluster_watch_release(&group->watch);
}

struct str wait_trouble(const struct wait *wait, const struct wait_entry *entry)
{
    for (const struct wait_group *group = wait->groups; group; group = group->next)
        for (size_t i = group->first; i < group->first + group->n; i++)
            if (wait->sorted[i] == entry && group->watch.error.n)
                return group->watch.error;
    return (struct str){0};
}
