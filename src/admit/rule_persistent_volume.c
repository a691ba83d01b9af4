/* SPDX-License-Identifier: Apache-2.0 */
/* Persistent volumes: one source, capacity, and what of them can't change. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_same.h"
#include "admit/volume.h"
#include "base/buf.h"
#include "base/limits.h"
#include "rule_calls.h"

/* In the server's order; one name is a slip of the server's. */
static const struct volume_source sources[] = {
    {"hostPath", NULL},
    {"gcePersistentDisk", NULL},
    {"awsElasticBlockStore", NULL},
    {"glusterfs", NULL},
    {"flocker", NULL},
    {"nfs", NULL},
    {"rbd", NULL},
    {"quobyte", NULL},
    {"cephfs", "cephFS"},
    {"iscsi", NULL},
    {"cinder", NULL},
    {"fc", NULL},
    {"flexVolume", ""},
    {"azureFile", NULL},
    {"vsphereVolume", NULL},
    {"photonPersistentDisk", NULL},
    {"portworxVolume", NULL},
    {"azureDisk", NULL},
    {"scaleIO", NULL},
    {"local", NULL},
    {"storageos", NULL},
    {"csi", NULL},
};

void rule_persistent_volume_sources(struct validating *v, const struct spot *spot)
{
    const struct spot affinity = spot_child(v, spot, "nodeAffinity");
    if (volume_sources_check(v, spot, sources, ARRAY_LEN(sources)) == 0)
        say_required(v, spot, "must specify a volume type");
    if (child_is_set(spot, "local") && !spot_is_set(&affinity))
        say_required(v, &affinity, "Local volume requires node affinity");
}

void rule_volume_capacity(struct validating *v, const struct spot *spot)
{
    static const char *const supported[] = {"storage"};
    const struct spot storage = spot_child(v, spot, "storage");
    if (!spot_is_set(&storage) || spot_count(spot) > 1)
        say_unsupported(v, spot, supported, ARRAY_LEN(supported));
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        struct quantity quantity;
        if (!spot_quantity(&e.spot, &quantity) || quantity.nano > 0)
            continue;
        if (quantity.nano < 0)
            say_invalid(v, &e.spot, "must be a valid resource quantity");
        const struct spot shown =
            spot_with_text(v, &e.spot, quantity_format(v->ctx->arena, &quantity));
        say_invalid(v, &shown, "must be greater than zero");
    }
}

/* What Go's path.Clean makes "/" of. */
static bool is_root(struct str path)
{
    struct str part;
    size_t depth = 0;
    if (!str_starts(path, STR("/")))
        return false;
    while (str_split(&path, '/', &part)) {
        if (str_is(part, ".."))
            depth -= depth > 0;
        else if (part.n && !str_is(part, "."))
            depth++;
    }
    return depth == 0;
}

void rule_no_recycled_root(struct validating *v, const struct spot *spot)
{
    const struct spot host = spot_child(v, spot->up, "hostPath");
    if (spot_text_is(spot, "Recycle") && is_root(child_text(&host, "path")))
        say_forbidden(v, spot, "may not be 'recycle' for a hostPath mount of '/'");
}

void rule_volume_attributes_class(struct validating *v, const struct spot *spot)
{
    const struct spot csi = spot_child(v, spot->up, "csi");
    if (!spot_is_set(spot))
        return;
    const char *reason = spot_is_zero(spot) ? NULL : format_dns1123_subdomain(spot_text(spot));
    if (spot_is_zero(spot))
        say_required(v, spot, "an empty string is disallowed");
    if (reason)
        say_invalid(v, spot, reason);
    if (!spot_is_set(&csi))
        say_required(v, &csi, "has to be specified when using volumeAttributesClassName");
}

/* ---- changes ---- */

/* A secret for growing may come later. */
static bool only_gains_expand_secret(const struct validating *v, const struct spot *source)
{
    const struct spot secret = spot_child(v, source, "controllerExpandSecretRef");
    if (!str_is(source->path.name, "csi") || !source->old || !spot_is_set(&secret) || secret.old)
        return false;
    struct node *rest = node_copy(v->ctx->arena, source->path.node);
    node_remove(rest, STR("controllerExpandSecretRef"));
    return same_value(source->type, rest, source->old, NULL);
}

static void check_source_stays(struct validating *v, const struct spot *spot)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const struct spot source = spot_child(v, spot, sources[i].field);
        if (same_value(source.type, source.path.node, source.old, NULL) ||
            only_gains_expand_secret(v, &source))
            continue;
        const struct spot named = spot_named_under(&source, spot, "persistentvolumesource");
        say_forbidden(v, &named, "spec.persistentvolumesource is immutable after creation");
        return;
    }
}

/* Mount options as an annotation, from before there was a field, are taken by some volumes only. */
void rule_mount_options_annotation(struct validating *v, const struct spot *spot)
{
    static const char *const mountable[] = {
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "glusterfs",
        "nfs",
        "rbd",
        "quobyte",
        "iscsi",
        "cinder",
        "cephfs",
        "azureFile",
        "vsphereVolume",
        "azureDisk",
        "photonPersistentDisk",
    };
    static const char key[] = "volume.beta.kubernetes.io/mount-options";
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot annotations = spot_child(v, &metadata, "annotations");
    const struct spot annotation = spot_child(v, &annotations, key);
    const struct spot spec = spot_child(v, spot, "spec");
    if (!spot_is_set(&annotation))
        return;
    for (size_t i = 0; i < ARRAY_LEN(mountable); i++)
        if (child_is_set(&spec, mountable[i]))
            return;
    say_forbidden(v, &annotation, "may not specify mount options for this volume type");
}

static const char *const moved_labels[][2] = {
    {"\"failure-domain.beta.kubernetes.io/zone\"", "\"topology.kubernetes.io/zone\""},
    {"\"failure-domain.beta.kubernetes.io/region\"", "\"topology.kubernetes.io/region\""},
    {"\"beta.kubernetes.io/os\"", "\"kubernetes.io/os\""},
    {"\"beta.kubernetes.io/arch\"", "\"kubernetes.io/arch\""},
    {"\"beta.kubernetes.io/instance-type\"", "\"node.kubernetes.io/instance-type\""},
};

static struct str with_moved_labels(struct arena *arena, const struct node *affinity)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_FILE_BYTES);
    doc_write_json(&out, affinity, 0);
    struct str text = str_dup(arena, buf_str(&out));
    for (size_t i = 0; i < ARRAY_LEN(moved_labels); i++) {
        const struct str from = str_from(moved_labels[i][0]);
        for (ptrdiff_t at = str_find(text, from); at >= 0; at = str_find(text, from))
            text = str_format(arena, "%.*s%s%.*s", (int)at, text.p, moved_labels[i][1],
                              STR_FMT(str_from_offset(text, (size_t)at + from.n)));
    }
    return text;
}

static size_t count_beta_labels(const struct node *affinity)
{
    SCOPED(buf) struct buf out;
    size_t n = 0;
    buf_init(&out, LIMIT_FILE_BYTES);
    doc_write_json(&out, affinity, 0);
    for (size_t i = 0; i < ARRAY_LEN(moved_labels); i++) {
        const struct str label = str_from(moved_labels[i][0]);
        struct str rest = buf_str(&out);
        for (ptrdiff_t at = str_find(rest, label); at >= 0; at = str_find(rest, label), n++)
            rest = str_from_offset(rest, (size_t)at + label.n);
    }
    return n;
}

/* But for labels that have moved from beta, and not back. */
static bool is_same_affinity(struct validating *v, const struct spot *affinity)
{
    struct arena *arena = v->ctx->arena;
    return same_value(affinity->type, affinity->path.node, affinity->old, NULL) ||
           (str_eq(with_moved_labels(arena, affinity->path.node),
                   with_moved_labels(arena, affinity->old)) &&
            count_beta_labels(affinity->path.node) <= count_beta_labels(affinity->old));
}

void rule_volume_update(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    const struct spot mode = spot_child(v, spot, "volumeMode");
    const struct spot affinity = spot_child(v, spot, "nodeAffinity");
    const struct spot class = spot_child(v, spot, "volumeAttributesClassName");
    /* the server names them as fields of the object */
    const struct spot named_mode = spot_named_under(&mode, spot->up, "volumeMode");
    const struct spot named_affinity = spot_named_under(&affinity, spot->up, "nodeAffinity");
    check_source_stays(v, spot);
    if (!spot_is_unchanged(&mode))
        say_immutable(v, &named_mode, NULL);
    if (affinity.old && !is_same_affinity(v, &affinity))
        say_invalid(v, &named_affinity,
                    "field is immutable, except for updating from beta label to GA");
    if (class.old && !spot_is_set(&class) && v_gate(v, "VolumeAttributesClass"))
        say_forbidden(v, &class, "update from non-nil value to nil is forbidden");
}
