/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version, then /api and /apis together, each with the tag of what the cache holds. A server that
 * knows no aggregated discovery answers the same requests in the classic form, or 406, and is then
 * asked for each group and version.
 *
 * Source: Kubernetes enhancement 3352 (aggregated discovery).
 */
#include "base/ascii.h"
#include "base/number.h"
#include "cluster/cluster_internal.h"

#define AGGREGATED                                                                                 \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"                        \
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

enum { MOST_GROUPS = 4096 };

struct discovering {
    struct cluster *cluster;
    struct arena *arena; /* of this discovery */
    struct arena *kept;  /* of its result */
    struct cluster_kinds kinds;
    struct cluster_cached cached;
    bool is_cached, is_new;
    struct str *ret_error;
};

static const char *const paths[] = {"/api", "/apis"};

/* ---- version ---- */

/* Some distributions write 1.36+. */
static unsigned leading_number(struct str text)
{
    uint64_t value = 0;
    size_t n = 0;
    while (n < text.n && ascii_is_digit(text.p[n]))
        n++;
    return number_parse_u64(str_sub(text, 0, n), &value) == 0 && value < 10000 ? (unsigned)value
                                                                               : 0;
}

static int ask_version(struct discovering *now)
{
    struct cluster *cluster = now->cluster;
    struct cluster_call call = {.verb = CLUSTER_GET, .path = STR("/version"), .arena = now->arena};
    cluster_call(cluster, &call);
    if (call.answer.outcome != CLUSTER_OK) {
        *now->ret_error = str_dup(cluster->arena, call.answer.error);
        return -1;
    }
    const struct str text = node_get_text(call.answer.root, STR("gitVersion"));
    cluster->version = (struct cluster_version){
        .git_version = str_dup(cluster->arena, str_sub(text, 0, 64)),
        .major = leading_number(node_get_text(call.answer.root, STR("major"))),
        .minor = leading_number(node_get_text(call.answer.root, STR("minor"))),
    };
    if (text.n && cluster->version.major)
        return 0;
    *now->ret_error = STR("the server's version can't be read; is it a Kubernetes API server?");
    return -1;
}

/* ---- classic ---- */

struct classic {
    struct cluster_call call;
    struct str group, version;
};

struct classics {
    VEC(struct classic *);
};

static void add_classic(struct discovering *now, struct classics *list, struct str group,
                        struct str version)
{
    struct classic *classic = ARENA_NEW(now->arena, struct classic);
    *classic = (struct classic){.group = group, .version = version};
    if (!version.n || list->n >= MOST_GROUPS)
        return;
    classic->call = (struct cluster_call){
        .verb = CLUSTER_GET,
        .path = group.n
                    ? str_format(now->arena, "/apis/%.*s/%.*s", STR_FMT(group), STR_FMT(version))
                    : str_format(now->arena, "/api/%.*s", STR_FMT(version)),
        .arena = now->arena,
    };
    VEC_PUSH(now->arena, list, classic);
    cluster_send(now->cluster, &classic->call);
}

static void add_classics(struct discovering *now, struct classics *list, const struct node *root)
{
    if (cluster_listing_of(root) == LISTING_VERSIONS) {
        for (struct item it = list_first(node_get(root, STR("versions"))); it.value;
             it = list_next(it))
            add_classic(now, list, (struct str){0}, node_text(it.value));
        return;
    }
    for (struct item it = list_first(node_get(root, STR("groups"))); it.value; it = list_next(it)) {
        const struct node *versions = node_get(it.value, STR("versions"));
        for (struct item each = list_first(versions); each.value; each = list_next(each))
            add_classic(now, list, node_get_text(it.value, STR("name")),
                        node_get_text(each.value, STR("version")));
    }
}

/* A group that can't be asked is unknown, not gone. */
static void discover_classic(struct discovering *now, const struct node *root)
{
    struct classics list = {0};
    add_classics(now, &list, root);
    for (size_t i = 0; i < list.n; i++) {
        struct classic *classic = list.items[i];
        while (!classic->call.is_done)
            (void)cluster_step(now->cluster, 1000);
        cluster_kinds_add_classic(now->kept, classic->group, classic->version,
                                  classic->call.answer.root, &now->kinds);
    }
}

/* ---- aggregated ---- */

static struct cluster_call call_of(struct discovering *now, size_t i, bool is_plain)
{
    return (struct cluster_call){
        .verb = CLUSTER_GET,
        .path = str_from(paths[i]),
        .accept = is_plain ? (struct str){0} : STR(AGGREGATED),
        .etag = now->is_cached && !is_plain ? now->cached.etag[i] : (struct str){0},
        .arena = now->arena,
    };
}

static const struct node *read_cached(struct discovering *now, struct str body)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc = {0};
    struct source *source = source_new(now->arena, STR("discovery"), body);
    if (doc_read_json(now->arena, source, &diags, &doc) < 0 || doc.broken)
        return NULL;
    return doc.root;
}

/* One of the two answers. */
static int take(struct discovering *now, size_t i, const struct cluster_call *call)
{
    const bool is_same = call->answer.status.code == 304;
    const struct node *root = is_same ? read_cached(now, now->cached.body[i]) : call->answer.root;
    switch (cluster_listing_of(root)) {
    case LISTING_AGGREGATED:
        cluster_kinds_add(now->kept, root, &now->kinds);
        break;
    case LISTING_VERSIONS:
    case LISTING_GROUPS:
        discover_classic(now, root);
        break;
    case LISTING_NONE:
        *now->ret_error = str_format(now->cluster->arena,
                                     "the server does not say at %s what kinds it has", paths[i]);
        return -1;
    }
    if (is_same)
        return 0;
    now->is_new = true;
    now->cached.etag[i] = call->answer.etag;
    now->cached.body[i] = call->answer.body;
    return 0;
}

static int ask_kinds(struct discovering *now)
{
    struct cluster *cluster = now->cluster;
    struct cluster_call calls[2] = {call_of(now, 0, false), call_of(now, 1, false)};
    for (size_t i = 0; i < 2; i++)
        cluster_send(cluster, &calls[i]);
    for (size_t i = 0; i < 2; i++)
        while (!calls[i].is_done)
            (void)cluster_step(cluster, 1000);
    for (size_t i = 0; i < 2; i++) {
        if (calls[i].answer.status.code == 406) {
            calls[i] = call_of(now, i, true);
            cluster_call(cluster, &calls[i]);
        }
        if (calls[i].answer.outcome != CLUSTER_OK) {
            *now->ret_error = str_dup(cluster->arena, calls[i].answer.error);
            return -1;
        }
        if (take(now, i, &calls[i]) < 0)
            return -1;
    }
    if (now->is_new && now->cached.etag[0].n && now->cached.etag[1].n)
        cluster_cache_write(now->arena, cluster->options.cache_folder, cluster->server,
                            cluster->version.git_version, &now->cached);
    return 0;
}

int cluster_discover(struct cluster *cluster, struct str *ret_error)
{
    SCOPED(arena) struct arena arena = {0};
    struct arena kept = {0};
    struct discovering now = {
        .cluster = cluster, .arena = &arena, .kept = &kept, .ret_error = ret_error};
    if (ask_version(&now) < 0)
        return -1;
    now.is_cached = cluster_cache_read(&arena, cluster->options.cache_folder, cluster->server,
                                       cluster->version.git_version, &now.cached);
    if (ask_kinds(&now) < 0) {
        arena_release(&kept);
        return -1;
    }
    arena_release(&cluster->kinds_arena);
    cluster->kinds_arena = kept;
    cluster->kinds = now.kinds;
    cluster_kinds_index(&cluster->kinds_arena, &cluster->kinds);
    return 0;
}
