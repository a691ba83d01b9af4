/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of all kinds, under way together. Each is made into text as soon as it has come, and
 * forgotten. The params of policies come second, when it is known what kinds they are.
 */
#include "cmd/cluster_export.h"

#include "cluster/cluster_list.h"

enum { STEP_MS = 1000 };

struct params {
    VEC(struct gvk);
};

struct exporting {
    struct arena *arena;
    struct cluster *cluster;
    const struct export_args *args;
    struct snapshot_contents *contents;
    struct export_tally *tally;
    struct params params;   /* kinds of params */
    struct str_list chosen; /* names of params that bindings name */
    struct {
        VEC(struct listing *);
    } listings;
    struct str error; /* the first; "" for none */
};

/* One kind. */
struct listing {
    struct exporting *exporting;
    const struct cluster_resource *resource;
    bool is_clear, is_hashed, is_param;
    struct arena arena; /* owned: of the answers */
    struct cluster_list list;
};

/* ---- which kinds ---- */

/* What controllers write all the time, and nobody applies. */
static bool is_noise(const struct cluster_resource *resource)
{
    static const struct {
        const char *group, *kind;
    } noise[] = {{"", "Event"},
                 {"events.k8s.io", "Event"},
                 {"coordination.k8s.io", "Lease"},
                 {"", "Endpoints"},
                 {"discovery.k8s.io", "EndpointSlice"},
                 {"apps", "ControllerRevision"}};
    for (size_t i = 0; i < ARRAY_LEN(noise); i++)
        if (str_is(resource->group, noise[i].group) && str_is(resource->kind, noise[i].kind))
            return true;
    return false;
}

static bool is_core(const struct cluster_resource *resource, const char *kind)
{
    return !resource->group.n && str_is(resource->kind, kind);
}

/* The server lists the versions of a group with the best first. */
static bool is_first_version(const struct cluster_resources *resources, size_t index)
{
    const struct cluster_resource *resource = &resources->items[index];
    for (size_t i = 0; i < index; i++)
        if (str_eq(resources->items[i].group, resource->group) &&
            str_eq(resources->items[i].kind, resource->kind))
            return false;
    return true;
}

/* ---- what came ---- */

static void add_incomplete(struct exporting *exporting, const struct listing *listing,
                           struct str why)
{
    const struct snapshot_text text = {
        .group = listing->resource->group, .kind = listing->resource->kind, .why = why};
    if (listing->is_clear || listing->is_param)
        VEC_PUSH(exporting->arena, &exporting->contents->lists, text);
    if (listing->is_hashed)
        VEC_PUSH(exporting->arena, &exporting->contents->objects, text);
}

static void take_text(struct exporting *exporting, const struct listing *listing,
                      struct snapshot_part *part, struct snapshot_texts *texts)
{
    struct snapshot_text text;
    if (!snapshot_part_end(exporting->arena, part, &text) && !exporting->error.n)
        exporting->error =
            str_format(exporting->arena, "there is more of %.*s than a snapshot may have",
                       STR_FMT(listing->resource->plural));
    VEC_PUSH(exporting->arena, texts, text);
}

static void begin(struct snapshot_part *part, const struct listing *listing)
{
    snapshot_part_begin(part, listing->exporting->contents->salt, listing->resource->group,
                        listing->resource->kind);
}

static void take_clear(struct exporting *exporting, struct listing *listing)
{
    struct snapshot_part part;
    begin(&part, listing);
    for (size_t i = 0; i < listing->list.items.n; i++)
        snapshot_part_add_clear(&part, listing->resource->version, listing->list.items.items[i]);
    take_text(exporting, listing, &part, &exporting->contents->lists);
}

/* Values are read of what somebody applied; of a Secret never, of a Pod nobody asks. */
static enum snapshot_detail detail_of(const struct exporting *exporting,
                                      const struct listing *listing, const struct node *object)
{
    const bool is_short = listing->list.metadata_only;
    if (snapshot_is_managed(object))
        return is_short ? SNAPSHOT_NAME : SNAPSHOT_FIELDS;
    const bool is_named = exporting->args->all || is_core(listing->resource, "Secret");
    return is_named ? SNAPSHOT_NAME : SNAPSHOT_NAME_HASH;
}

static void take_hashed(struct exporting *exporting, struct listing *listing)
{
    struct snapshot_part part;
    begin(&part, listing);
    for (size_t i = 0; i < listing->list.items.n; i++) {
        const struct node *object = listing->list.items.items[i];
        const enum snapshot_detail detail = detail_of(exporting, listing, object);
        snapshot_part_add(&part, object, detail);
        exporting->tally->objects += detail != SNAPSHOT_NAME_HASH;
    }
    take_text(exporting, listing, &part, &exporting->contents->objects);
}

static bool is_chosen(const struct exporting *exporting, const struct node *object)
{
    const struct str name = node_get_text(node_get(object, STR("metadata")), STR("name"));
    for (size_t i = 0; i < exporting->chosen.n; i++)
        if (str_eq(name, exporting->chosen.items[i]))
            return true;
    return false;
}

/* ConfigMaps hold much else: of them only those that a binding names. */
static void take_params(struct exporting *exporting, struct listing *listing)
{
    struct snapshot_part part;
    const bool is_mixed = is_core(listing->resource, "ConfigMap");
    begin(&part, listing);
    for (size_t i = 0; i < listing->list.items.n; i++)
        if (!is_mixed || is_chosen(exporting, listing->list.items.items[i]))
            snapshot_part_add_param(&part, listing->resource->version,
                                    listing->list.items.items[i]);
    take_text(exporting, listing, &part, &exporting->contents->lists);
    if (!is_mixed)
        return;
    struct snapshot_texts *texts = &exporting->contents->lists;
    texts->items[texts->n - 1].is_complete = false;
    texts->items[texts->n - 1].why = STR("only what bindings of policies name");
}

static void note_param_kind(struct exporting *exporting, const struct node *policy)
{
    const struct node *kind = node_get(node_get(policy, STR("spec")), STR("paramKind"));
    struct gvk gvk = {.kind = node_get_text(kind, STR("kind"))};
    if (!gvk.kind.n ||
        !api_version_split(node_get_text(kind, STR("apiVersion")), &gvk.group, &gvk.version))
        return;
    for (size_t i = 0; i < exporting->params.n; i++)
        if (str_eq(exporting->params.items[i].group, gvk.group) &&
            str_eq(exporting->params.items[i].kind, gvk.kind))
            return;
    gvk = (struct gvk){str_dup(exporting->arena, gvk.group), str_dup(exporting->arena, gvk.version),
                       str_dup(exporting->arena, gvk.kind)};
    VEC_PUSH(exporting->arena, &exporting->params, gvk);
}

/* What policies and bindings say of params, for the second round. */
static void note_params(struct exporting *exporting, const struct listing *listing)
{
    if (!exporting->args->with_params ||
        !str_is(listing->resource->group, "admissionregistration.k8s.io"))
        return;
    for (size_t i = 0; i < listing->list.items.n; i++) {
        const struct node *object = listing->list.items.items[i];
        const struct node *ref = node_get(node_get(object, STR("spec")), STR("paramRef"));
        note_param_kind(exporting, object);
        if (node_get_text(ref, STR("name")).n)
            VEC_PUSH(exporting->arena, &exporting->chosen,
                     str_dup(exporting->arena, node_get_text(ref, STR("name"))));
    }
}

static void on_listed(struct cluster_list *list)
{
    struct listing *listing = list->ctx;
    struct exporting *exporting = listing->exporting;
    struct arena *arena = exporting->arena;
    if (list->outcome == CLUSTER_FORBIDDEN) {
        add_incomplete(exporting, listing, STR("may not be listed"));
        VEC_PUSH(arena, &exporting->tally->refused, listing->resource->plural);
        return;
    }
    if (list->outcome == CLUSTER_NOT_FOUND) {
        add_incomplete(exporting, listing, STR("is not there any more"));
        return;
    }
    if (list->outcome != CLUSTER_OK) {
        if (!exporting->error.n)
            exporting->error = str_format(arena, "%.*s can't be listed: %.*s",
                                          STR_FMT(listing->resource->plural), STR_FMT(list->error));
        return;
    }
    exporting->tally->kinds++;
    if (listing->is_clear)
        take_clear(exporting, listing);
    if (listing->is_hashed)
        take_hashed(exporting, listing);
    if (listing->is_param)
        take_params(exporting, listing);
    note_params(exporting, listing);
}

/* ---- sending ---- */

static void start(struct exporting *exporting, struct listing like)
{
    struct listing *listing = ARENA_NEW(exporting->arena, struct listing);
    *listing = like;
    listing->exporting = exporting;
    listing->list = (struct cluster_list){
        .resource = like.resource,
        .metadata_only =
            !like.is_param && (is_core(like.resource, "Secret") || is_core(like.resource, "Pod")),
        .done = on_listed,
        .ctx = listing,
        .arena = &listing->arena,
    };
    VEC_PUSH(exporting->arena, &exporting->listings, listing);
    cluster_list_start(exporting->cluster, &listing->list);
}

/* Answers are let go as soon as they are text: on_listed() may not, as the list is in use there. */
static void finish(struct exporting *exporting)
{
    size_t left = exporting->listings.n;
    while (left > 0) {
        (void)cluster_step(exporting->cluster, STEP_MS);
        left = 0;
        for (size_t i = 0; i < exporting->listings.n; i++) {
            struct listing *listing = exporting->listings.items[i];
            if (listing->list.is_done)
                arena_release(&listing->arena);
            left += !listing->list.is_done;
        }
    }
    exporting->listings.n = 0;
}

static void start_kinds(struct exporting *exporting)
{
    const struct cluster_resources *resources = cluster_resources(exporting->cluster);
    for (size_t i = 0; i < resources->n; i++) {
        const struct cluster_resource *resource = &resources->items[i];
        const bool may_write =
            cluster_resource_can(resource, "create") || cluster_resource_can(resource, "patch");
        const struct listing listing = {
            .resource = resource,
            .is_clear = snapshot_is_clear(resource->group, resource->kind),
            .is_hashed = may_write && !is_noise(resource),
        };
        if (!cluster_resource_can(resource, "list") || !is_first_version(resources, i) ||
            (!listing.is_clear && !listing.is_hashed))
            continue;
        if (is_core(resource, "Secret") && exporting->args->no_secret_names)
            add_incomplete(exporting, &listing, STR("left out on request"));
        else
            start(exporting, listing);
    }
}

static void start_params(struct exporting *exporting)
{
    for (size_t i = 0; i < exporting->params.n; i++) {
        const struct gvk *gvk = &exporting->params.items[i];
        const struct str api_version =
            str_format(exporting->arena, "%.*s%s%.*s", STR_FMT(gvk->group), gvk->group.n ? "/" : "",
                       STR_FMT(gvk->version));
        const struct cluster_resource *resource =
            cluster_find(exporting->cluster, api_version, gvk->kind);
        if (resource && !is_core(resource, "Secret") && !snapshot_is_clear(gvk->group, gvk->kind))
            start(exporting, (struct listing){.resource = resource, .is_param = true});
    }
}

/* ---- what the server is ---- */

static void take_kinds(struct exporting *exporting)
{
    struct snapshot_contents *contents = exporting->contents;
    const struct cluster_resources *resources = cluster_resources(exporting->cluster);
    const struct cluster_unknowns *unknowns = cluster_unknowns(exporting->cluster);
    for (size_t i = 0; i < resources->n; i++) {
        const struct cluster_resource *resource = &resources->items[i];
        VEC_PUSH(exporting->arena, &contents->kinds,
                 ((struct snapshot_kind){resource->group, resource->version, resource->kind,
                                         resource->plural, resource->namespaced}));
    }
    for (size_t i = 0; i < unknowns->n; i++)
        VEC_PUSH(exporting->arena, &contents->unknown,
                 ((struct snapshot_kind){.group = unknowns->items[i].group,
                                         .version = unknowns->items[i].version}));
    contents->version = cluster_version(exporting->cluster)->git_version;
}

int export_collect(struct arena *arena, struct cluster *cluster, const struct export_args *args,
                   struct snapshot_contents *contents, struct export_tally *ret_tally,
                   struct str *ret_error)
{
    struct exporting exporting = {
        .arena = arena, .cluster = cluster, .args = args, .contents = contents, .tally = ret_tally};
    *ret_tally = (struct export_tally){0};
    take_kinds(&exporting);
    start_kinds(&exporting);
    finish(&exporting);
    start_params(&exporting);
    finish(&exporting);
    *ret_error = exporting.error;
    return exporting.error.n ? -1 : 0;
}
