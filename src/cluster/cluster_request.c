/* SPDX-License-Identifier: Apache-2.0 */
/* Where a request goes, and what is in it. What comes of it is cluster_send.c's. */
#include "cluster/cluster_send.h"

#include "base/ascii.h"
#include "base/limits.h"

static const struct {
    const char *name;
    const char *method;
    const char *content_type; /* of a tree */
} verbs[] = {
    /* order: cluster_verb */
    {"get", "GET", NULL},
    {"list", "GET", NULL},
    {"watch", "GET", NULL},
    {"apply", "PATCH", "application/apply-patch+yaml"}, /* of which JSON is a part */
    {"create", "POST", "application/json"},
    {"update", "PUT", "application/json"},
    {"patch", "PATCH", "application/merge-patch+json"},
    {"delete", "DELETE", "application/json"},
    {"delete", "DELETE", "application/json"},
};

const char *cluster_verb_method(enum cluster_verb verb)
{
    return verbs[verb].method;
}

struct str cluster_call_type(const struct cluster_call *call)
{
    if (call->content_type.n)
        return call->content_type;
    return str_from(verbs[call->verb].content_type);
}

struct str cluster_call_name(struct arena *arena, const struct cluster_call *call)
{
    const struct cluster_resource *resource = call->resource;
    const char *verb = verbs[call->verb].name;
    if (!resource)
        return str_format(arena, "%s %.*s", verb, STR_FMT(call->path));
    return str_format(arena, "%s %.*s%s%.*s%s%.*s%s%.*s%s%.*s", verb, STR_FMT(resource->plural),
                      call->subresource.n ? "/" : "", STR_FMT(call->subresource),
                      resource->group.n ? "." : "", STR_FMT(resource->group),
                      call->namespace.n || call->name.n ? " " : "", STR_FMT(call->namespace),
                      call->namespace.n && call->name.n ? "/" : "", STR_FMT(call->name));
}

/* ---- the URL ---- */

static void add_escaped(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        const bool is_plain = ascii_is_alnum(c) || (c && strchr("-._~", c));
        if (is_plain)
            buf_add_char(out, c);
        else
            buf_format(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

static void add_part(struct buf *out, const char *before, struct str part)
{
    if (!part.n)
        return;
    buf_add_c(out, before);
    /* Of "." and ".." clients and servers make other paths. */
    if (str_is(part, ".") || str_is(part, ".."))
        buf_add_c(out, part.n == 1 ? "%2E" : "%2E%2E");
    else
        add_escaped(out, part);
}

static void add_path(struct buf *out, const struct cluster_call *call)
{
    const struct cluster_resource *resource = call->resource;
    if (!resource) {
        buf_add(out, call->path);
        return;
    }
    buf_add_c(out, resource->group.n ? "/apis" : "/api");
    add_part(out, "/", resource->group);
    add_part(out, "/", resource->version);
    if (resource->namespaced)
        add_part(out, "/namespaces/", call->namespace);
    add_part(out, "/", resource->plural);
    add_part(out, "/", call->name);
    add_part(out, "/", call->subresource);
}

static void add_query(struct buf *out, const char *name, struct str value)
{
    if (!value.n)
        return;
    buf_add_char(out, memchr(out->p, '?', out->n) ? '&' : '?');
    buf_add_c(out, name);
    buf_add_char(out, '=');
    add_escaped(out, value);
}

static bool is_write(enum cluster_verb verb)
{
    return verb == CLUSTER_APPLY || verb == CLUSTER_CREATE || verb == CLUSTER_UPDATE ||
           verb == CLUSTER_PATCH;
}

static void add_queries(struct arena *arena, struct buf *out, const struct cluster_call *call)
{
    if (is_write(call->verb)) {
        add_query(out, "fieldManager", call->field_manager);
        add_query(out, "fieldValidation", call->field_validation);
        add_query(out, "dryRun", call->dry_run ? STR("All") : STR(""));
        if (call->verb == CLUSTER_APPLY || call->verb == CLUSTER_PATCH)
            add_query(out, "force", call->force ? STR("true") : STR(""));
        return;
    }
    add_query(out, "labelSelector", call->label_selector);
    add_query(out, "fieldSelector", call->field_selector);
    if (call->verb == CLUSTER_LIST || call->verb == CLUSTER_WATCH)
        add_query(out, "resourceVersion", call->resource_version);
    if (call->limit > 0)
        add_query(out, "limit", str_format(arena, "%" PRId64, call->limit));
    add_query(out, "continue", call->continue_token);
    if (call->verb != CLUSTER_WATCH)
        return;
    add_query(out, "watch", STR("true"));
    add_query(out, "allowWatchBookmarks", STR("true"));
    add_query(out, "timeoutSeconds", str_format(arena, "%u", call->watch_s));
}

struct str cluster_call_target(struct arena *arena, const struct cluster_call *call)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_EVENT_BYTES);
    add_path(&out, call);
    add_queries(arena, &out, call);
    return str_dup(arena, buf_str(&out));
}

/* ---- the body ---- */

const struct node *cluster_with_preconditions(struct arena *arena, const struct node *object,
                                              struct str uid, struct str resource_version)
{
    if (!uid.n && !resource_version.n)
        return object;
    struct node *copy = node_copy(arena, object);
    const struct node *found = node_get(copy, STR("metadata"));
    struct node *metadata =
        node_kind(found) == NODE_MAP ? node_copy(arena, found) : node_new(arena, NODE_MAP);
    if (uid.n)
        node_put(arena, metadata, STR("uid"), node_new_text(arena, uid));
    if (resource_version.n)
        node_put(arena, metadata, STR("resourceVersion"), node_new_text(arena, resource_version));
    node_put(arena, copy, STR("metadata"), metadata);
    return copy;
}

/* With a body the server looks at nothing else, so all is in it. */
static void write_delete_options(struct buf *out, const struct cluster_call *call)
{
    struct jsonw w = {.out = out};
    jsonw_open_map(&w);
    jsonw_put_text(&w, "kind", STR("DeleteOptions"));
    jsonw_put_text(&w, "apiVersion", STR("v1"));
    if (call->dry_run) {
        jsonw_key(&w, "dryRun");
        jsonw_open_list(&w);
        jsonw_text(&w, STR("All"));
        jsonw_close_list(&w);
    }
    if (call->propagation.n)
        jsonw_put_text(&w, "propagationPolicy", call->propagation);
    if (call->uid.n || call->resource_version.n) {
        jsonw_key(&w, "preconditions");
        jsonw_open_map(&w);
        if (call->uid.n)
            jsonw_put_text(&w, "uid", call->uid);
        if (call->resource_version.n)
            jsonw_put_text(&w, "resourceVersion", call->resource_version);
        jsonw_close_map(&w);
    }
    jsonw_close_map(&w);
}

struct str cluster_call_body(struct arena *arena, const struct cluster_call *call)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    if (call->verb == CLUSTER_DELETE || call->verb == CLUSTER_DELETE_ALL)
        write_delete_options(&out, call);
    else if (call->object)
        doc_write_json(
            &out,
            cluster_with_preconditions(arena, call->object, call->uid, call->resource_version), 0);
    else
        return call->text;
    return str_dup(arena, buf_str(&out));
}
