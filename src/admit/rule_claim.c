/* SPDX-License-Identifier: Apache-2.0 */
/* Claims, wherever they stand, and what of them can't change. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_same.h"
#include "rule_calls.h"

/* ---- access modes ---- */

void rule_access_modes(struct validating *v, const struct spot *spot)
{
    static const char *const modes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                        "ReadWriteOncePod"};
    bool once_pod = false;
    bool other = false;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot shown = spot_with_text(v, spot, spot_text(&e.spot));
        const bool known = str_is_one_of(spot_text(&e.spot), modes, ARRAY_LEN(modes));
        if (!known)
            say_unsupported(v, &shown, modes, ARRAY_LEN(modes));
        else if (spot_text_is(&e.spot, "ReadWriteOncePod"))
            once_pod = true;
        else
            other = true;
    }
    if (once_pod && other)
        say_forbidden(v, spot, "may not use ReadWriteOncePod with other access modes");
}

/* ---- size ---- */

void rule_claim_storage(struct validating *v, const struct spot *spot)
{
    struct quantity quantity;
    const struct spot resources = spot_child(v, spot, "resources");
    const struct spot requests = spot_child(v, &resources, "requests");
    const struct spot storage = spot_child(v, &requests, "storage");
    struct spot named = spot_named_under(&storage, &resources, "storage");
    named.path.is_key = true;
    if (!spot_is_set(&storage))
        say_required(v, &named, NULL);
    else if (spot_quantity(&storage, &quantity) && quantity.nano <= 0) {
        const struct spot shown =
            spot_with_text(v, &named, quantity_format(v->ctx->arena, &quantity));
        say_invalid(v, &shown, "must be greater than zero");
    }
}

/* ---- where the data comes from ---- */

void rule_data_source(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    const struct spot name = spot_child(v, spot, "name");
    const struct spot kind = spot_child(v, spot, "kind");
    const struct spot group = spot_child(v, spot, "apiGroup");
    const struct spot space = spot_child(v, spot, "namespace");
    const char *reason = spot_is_zero(&group) ? NULL : format_dns1123_subdomain(spot_text(&group));
    const char *wrong_space = spot_is_zero(&space) ? NULL : format_dns1123_label(spot_text(&space));
    if (spot_is_zero(&name))
        say_required(v, &name, NULL);
    if (spot_is_zero(&kind))
        say_required(v, &kind, NULL);
    if (spot_is_zero(&group) && !spot_text_is(&kind, "PersistentVolumeClaim")) {
        const struct spot shown = spot_with_text(v, spot, spot_text(&kind));
        say_invalid(v, &shown,
                    "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
    if (reason && !(v_is_update(v) && spot_is_unchanged(&group)))
        say_invalid(v, &group, reason);
    if (wrong_space)
        say_invalid(v, &space, wrong_space);
}

void rule_data_sources_agree(struct validating *v, const struct spot *spot)
{
    static const char *const fields[] = {"apiGroup", "kind", "name"};
    const struct spot source = spot_child(v, spot, "dataSource");
    const struct spot reference = spot_child(v, spot, "dataSourceRef");
    if (!spot_is_set(&source) || !spot_is_set(&reference))
        return;
    /* the server shows a path of its own, which has nothing to print */
    struct spot named = source;
    named.path = spot->path;
    named.path.node = source.path.node;
    if (child_text(&reference, "namespace").n) {
        say_invalid_as(v, &named, STR("{}"),
                       "may not be specified when dataSourceRef.namespace is specified");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (str_eq(child_text(&source, fields[i]), child_text(&reference, fields[i])) &&
            child_is_set(&source, fields[i]) == child_is_set(&reference, fields[i]))
            continue;
        say_invalid_as(v, &named, STR("{}"), "must match dataSourceRef");
        return;
    }
}

/* ---- changes of a claim ---- */

/* Whether a smaller one is asked for. A claim that is bound may grow, and whether it is bound the
 * manifest does not say. */
static bool shrinks(const struct spot *storage)
{
    struct quantity now;
    struct quantity then;
    const struct spot before = spot_before(storage);
    if (!spot_quantity(&before, &then))
        return false;
    return !spot_is_set(storage) || (spot_quantity(storage, &now) && quantity_cmp(&now, &then) < 0);
}

/* What is left out of data sources stays, as the server has copied one to the other. */
static bool may_change(const struct spot *field)
{
    const struct spot before = spot_before(field);
    const struct str name = field->path.name;
    return (str_is(name, "volumeName") && spot_is_zero(&before)) ||
           (str_is(name, "storageClassName") && !spot_is_set(&before)) ||
           (str_starts(name, STR("dataSource")) && !spot_is_set(field));
}

/* Whether all requests but that of storage are those of before. */
static bool others_are_kept(const struct node *now, const struct node *then)
{
    for (struct entry e = map_first(now); e.key; e = map_next(e)) {
        const struct spot mine = {.path.node = e.value};
        const struct spot other = {.path.node = node_get(then, node_text(e.key))};
        struct quantity a;
        struct quantity b;
        if (!str_is(node_text(e.key), "storage") &&
            (!spot_quantity(&mine, &a) || !spot_quantity(&other, &b) || quantity_cmp(&a, &b) != 0))
            return false;
    }
    return true;
}

static bool may_change_to(const struct spot *field, const struct spot *requests)
{
    const struct node *now = requests->path.node;
    return !str_is(field->path.name, "resources") ||
           (others_are_kept(now, requests->old) && others_are_kept(requests->old, now));
}

/* A field that the server says besides that the spec has changed. */
static void check_mode_stays(struct validating *v, const struct spot *spec)
{
    const struct spot mode = spot_child(v, spec, "volumeMode");
    const struct spot named = spot_named_under(&mode, spec->up, "volumeMode");
    if (!spot_is_unchanged(&mode))
        say_immutable(v, &named, NULL);
}

/* A source in another namespace that takes the place of one. Defaulting forgets it, as the server
 * does where there was none before (pvcutil.DropDisabledFields). */
static const struct node *foreign_source(const struct validating *v, const struct spot *spot)
{
    const struct node *spec = node_get(v->object->root, STR("spec"));
    const struct node *reference = node_get(spec, STR("dataSourceRef"));
    const bool is_foreign = spot_old_field(spot, STR("dataSourceRef")) &&
                            node_get_text(reference, STR("namespace")).n > 0;
    return is_foreign ? reference : NULL;
}

static void check_spec_stays(struct validating *v, const struct spot *spot,
                             const struct spot *requests)
{
    static const char *const fields[] = {"accessModes",   "selector",   "volumeName",
                                         "resources",     "volumeMode", "storageClassName",
                                         "dataSourceRef", "dataSource"};
    static const struct same_but requests_grow[] = {{"VolumeResourceRequirements", "requests"},
                                                    {"ResourceRequirements", "requests"},
                                                    {NULL, NULL}};
    static const char says[] = "spec is immutable after creation except resources.requests and "
                               "volumeAttributesClassName for bound claims";
    const struct node *foreign = foreign_source(v, spot);
    if (foreign) {
        struct spot named = *spot;
        named.path.node = foreign;
        say_forbidden(v, &named, says);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot field = spot_child(v, spot, fields[i]);
        if ((same_value(field.type, field.path.node, field.old, requests_grow) &&
             may_change_to(&field, requests)) ||
            may_change(&field))
            continue;
        struct spot named = field;
        named.path = spot->path;
        named.path.node = field.path.node;
        say_forbidden(v, &named, says);
        return;
    }
}

void rule_claim_update(struct validating *v, const struct spot *spot)
{
    const struct spot resources = spot_child(v, spot, "resources");
    const struct spot requests = spot_child(v, &resources, "requests");
    const struct spot storage = spot_child(v, &requests, "storage");
    check_spec_stays(v, spot, &requests);
    check_mode_stays(v, spot);
    if (shrinks(&storage))
        say_forbidden(v, &storage, "field can not be less than status.capacity");
}

/* The class may be named by an annotation of old, which can't be taken back. */
void rule_claim_class_kept(struct validating *v, const struct spot *spot)
{
    static const char annotation[] = "volume.beta.kubernetes.io/storage-class";
    const struct spot annotations = spot_child(v, spot, "annotations");
    const struct spot now = spot_child(v, &annotations, annotation);
    const struct spot before = spot_before(&now);
    if (!str_eq(spot_text(&now), spot_text(&before)))
        say_immutable(v, &now, NULL);
}

/* ---- claim templates ---- */

/* Their names are those of volumes, which the server puts before the Pod's own. */
void rule_claim_template_names(struct validating *v, const struct spot *spot)
{
    const struct spot template = spot_child(v, spot->up, "template");
    const struct spot pod = spot_child(v, &template, "spec");
    const struct spot volumes = spot_child(v, &pod, "volumes");
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot metadata = spot_child(v, &e.spot, "metadata");
        const struct spot name = spot_child(v, &metadata, "name");
        struct spot volume = e.spot;
        volume.path.up = &volumes.path;
        const struct spot named = spot_named_under(&name, &volume, "name");
        const struct spot source = spot_named_under(&name, &volume, "persistentVolumeClaim");
        const struct spot claim = spot_named_under(&name, &source, "claimName");
        const char *reason = spot_is_zero(&name) ? NULL : format_dns1123_label(spot_text(&name));
        if (spot_is_zero(&name)) {
            say_required(v, &named, NULL);
            say_required(v, &claim, NULL);
        } else if (reason) {
            say_invalid(v, &named, reason);
        }
    }
}
