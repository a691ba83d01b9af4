/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes: ranges of addresses, annotations from before taints, and the status, which a create may
 * bring along. An update leaves the status as it was.
 */
#include "admit/rule.h"
#include "admit/rule_ip.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

#include "base/ascii.h"
#include "base/limits.h"

/* ---- ranges ---- */

struct range_spots {
    struct spot single; /* podCIDR: wins over the list when they differ */
    struct spot list;
};

/* The server sees podCIDRs only. */
static void check_single(struct validating *v, const struct range_spots *ranges)
{
    struct spot said = ranges->single;
    said.path.up = &ranges->list.path;
    said.path.name = (struct str){0};
    said.path.index = 0;
    check_cidr(v, &said, spot_text(&said));
}

static void check_list(struct validating *v, const struct spot *list)
{
    size_t v4 = 0;
    size_t v6 = 0;
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        struct cidr cidr;
        const struct str text = spot_text(&e.spot);
        check_cidr(v, &e.spot, text);
        if (!cidr_parse(text, &cidr))
            continue;
        v4 += ip_is_v4(&cidr.address);
        v6 += !ip_is_v4(&cidr.address);
    }
    if (spot_count(list) > 1 && (v4 != 1 || v6 != 1 || spot_count(list) > 2))
        say_invalid(v, list, "may specify no more than one CIDR for each IP family");
}

void rule_node_ranges(struct validating *v, const struct spot *spot)
{
    const struct spot spec = spot_child(v, spot, "spec");
    const struct range_spots ranges = {spot_child(v, &spec, "podCIDR"),
                                       spot_child(v, &spec, "podCIDRs")};
    const struct node *first = list_first(ranges.list.path.node).value;
    const struct str single = spot_text(&ranges.single);
    if (single.n && !(first && str_eq(node_text(first), single)))
        check_single(v, &ranges);
    else
        check_list(v, &ranges.list);
}

/* ---- annotations ---- */

static const char avoid_pods[] = "scheduler.alpha.kubernetes.io/preferAvoidPods";

static void check_avoided(struct validating *v, const struct spot *annotations,
                          const struct node *entry, uint32_t index)
{
    const struct node *signature = node_get(entry, STR("podSignature"));
    const struct node *controller = node_get(signature, STR("podController"));
    const struct spot list = spot_child(v, annotations, avoid_pods);
    const struct spot item = {
        .path = {.up = &list.path, .index = index}, .key = list.key, .up = &list};
    const struct spot signed_by = spot_named_under(&item, &item, "PodSignature");
    const struct spot named = spot_named_under(&item, &signed_by, "PodController");
    const struct spot flag = spot_named_under(&item, &named, "Controller");
    const struct node *value = node_get(controller, STR("controller"));
    if (node_is_null(controller))
        say_required(v, &signed_by, NULL);
    else if (!node_is_null(value) && !node_bool(value))
        say_invalid_as(v, &flag, STR("false"), "must point to a controller");
}

void rule_node_annotations(struct validating *v, const struct spot *spot)
{
    const struct spot annotations = spot_child(v, spot, "annotations");
    const struct str text = child_text(&annotations, avoid_pods);
    if (text.n == 0)
        return;
    struct diags diags = {0};
    struct doc doc = {0};
    diags.at.source = source_new(v->ctx->arena, STR("annotation"), text);
    const int failed = doc_read_json(v->ctx->arena, diags.at.source, &diags, &doc);
    diags_release(&diags);
    const bool broken = failed || doc.broken ||
                        (node_kind(doc.root) != NODE_MAP && node_kind(doc.root) != NODE_NULL);
    const struct spot written = spot_child(v, &annotations, avoid_pods);
    const struct spot said = spot_named_under(&written, &annotations, "AvoidPods");
    if (broken) {
        say_invalid_as(v, &said, STR("\"scheduler.alpha.kubernetes.io/preferAvoidPods\""),
                       "the value is no JSON object");
        return;
    }
    const struct node *list = node_get(doc.root, STR("preferAvoidPods"));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        check_avoided(v, &annotations, it.value, (uint32_t)it.index);
}

/* ---- status ---- */

/* The server writes a dot where it has brackets elsewhere. */
static void check_amounts(struct validating *v, const struct spot *map, const struct spot *said)
{
    for (struct each e = each_first(v, map); e.spot.path.node; each_next(v, &e)) {
        struct spot amount = e.spot;
        amount.path.up = &said->path;
        amount.path.is_key = false;
        check_resource_amount(v, &amount);
    }
}

static bool is_word(struct str word, bool first)
{
    for (size_t i = 0; i < word.n; i++) {
        const char c = word.p[i];
        const bool upper = ascii_is_upper(c);
        const bool lower = ascii_is_lower(c);
        const bool digit = ascii_is_digit(c);
        if (!upper && !(lower && !(first && i == 0)) && !(digit && i > 0))
            return false;
    }
    return word.n > 0;
}

static const char *wrong_feature(struct str name)
{
    enum { NAME_MAX_BYTES = 253 };
    bool first = true;
    struct str part;
    if (name.n > NAME_MAX_BYTES)
        return "invalid feature name: must be no more than 253 characters";
    if (name.n == 0 || name.p[name.n - 1] == '/')
        first = false;
    for (struct str rest = name; str_split(&rest, '/', &part); first = false)
        if (!is_word(part, first))
            return "invalid feature name: must start with a capital, and hold letters, digits and "
                   "slashes only";
    return name.n == 0 || name.p[name.n - 1] == '/'
               ? "invalid feature name: must start with a capital, and end with a letter or digit"
               : NULL;
}

static void check_features(struct validating *v, const struct spot *features)
{
    struct str last = {0};
    for (struct each e = each_first(v, features); e.spot.path.node; each_next(v, &e)) {
        const struct str name = spot_text(&e.spot);
        const char *wrong = wrong_feature(name);
        if (wrong)
            say_invalid(v, &e.spot, wrong);
        if (last.p && str_eq(last, name))
            say_duplicate(v, &e.spot);
        else if (last.p && str_cmp(last, name) > 0)
            say_invalid(v, &e.spot, "list must be sorted alphabetically");
        last = name;
    }
}

void rule_node_status(struct validating *v, const struct spot *spot)
{
    if (v_is_update(v))
        return;
    const struct spot status = spot_child(v, spot, "status");
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot capacity = spot_child(v, &status, "capacity");
    const struct spot allocatable = spot_child(v, &status, "allocatable");
    const struct spot info = spot_child(v, &status, "nodeInfo");
    const struct spot swap = spot_child(v, &info, "swap");
    const struct spot named = spot_named_under(&swap, &metadata, "nodeSwapStatus");
    const struct spot swapped = spot_child(v, &named, "capacity");
    const struct spot features = spot_child(v, &status, "declaredFeatures");
    check_amounts(v, &capacity, &capacity);
    /* filled in from capacity when it is absent */
    check_amounts(v, spot_is_set(&allocatable) ? &allocatable : &capacity, &allocatable);
    if (spot_is_set(&swapped) && spot_int(&swapped) <= 0)
        say_invalid(v, &swapped, "must be greater than zero");
    if (v_gate(v, "NodeDeclaredFeatures"))
        check_features(v, &features);
}
