/* SPDX-License-Identifier: Apache-2.0 */
/* Storage classes and drivers. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

#include "base/map.h"

enum {
    PARAMETERS_MAX = 512,
    PARAMETER_BYTES_MAX = 256 << 10,
    DRIVER_NAME_MAX = 63,
};

void rule_provisioner(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    const struct str name = str_lower(arena, spot_text(spot));
    const char *reason = name.n ? format_qualified_name(name) : NULL;
    if (reason)
        say_invalid_as(v, spot, str_format(arena, "\"%.*s\"", STR_FMT(name)), reason);
}

void rule_provisioner_parameters(struct validating *v, const struct spot *spot)
{
    size_t size = 0;
    if (spot_count(spot) > PARAMETERS_MAX) {
        say_too_long(v, spot, PARAMETERS_MAX);
        return;
    }
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        if (e.spot.path.name.n == 0)
            say_invalid_as(v, spot, STR("\"\""), "field can not be empty.");
        size += e.spot.path.name.n + spot_text(&e.spot).n;
    }
    if (size > PARAMETER_BYTES_MAX)
        say_too_long(v, spot, PARAMETER_BYTES_MAX);
}

/* What is stored has no empty map, so that one that is written always differs. */
void rule_parameters_kept(struct validating *v, const struct spot *spot)
{
    const bool empty = spot_is_set(spot) && spot_count(spot) == 0;
    if (!spot_is_unchanged(spot) || empty)
        say_forbidden(v, spot, "updates to parameters are forbidden.");
}

void rule_driver_name(struct validating *v, const struct spot *spot)
{
    const struct str name = spot_text(spot);
    if (name.n == 0)
        return;
    if (name.n > DRIVER_NAME_MAX)
        say_too_long(v, spot, DRIVER_NAME_MAX);
    const char *reason = format_dns1123_subdomain(str_lower(v->ctx->arena, name));
    if (reason)
        say_invalid(v, spot, reason);
}

/* ---- topologies ---- */

/* Texts in order, once each, with their lengths: equal for equal sets. */
static struct str set_text(struct arena *arena, struct str *items, size_t n)
{
    struct str text = STR("");
    if (n)
        qsort(items, n, sizeof *items, str_cmp_qsort);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(items[i], items[i - 1]))
            text = str_format(arena, "%.*s%zu:%.*s", STR_FMT(text), items[i].n, STR_FMT(items[i]));
    return text;
}

static struct str values_text(struct validating *v, const struct spot *expression)
{
    struct arena *arena = v->ctx->arena;
    const struct spot values = spot_child(v, expression, "values");
    struct str *items = ARENA_ARRAY(arena, struct str, spot_count(&values) + 1);
    size_t n = 0;
    for (struct each e = each_first(v, &values); e.spot.path.node; each_next(v, &e))
        items[n++] = spot_text(&e.spot);
    return str_format(arena, "%.*s=%.*s", STR_FMT(child_text(expression, "key")),
                      STR_FMT(set_text(arena, items, n)));
}

/* The server compares with as many empty terms as there are terms, so that an empty one repeats
 * another in any case (validateAllowedTopologies). */
void rule_topologies_unique(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    struct map seen = {.arena = arena};
    map_put(&seen, STR("-"), &seen);
    for (struct each term = each_first(v, spot); term.spot.path.node; each_next(v, &term)) {
        const struct spot list = spot_child(v, &term.spot, "matchLabelExpressions");
        struct str *items = ARENA_ARRAY(arena, struct str, spot_count(&list) + 1);
        size_t n = 0;
        for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e))
            items[n++] = values_text(v, &e.spot);
        const struct str text = str_concat(arena, STR("-"), set_text(arena, items, n));
        const struct spot shown = spot_with_text(v, &list, STR(""));
        if (map_has(&seen, text))
            say_duplicate(v, &shown);
        map_put(&seen, text, &seen);
    }
}

/* ---- attachments ---- */

void rule_attachment_source(struct validating *v, const struct spot *spot)
{
    static const char one[] =
        "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    const struct spot volume = spot_child(v, spot, "persistentVolumeName");
    const bool is_inline = child_is_set(spot, "inlineVolumeSpec");
    if (is_inline && spot_is_set(&volume))
        say_forbidden(v, spot, one);
    else if (!is_inline && !spot_is_set(&volume))
        say_required(v, spot, one);
    else if (!is_inline && spot_text(&volume).n == 0)
        say_required(v, &volume, "must specify non empty persistentVolumeName");
}

/* ---- drivers ---- */

/* The server reports keys at the driver. */
void rule_driver_topology(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    const struct spot keys = spot_child(v, spot, "topologyKeys");
    for (struct each e = each_first(v, &keys); e.spot.path.node; each_next(v, &e)) {
        const struct str key = spot_text(&e.spot);
        const char *reason = format_qualified_name(key);
        struct spot said = e.spot;
        said.path = spot->path;
        said.path.node = e.spot.path.node;
        if (key.n == 0)
            say_required(v, &said, NULL);
        if (map_has(&seen, key))
            say_duplicate(v, &said);
        map_put(&seen, key, &seen);
        if (reason)
            say_invalid(v, &said, reason);
    }
}

/* A driver of a node is taken away and added anew, not changed; but for how much it can take. */
void rule_drivers_kept(struct validating *v, const struct spot *spot)
{
    static const char *const fields[] = {"nodeID", "topologyKeys", "allocatable"};
    const size_t n = ARRAY_LEN(fields) - v_gate(v, "MutableCSINodeAllocatableCount");
    if (!v_is_update(v))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        struct spot said = e.spot;
        said.path = spot->path;
        said.path.node = e.spot.path.node;
        bool changed = false;
        if (!e.spot.old ||
            !str_eq(child_text(&e.spot, "name"), node_get_text(e.spot.old, STR("name"))))
            continue;
        for (size_t i = 0; i < n; i++) {
            const struct spot field = spot_child(v, &e.spot, fields[i]);
            changed |= !spot_is_unchanged(&field);
        }
        if (changed)
            say_immutable(v, &said, NULL);
    }
}

/* The server has the name of the field wrong. */
void rule_attach_required_kept(struct validating *v, const struct spot *spot)
{
    struct spot said = *spot;
    said.path.name = STR("attachedRequired");
    if (v_is_update(v) && !spot_is_unchanged(spot))
        say_immutable(v, &said, NULL);
}

void rule_token_requests(struct validating *v, const struct spot *spot)
{
    enum { SECONDS_MIN = 600 };
    static const int64_t seconds_max = (int64_t)1 << 32;
    struct map seen = {.arena = v->ctx->arena};
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot audience = spot_child(v, &e.spot, "audience");
        const struct spot seconds = spot_child(v, &e.spot, "expirationSeconds");
        if (map_has(&seen, spot_text(&audience))) {
            say_duplicate(v, &audience);
            continue;
        }
        map_put(&seen, spot_text(&audience), &seen);
        if (spot_is_set(&seconds) && spot_int(&seconds) < SECONDS_MIN)
            say_invalid(v, &seconds, "may not specify a duration less than 10 minutes");
        if (spot_int(&seconds) > seconds_max)
            say_invalid(v, &seconds, "may not specify a duration larger than 2^32 seconds");
    }
}

void rule_not_below_zero(struct validating *v, const struct spot *spot)
{
    struct quantity quantity;
    if (spot_quantity(spot, &quantity) && quantity.nano < 0)
        say_invalid_as(v, spot, quantity_shown(v->ctx->arena, &quantity),
                       "must be greater than or equal to 0");
}
