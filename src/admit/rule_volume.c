/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes: one source each, names, and the files that they put into containers. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/volume.h"
#include "rule_calls.h"

/* ---- sources ---- */

/* In the server's order: the first one counts. Two names are slips of the server's. */
static const struct volume_source sources[] = {
    {"emptyDir", NULL},
    {"hostPath", NULL},
    {"gitRepo", NULL},
    {"gcePersistentDisk", NULL},
    {"awsElasticBlockStore", NULL},
    {"secret", NULL},
    {"nfs", NULL},
    {"iscsi", NULL},
    {"glusterfs", NULL},
    {"flocker", NULL},
    {"persistentVolumeClaim", NULL},
    {"rbd", NULL},
    {"cinder", NULL},
    {"cephfs", "cephFS"},
    {"quobyte", NULL},
    {"downwardAPI", "downwarAPI"},
    {"fc", NULL},
    {"flexVolume", NULL},
    {"configMap", NULL},
    {"azureFile", NULL},
    {"vsphereVolume", NULL},
    {"photonPersistentDisk", NULL},
    {"portworxVolume", NULL},
    {"azureDisk", NULL},
    {"storageos", NULL},
    {"projected", NULL},
    {"scaleIO", NULL},
    {"csi", NULL},
    {"ephemeral", NULL},
    {"image", NULL},
};

size_t volume_source_count(const struct validating *v, const struct spot *volume)
{
    (void)v;
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        n += child_is_set(volume, sources[i].field);
    return n;
}

size_t volume_sources_check(struct validating *v, const struct spot *up,
                            const struct volume_source *list, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct spot source = spot_child(v, up, list[i].field);
        if (!spot_is_set(&source) || count++ == 0)
            continue;
        const char *shown = list[i].shown ? list[i].shown : list[i].field;
        const struct spot named = spot_named_under(&source, up, shown);
        if (*shown)
            say_forbidden(v, &named, "may not specify more than 1 volume type");
    }
    return count;
}

/* A claim template takes the place of a volume with its name. */
static bool is_replaced(const struct validating *v, const struct spot *volume)
{
    enum { TEMPLATES_MAX = 64 }; /* lest many of both cost more than each */
    const struct spot *set = spot_above(volume, "StatefulSetSpec");
    size_t n = 0;
    if (!set)
        return false;
    const struct spot templates = spot_child(v, set, "volumeClaimTemplates");
    for (struct each e = each_first(v, &templates); e.spot.path.node && n < TEMPLATES_MAX;
         each_next(v, &e), n++) {
        const struct spot metadata = spot_child(v, &e.spot, "metadata");
        if (str_eq(child_text(&metadata, "name"), child_text(volume, "name")))
            return true;
    }
    return false;
}

/* The claim of an ephemeral volume is named by the Pod and the volume. */
static void check_claim_name(struct validating *v, const struct spot *volume)
{
    struct arena *arena = v->ctx->arena;
    const struct str pod = v->object->name;
    const struct spot name = spot_child(v, volume, "name");
    if (!v_kind_is(v, "Pod") || pod.n == 0 || spot_is_zero(&name) ||
        !child_is_set(volume, "ephemeral"))
        return;
    const struct str claim =
        str_format(arena, "%.*s-%.*s", STR_FMT(pod), STR_FMT(spot_text(&name)));
    const char *reason = format_dns1123_subdomain(claim);
    if (reason)
        say_invalid_fmt(v, &name, "PVC name \"%.*s\": %s", STR_FMT(diag_quote(arena, claim)),
                        reason);
}

/* Volumes that the server forgets before it looks. */
void rule_volume_forgotten(struct validating *v, const struct spot *spot)
{
    v->skip = (child_is_set(spot, "image") && !v_gate(v, "ImageVolume")) || is_replaced(v, spot);
}

void rule_volume_sources(struct validating *v, const struct spot *spot)
{
    volume_sources_check(v, spot, sources, ARRAY_LEN(sources));
    check_claim_name(v, spot);
}

/* Claims that the ephemeral volumes of a Pod with this name will make. */
static void collect_claims(struct validating *v, const struct spot *volumes, struct map *claims)
{
    const struct str pod = v->object->name;
    if (!v_kind_is(v, "Pod") || pod.n == 0)
        return;
    for (struct each e = each_first(v, volumes); e.spot.path.node; each_next(v, &e))
        if (child_is_set(&e.spot, "ephemeral"))
            map_put(claims,
                    str_format(v->ctx->arena, "%.*s-%.*s", STR_FMT(pod),
                               STR_FMT(child_text(&e.spot, "name"))),
                    claims);
}

void rule_volume_names(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    struct map claims = {.arena = v->ctx->arena};
    collect_claims(v, spot, &claims);
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        const struct spot source = spot_child(v, &e.spot, "persistentVolumeClaim");
        const struct spot claim = spot_child(v, &source, "claimName");
        if (is_replaced(v, &e.spot))
            continue;
        if (spot_text(&name).n && map_has(&seen, spot_text(&name)))
            say_duplicate(v, &name);
        map_put(&seen, spot_text(&name), &seen);
        if (spot_is_set(&claim) && map_has(&claims, spot_text(&claim)))
            say_invalid(v, &claim,
                        "must not reference a PVC that gets created for an ephemeral volume");
    }
}

/* ---- paths ---- */

bool has_backsteps(struct str path)
{
    struct str part;
    while (str_split(&path, '/', &part))
        if (str_is(part, ".."))
            return true;
    return false;
}

void rule_no_backsteps(struct validating *v, const struct spot *spot)
{
    if (has_backsteps(spot_text(spot)))
        say_invalid(v, spot, "must not contain '..'");
}

void rule_descending_path(struct validating *v, const struct spot *spot)
{
    if (str_starts(spot_text(spot), STR("/")))
        say_invalid(v, spot, "must be a relative path");
    rule_no_backsteps(v, spot);
}

/* Names that begin with two dots are the kubelet's own. */
void rule_local_path(struct validating *v, const struct spot *spot)
{
    const struct str path = spot_text(spot);
    rule_descending_path(v, spot);
    if (str_starts(path, STR("..")) && !str_starts(path, STR("../")))
        say_invalid(v, spot, "must not start with '..'");
}

void rule_absolute_path(struct validating *v, const struct spot *spot)
{
    if (!str_starts(spot_text(spot), STR("/")))
        say_invalid(v, spot, "must be an absolute path");
}

/* ---- the downward API ---- */

static void check_downward_resource(struct validating *v, const struct spot *resource)
{
    const struct spot container = spot_child(v, resource, "containerName");
    if (spot_is_zero(&container))
        say_required(v, &container, NULL);
    else
        rule_env_resource_ref(v, resource);
    rule_resource_divisor(v, resource);
}

/* The server names what is wrong in a file as if it stood in the volume. */
void rule_downward_file(struct validating *v, const struct spot *spot)
{
    enum { MODE_MAX = 0777 };
    const struct spot *volume = spot->up->up;
    const struct spot path = spot_child(v, spot, "path");
    const struct spot mode = spot_child(v, spot, "mode");
    const struct spot field = spot_child(v, spot, "fieldRef");
    const struct spot resource = spot_child(v, spot, "resourceFieldRef");
    const struct spot named_path = spot_named_under(&path, volume, "path");
    const struct spot named_mode = spot_named_under(&mode, volume, "mode");
    const struct spot named_field = spot_named_under(&field, volume, "fieldRef");
    const struct spot named_resource = spot_named_under(&resource, volume, "resourceFieldRef");
    struct spot whole = *spot;
    whole.path = volume->path;
    whole.path.node = spot->path.node;
    if (spot_is_zero(&path))
        say_required(v, &named_path, NULL);
    rule_local_path(v, &named_path);
    if (spot_is_set(&field) && spot_is_set(&resource))
        say_invalid_as(v, &whole, STR("\"resource\""),
                       "fieldRef and resourceFieldRef can not be specified simultaneously");
    if (spot_is_set(&field))
        rule_env_field_ref(v, &named_field);
    else if (spot_is_set(&resource))
        check_downward_resource(v, &named_resource);
    else
        say_required(v, &whole, "one of fieldRef and resourceFieldRef is required");
    if (spot_int(&mode) < 0 || spot_int(&mode) > MODE_MAX)
        say_invalid(v, &named_mode, "must be a number between 0 and 0777 (octal), both inclusive");
}

/* ---- projections ---- */

static void check_path_once(struct validating *v, const struct spot *item, struct str shown,
                            const struct spot *projected, struct map *seen)
{
    const struct str path = child_text(item, "path");
    if (path.n == 0)
        return;
    if (!map_has(seen, path)) {
        map_put(seen, path, seen);
        return;
    }
    struct spot whole = spot_with_text(v, item, shown);
    const struct node *node = whole.path.node;
    whole.path = projected->path;
    whole.path.node = node;
    say_invalid(v, &whole, "conflicting duplicate paths");
}

static void check_projected_items(struct validating *v, const struct spot *source,
                                  const struct spot *projected, struct map *seen)
{
    static const char *const kinds[] = {"secret", "configMap", "downwardAPI"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct spot part = spot_child(v, source, kinds[i]);
        const struct spot items = spot_child(v, &part, "items");
        for (struct each e = each_first(v, &items); e.spot.path.node; each_next(v, &e))
            check_path_once(v, &e.spot,
                            child_is_set(&part, "name") ? child_text(&part, "name")
                                                        : child_text(&e.spot, "path"),
                            projected, seen);
    }
}

void rule_projected_sources(struct validating *v, const struct spot *spot)
{
    static const char *const kinds[] = {"secret", "configMap", "downwardAPI",
                                        "serviceAccountToken"};
    struct map seen = {.arena = v->ctx->arena};
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        size_t n = 0;
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
            n += child_is_set(&e.spot, kinds[i]);
        check_projected_items(v, &e.spot, spot->up, &seen);
        if (n > 1)
            say_forbidden(v, &e.spot, "may not specify more than 1 volume type per source");
    }
}

/* Named as a field of the volume. */
void rule_token_path(struct validating *v, const struct spot *spot)
{
    const struct spot path = spot_child(v, spot, "path");
    const struct spot named = spot_named_under(&path, spot->up->up->up, "path");
    if (spot_is_zero(&path))
        say_required(v, &named, NULL);
    else if (!v_is_update(v) || !spot_is_unchanged(&path))
        rule_local_path(v, &named);
}

/* ---- the rest ---- */

void rule_empty_dir_size(struct validating *v, const struct spot *spot)
{
    struct quantity size;
    if (spot_quantity(spot, &size) && size.nano < 0)
        say_forbidden(v, spot, "SizeLimit field must be a valid resource quantity");
}

/* Empty ones are set as well: the server compares with what a Go struct has. */
static bool is_list(const struct spot *field)
{
    return node_kind(field->path.node) == NODE_LIST;
}

/* Of the claim that will be made only labels and annotations can be wished for. */
void rule_claim_template_metadata(struct validating *v, const struct spot *spot)
{
    static const struct volume_source fields[] = {
        {"name", NULL},
        {"generateName", NULL},
        {"namespace", NULL},
        {"selfLink", NULL},
        {"uid", "uID"},
        {"resourceVersion", NULL},
        {"generation", NULL},
        {"creationTimestamp", NULL},
        {"deletionTimestamp", NULL},
        {"ownerReferences", NULL},
        {"finalizers", NULL},
        {"managedFields", NULL},
        {"deletionGracePeriodSeconds", NULL},
    };
    const struct spot labels = spot_child(v, spot, "labels");
    const struct spot annotations = spot_child(v, spot, "annotations");
    if (!spot_is_set(spot) || v->only_warns)
        return;
    if (spot_is_set(&annotations))
        validate_annotations(v->ctx, &annotations.path);
    if (spot_is_set(&labels))
        validate_labels(v->ctx, &labels.path);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot field = spot_child(v, spot, fields[i].field);
        const struct spot named =
            spot_named_under(&field, spot, fields[i].shown ? fields[i].shown : fields[i].field);
        if (!spot_is_zero(&field) || is_list(&field))
            say_forbidden(v, &named, "cannot be set");
    }
}
