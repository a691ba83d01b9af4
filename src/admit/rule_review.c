/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the server, which it answers and does not store: reviews of access and bindings.
 * Source: pkg/apis/authorization/validation.
 */
#include "admit/rule.h"
#include "rule_calls.h"

static struct str namespace_of(const struct validating *v)
{
    const struct str namespace =
        node_get_text(node_get(v->root, STR("metadata")), STR("namespace"));
    return namespace.n ? namespace : STR("default");
}

/* Of metadata, only what the server and its clients write themselves. */
void rule_review_metadata(struct validating *v, const struct spot *spot)
{
    const bool local = v_kind_is(v, "LocalSubjectAccessReview");
    for (struct entry e = map_first(spot->path.node); e.key; e = map_next(e)) {
        const struct spot field = {.path = {.up = &spot->path, .node = e.value}};
        const struct str key = node_text(e.key);
        if (spot_is_zero(&field) || str_is(key, "managedFields") || str_is(key, "selfLink") ||
            (str_is(key, "namespace") && local))
            continue;
        say_invalid(v, spot, local ? "must be empty except for namespace" : "must be empty");
        return;
    }
}

void rule_review_spec(struct validating *v, const struct spot *spot)
{
    const bool resource = child_is_set(spot, "resourceAttributes");
    const struct spot attributes = spot_child(v, spot, "resourceAttributes");
    const struct spot others = spot_child(v, spot, "nonResourceAttributes");
    if (resource && spot_is_set(&others))
        say_invalid(v, &others, "cannot be specified in combination with resourceAttributes");
    if (!resource && !spot_is_set(&others))
        say_invalid_as(v, &attributes, STR("null"),
                       "exactly one of nonResourceAttributes or resourceAttributes must be "
                       "specified");
}

void rule_review_subject(struct validating *v, const struct spot *spot)
{
    const struct spot user = spot_child(v, spot, "user");
    const struct spot groups = spot_child(v, spot, "groups");
    if (spot_text(&user).n == 0 && spot_count(&groups) == 0)
        say_invalid(v, &user, "at least one of user or group must be specified");
}

void rule_local_review(struct validating *v, const struct spot *spot)
{
    const struct spot spec = spot_child(v, spot, "spec");
    const struct spot attributes = spot_child(v, &spec, "resourceAttributes");
    const struct spot others = spot_child(v, &spec, "nonResourceAttributes");
    const struct spot namespace = spot_child(v, &attributes, "namespace");
    if (spot_is_set(&attributes) && !str_eq(spot_text(&namespace), namespace_of(v)))
        say_invalid(v, &namespace, "must match metadata.namespace");
    if (spot_is_set(&others))
        say_invalid(v, &others, "disallowed on this kind of request");
}

/* A selector of labels or fields, raw or as a list. */
void rule_review_selector(struct validating *v, const struct spot *spot)
{
    const struct spot raw = spot_child(v, spot, "rawSelector");
    const struct spot requirements = spot_child(v, spot, "requirements");
    if (!spot_is_set(spot))
        return;
    if (spot_text(&raw).n && spot_count(&requirements))
        say_invalid(v, &raw, "may not specified at the same time as requirements");
    if (spot_text(&raw).n || spot_count(&requirements))
        return;
    const struct str detail =
        str_format(v->ctx->arena, "when %.*s is specified, requirements or rawSelector is required",
                   STR_FMT(path_format(v->ctx->arena, &spot->path)));
    say_required(v, &requirements, str_to_c(v->ctx->arena, detail));
}

/* ---- bindings ---- */

void rule_binding(struct validating *v, const struct spot *spot)
{
    static const char *const kinds[] = {"Node", "<empty>"};
    const struct spot target = spot_child(v, spot, "target");
    const struct spot kind = spot_child(v, &target, "kind");
    const struct spot name = spot_child(v, &target, "name");
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot pod = spot_child(v, &metadata, "name");
    if (spot_text(&pod).n == 0)
        say_required(v, &pod, "Name parameter required");
    if (spot_text(&kind).n && !spot_text_is(&kind, "Node"))
        say_unsupported(v, &kind, kinds, ARRAY_LEN(kinds));
    if (spot_text(&name).n == 0)
        say_required(v, &name, NULL);
}
