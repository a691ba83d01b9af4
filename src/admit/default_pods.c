/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of containers, volumes and claims that look at more than one field. */
#include "admit/default.h"
#include "admit/profile.h"
#include "base/ascii.h"
#include "rule_calls.h"

/* ---- images ---- */

/* Letters and digits with one dot, one or two underscores or any number of dashes between them. */
static bool is_path_component(struct str part)
{
    size_t i = 0;
    if (part.n == 0 || !ascii_is_lower_alnum(part.p[0]) ||
        !ascii_is_lower_alnum(part.p[part.n - 1]))
        return false;
    while (i < part.n) {
        if (ascii_is_lower_alnum(part.p[i])) {
            i++;
            continue;
        }
        const char separator = part.p[i];
        size_t n = 0;
        for (; part.p[i] == separator; i++) /* the last one is a letter or digit */
            n++;
        const size_t most = separator == '-' ? part.n : separator == '_' ? 2 : 1;
        if ((separator != '-' && separator != '_' && separator != '.') || n > most ||
            !ascii_is_lower_alnum(part.p[i]))
            return false;
    }
    return true;
}

static bool is_domain(struct str first)
{
    for (size_t i = 0; i < first.n; i++)
        if (ascii_is_upper(first.p[i]))
            return true;
    return str_find_char(first, '.') >= 0 || str_find_char(first, ':') >= 0 ||
           str_is(first, "localhost");
}

/* Whether a name without tag and digest can be one, but for odd characters in its domain. */
static bool is_image_name(struct str name)
{
    struct str part;
    const ptrdiff_t slash = str_find_char(name, '/');
    if (slash > 0 && is_domain(str_sub(name, 0, (size_t)slash)))
        name = str_from_offset(name, (size_t)slash + 1);
    if (name.n == 0)
        return false;
    while (str_split(&name, '/', &part))
        if (!is_path_component(part))
            return false;
    return true;
}

/* Always for the tag latest, written or not; what is no image name has no tag. Follows
 * distribution/reference. */
static const char *policy_of_image(struct str image)
{
    struct str name = image;
    const ptrdiff_t digest = str_find_char(image, '@');
    if (digest >= 0)
        name = str_sub(image, 0, (size_t)digest);
    const ptrdiff_t colon = str_find_last_char(name, ':');
    const bool tagged = colon >= 0 && colon > str_find_last_char(name, '/');
    const struct str tag = tagged ? str_from_offset(name, (size_t)colon + 1) : STR("latest");
    if (tagged)
        name = str_sub(name, 0, (size_t)colon);
    const bool latest = str_is(tag, "latest") && (tagged || digest < 0);
    return latest && is_image_name(name) ? "Always" : "IfNotPresent";
}

/* The plugin overwrites what a Pod says, but not what a template says. */
static bool always_pulls(const struct filling *f)
{
    return profile_has_plugin(f->ctx->profile, PLUGIN_ALWAYS_PULL_IMAGES) &&
           str_is(f->admitted->kind.kind, "Pod") && f->admitted->kind.group.n == 0;
}

void fill_pull_policy(struct filling *f)
{
    if (always_pulls(f))
        filling_put_text(f, "imagePullPolicy", "Always");
    else if (filling_is_zero(f, "imagePullPolicy"))
        filling_put_text(f, "imagePullPolicy", policy_of_image(filling_text(f, "image")));
}

void fill_image_volume_policy(struct filling *f)
{
    if (always_pulls(f))
        filling_put_text(f, "pullPolicy", "Always");
    else if (filling_is_zero(f, "pullPolicy"))
        filling_put_text(f, "pullPolicy", policy_of_image(filling_text(f, "reference")));
}

/* ---- what the server clears ---- */

static struct node *without(struct filling *f, const struct node *list, const struct node *volumes)
{
    struct node *left = filling_new(f, NODE_LIST);
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        bool goes = false;
        for (struct item v = list_first(volumes); v.value && !goes; v = list_next(v))
            goes =
                !node_is_null(node_get(v.value, STR("image"))) &&
                str_eq(node_get_text(v.value, STR("name")), node_get_text(it.value, STR("name")));
        if (!goes)
            node_add(left, node_copy(f->ctx->arena, it.written));
    }
    return left;
}

/* Their mounts go with them. */
void fill_image_volumes(struct filling *f)
{
    static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers"};
    struct arena *arena = f->ctx->arena;
    const struct node *volumes = filling_get(f, "volumes");
    bool has_image = false;
    for (struct item it = list_first(volumes); it.value; it = list_next(it))
        has_image |= !node_is_null(node_get(it.value, STR("image")));
    if (!has_image)
        return;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct node *containers = filling_new(f, NODE_LIST);
        for (struct item it = list_first(filling_get(f, lists[i])); it.value; it = list_next(it)) {
            struct node *container = node_copy(arena, it.written);
            const struct node *mounts = node_get(it.value, STR("volumeMounts"));
            if (node_kind(mounts) == NODE_LIST)
                node_put(arena, container, STR("volumeMounts"), without(f, mounts, volumes));
            node_add(containers, container);
        }
        if (filling_is_set(f, lists[i]))
            filling_put(f, lists[i], containers);
    }
    filling_put(f, "volumes", without(f, volumes, volumes));
}

void fill_stop_signal(struct filling *f)
{
    const struct node *lifecycle = filling_get(f, "lifecycle");
    if (node_is_null(node_get(lifecycle, STR("stopSignal"))))
        return;
    struct node *left = node_copy(f->ctx->arena, lifecycle);
    node_remove(left, STR("stopSignal"));
    if (left->n)
        filling_put(f, "lifecycle", left);
    else
        filling_remove(f, "lifecycle");
}

/* ---- Pods, but not templates ---- */

/* A request that comes of a limit stands where the limit does. */
static void place_keys(struct node *requests, const struct node *limits)
{
    for (struct node *key = requests->first; key; key = key->next->next) {
        const struct entry limit = node_entry(limits, node_text(key));
        if (key->style != NODE_MADE || !limit.key)
            continue;
        key->start = limit.key->start;
        key->len = limit.key->len;
    }
}

/* Every limit without a request is one. */
void fill_requests_of_limits(struct filling *f)
{
    const struct node *resources = filling_get(f, "resources");
    const struct node *limits = node_get(resources, STR("limits"));
    const struct node *requests = node_get(resources, STR("requests"));
    struct arena *arena = f->ctx->arena;
    struct node *made = NULL;
    if (node_kind(limits) != NODE_MAP)
        return;
    for (struct entry e = map_first(limits); e.key; e = map_next(e)) {
        if (node_entry(requests, node_text(e.key)).key)
            continue;
        if (!made)
            made = node_kind(requests) == NODE_MAP ? node_copy(arena, requests)
                                                   : filling_new(f, NODE_MAP);
        node_put(arena, made, node_text(e.key), node_copy(arena, e.value));
    }
    if (!made)
        return;
    place_keys(made, limits);
    struct node *copy = node_copy(arena, resources);
    node_remove(copy, STR("requests"));
    node_put(arena, copy, STR("requests"), made);
    filling_put(f, "resources", copy);
}

/* With the host's network every port is one of the host. */
void fill_host_port(struct filling *f)
{
    const struct filling *container = f->up;
    const struct filling *spec = container ? container->up : NULL;
    int64_t port;
    if (!spec || str_is(container->holder, "ephemeralContainers") ||
        !node_bool(filling_get(spec, "hostNetwork")) || !filling_is_zero(f, "hostPort"))
        return;
    if (node_i64(filling_get(f, "containerPort"), &port) && port != 0)
        filling_put_int(f, "hostPort", port);
}

/* ---- volumes and claims ---- */

/* A volume that says nothing is an empty directory. */
void fill_empty_dir(struct filling *f)
{
    for (struct entry e = map_first(f->node); e.key; e = map_next(e))
        if (!str_is(node_text(e.key), "name") && !node_is_null(e.value))
            return;
    filling_put(f, "emptyDir", filling_new(f, NODE_MAP));
}

static bool is_claim_or_snapshot(const struct node *source)
{
    const struct str group = node_get_text(source, STR("apiGroup"));
    const struct str kind = node_get_text(source, STR("kind"));
    return (group.n == 0 && str_is(kind, "PersistentVolumeClaim")) ||
           (str_is(group, "snapshot.storage.k8s.io") && str_is(kind, "VolumeSnapshot"));
}

/* The server forgets sources in other namespaces, whose gate is off, and sources of other kinds
 * when dataSource alone is used; what is left stands in both fields. */
void fill_data_sources(struct filling *f)
{
    if (node_get_text(filling_get(f, "dataSourceRef"), STR("namespace")).n)
        filling_remove(f, "dataSourceRef");
    const struct node *reference = filling_get(f, "dataSourceRef");
    const struct node *source = filling_get(f, "dataSource");
    if (!reference && source && !is_claim_or_snapshot(source)) {
        filling_remove(f, "dataSource");
        source = NULL;
    }
    if (source && !reference)
        filling_put(f, "dataSourceRef", node_copy(f->ctx->arena, source));
    if (reference && !source)
        filling_put(f, "dataSource", node_copy(f->ctx->arena, reference));
}
