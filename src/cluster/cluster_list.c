/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster_list.h"

#include "base/limits.h"

enum {
    PAGE = 500, /* as kubectl */
    PAGED_RESTARTS = 2,
    MOST_RESTARTS = 5,
    SMALLER = 4,
};

static int fail(struct cluster_list *list, enum cluster_outcome outcome, struct str error)
{
    list->outcome = outcome;
    list->error = error;
    list->items.n = 0;
    return -1;
}

/* From the beginning, as of now. */
static int restart(struct cluster_list *list, const struct cluster_answer *answer)
{
    if (list->restarts >= MOST_RESTARTS)
        return fail(list, answer->outcome, answer->error);
    list->restarts++;
    list->items.n = 0;
    list->call.continue_token = (struct str){0};
    list->call.limit = list->restarts > PAGED_RESTARTS ? 0 : list->call.limit;
    return 1;
}

static int take_page(struct cluster_list *list, const struct cluster_answer *answer)
{
    const struct node *metadata = node_get(answer->root, STR("metadata"));
    const struct node *items = node_get(answer->root, STR("items"));
    if (!list->items.n)
        list->warnings = answer->warnings;
    if (!node_is_null(items) && node_kind(items) != NODE_LIST)
        return fail(list, CLUSTER_GARBLED, STR("what the server listed is no list"));
    for (struct item it = list_first(items); it.value; it = list_next(it)) {
        if (list->items.n >= LIMIT_LIST_ITEMS)
            return fail(list, CLUSTER_TOO_LARGE,
                        STR("the server has more objects of a kind than are read"));
        VEC_PUSH(list->arena, &list->items, it.value);
    }
    list->pages++;
    list->resource_version = node_get_text(metadata, STR("resourceVersion"));
    const struct str token = node_get_text(metadata, STR("continue"));
    if (token.n && str_eq(token, list->call.continue_token))
        return fail(list, CLUSTER_GARBLED, STR("the server lists the same page again and again"));
    list->call.continue_token = token;
    list->outcome = CLUSTER_OK;
    return token.n > 0;
}

int cluster_list_next(struct cluster_list *list, const struct cluster_answer *answer)
{
    if (answer->outcome == CLUSTER_OK)
        return take_page(list, answer);
    if (answer->outcome == CLUSTER_GONE)
        return restart(list, answer);
    /* Our own limit; of the server's there is none for lists. */
    if (answer->outcome == CLUSTER_TOO_LARGE && !answer->status.code && list->call.limit > 1) {
        list->call.limit = MAX_OF(list->call.limit / SMALLER, INT64_C(1));
        return 1;
    }
    return fail(list, answer->outcome, answer->error);
}

static void on_page(struct cluster_call *call)
{
    struct cluster_list *list = call->ctx;
    if (cluster_list_next(list, &call->answer) == 1) {
        call->delay_ms = 0;
        cluster_send(list->cluster, call);
        return;
    }
    list->is_done = true;
    if (list->done)
        list->done(list);
}

void cluster_list_start(struct cluster *cluster, struct cluster_list *list)
{
    list->cluster = cluster;
    list->items = (struct cluster_items){0};
    list->resource_version = list->error = (struct str){0};
    list->pages = list->restarts = 0;
    list->is_done = false;
    list->call = (struct cluster_call){
        .verb = CLUSTER_LIST,
        .resource = list->resource,
        .namespace = list->namespace,
        .label_selector = list->label_selector,
        .field_selector = list->field_selector,
        .metadata_only = list->metadata_only,
        .limit = list->page ? list->page : PAGE,
        .delay_ms = list->delay_ms,
        .arena = list->arena,
        .done = on_page,
        .ctx = list,
    };
    cluster_send(cluster, &list->call);
}

void cluster_list_all(struct cluster *cluster, struct cluster_list *list)
{
    cluster_list_start(cluster, list);
    while (!list->is_done)
        (void)cluster_step(cluster, 1000);
}

void cluster_list_cancel(struct cluster_list *list)
{
    if (list->cluster && !list->is_done)
        cluster_cancel(list->cluster, &list->call);
    list->is_done = true;
}
