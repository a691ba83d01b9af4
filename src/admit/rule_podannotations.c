/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations that mean something to the server: of Pods, and of their templates. */
#include "admit/rule_internal.h"
#include "admit/rule_podspec.h"
#include "base/number.h"
#include "rule_calls.h"

#define TOLERATIONS_KEY   "scheduler.alpha.kubernetes.io/tolerations"
#define MIRROR_KEY        "kubernetes.io/config.mirror"
#define DELETION_COST_KEY "controller.kubernetes.io/pod-deletion-cost"
#define SECCOMP_POD_KEY   "seccomp.security.alpha.kubernetes.io/pod"
#define SECCOMP_PREFIX    "container.seccomp.security.alpha.kubernetes.io/"
#define APPARMOR_PREFIX   "container.apparmor.security.beta.kubernetes.io/"
#define LOCALHOST_PREFIX  "localhost/"

/* The annotations of a Pod or template, by the path that the server writes. */
struct annotations {
    struct spot holder;   /* Pod or PodTemplateSpec */
    struct spot metadata; /* where those of a Pod are named */
    struct spot map;
    struct spot named;
    struct spot spec;
};

static void read_annotations(struct validating *v, const struct spot *spot,
                             struct annotations *ret_annotations)
{
    struct annotations *a = ret_annotations;
    a->holder = *spot;
    a->metadata = spot_child(v, &a->holder, "metadata");
    a->map = spot_child(v, &a->metadata, "annotations");
    a->spec = spot_child(v, &a->holder, "spec");
    /* of a template the server leaves `metadata` out of the path */
    a->named = spot_named(&a->map, spot->up ? &a->holder : &a->metadata, "annotations");
}

/* ---- values ---- */

/* A 32-bit integer without a plus sign and without zeros in front. */
static bool is_deletion_cost(struct str text)
{
    int64_t cost;
    if (text.n == 0 || (text.p[0] != '-' && (text.p[0] < '0' || text.p[0] > '9')) ||
        (text.p[0] == '0' && text.n > 1))
        return false;
    return number_parse_i64(text, &cost) == 0 && cost >= INT32_MIN && cost <= INT32_MAX;
}

static void check_deletion_cost(struct validating *v, const struct spot *value)
{
    const struct spot before = spot_before(value);
    const bool had_wrong = spot_is_set(&before) && !is_deletion_cost(spot_text(&before));
    if (!had_wrong && !is_deletion_cost(spot_text(value)))
        say_invalid(v, value, "must be a 32bit integer");
}

static void check_seccomp(struct validating *v, const struct spot *value, const struct spot *up)
{
    static const char *const profiles[] = {"runtime/default", "docker/default", "unconfined"};
    const struct str text = spot_text(value);
    /* the server writes the key as if it were a field */
    struct spot named = *value;
    named.path.up = &up->path;
    named.path.is_key = false;
    if (str_is_one_of(text, profiles, ARRAY_LEN(profiles)))
        return;
    if (str_starts(text, STR(LOCALHOST_PREFIX)))
        check_descending_path(v, &named, str_from_offset(text, sizeof LOCALHOST_PREFIX - 1));
    else
        say_invalid(v, &named, "must be a valid seccomp profile");
}

struct wanted_container {
    struct str name;
    bool found;
};

static void find_container(struct validating *v, const struct spot *container, const void *with)
{
    struct wanted_container *wanted = *(struct wanted_container *const *)with;
    (void)v;
    wanted->found |= str_eq(child_text(container, "name"), wanted->name);
}

static void check_apparmor(struct validating *v, const struct spot *value, const struct spot *spec)
{
    static const char *const profiles[] = {"", "runtime/default", "unconfined"};
    struct arena *arena = v->ctx->arena;
    const struct str text = spot_text(value);
    const struct str quoted = str_format(arena, "\"%.*s\"", STR_FMT(diag_quote(arena, text)));
    struct wanted_container wanted = {
        .name = str_from_offset(value->path.name, sizeof APPARMOR_PREFIX - 1)};
    struct wanted_container *with = &wanted;
    each_container(v, spec, find_container, &with);
    if (!wanted.found)
        say_invalid_as(v, value,
                       str_format(arena, "\"%.*s\"", STR_FMT(diag_quote(arena, wanted.name))),
                       "container not found");
    if (!str_is_one_of(text, profiles, ARRAY_LEN(profiles)) &&
        !str_starts(text, STR(LOCALHOST_PREFIX)))
        say_invalid_fmt(v, value, "invalid AppArmor profile name: %.*s", STR_FMT(quoted));
}

/* What was read from the text of a value stands where the value does. */
static void set_place(struct node *node, struct span place)
{
    node->start = place.start;
    node->len = place.end - place.start;
    if (node->kind != NODE_LIST && node->kind != NODE_MAP)
        return;
    for (struct node *child = node->first; child; child = child->next)
        set_place(child, place);
}

static void check_tolerations(struct validating *v, const struct spot *value,
                              const struct spot *named, const struct spot *spec,
                              const struct node *tree)
{
    const struct spot field = spot_child(v, spec, "tolerations");
    struct node *copy = node_copy(v->ctx->arena, tree);
    set_place(copy, node_span(value->written));
    const struct spot list = {
        .path = {.up = &named->path, .name = value->path.name, .node = copy},
        .written = copy,
        .key = value->key,
        .up = spec,
        .field = field.field,
        .type = field.type,
    };
    rules_walk(v, &list);
}

/* Tolerations as JSON, from before there was a field: a list of objects, or null. */
static void check_tolerations_text(struct validating *v, const struct spot *value,
                                   const struct spot *named, const struct spot *spec)
{
    struct arena *arena = v->ctx->arena;
    struct diags diags = {0};
    struct doc doc = {0};
    struct source *source = source_new(arena, STR(TOLERATIONS_KEY), spot_text(value));
    diags.at.source = source;
    const bool is_json = doc_read_json(arena, source, &diags, &doc) == 0 && diags.n == 0;
    diags_release(&diags);
    struct spot map = *named;
    map.written = value->written;
    map.path.node = value->path.node;
    bool good = is_json && (node_is_null(doc.root) || node_kind(doc.root) == NODE_LIST);
    for (struct item it = list_first(doc.root); good && it.value; it = list_next(it))
        good = node_is_null(it.value) || node_kind(it.value) == NODE_MAP;
    if (!good)
        say_invalid_as(v, &map, STR("\"" TOLERATIONS_KEY "\""),
                       is_json ? "must be a JSON list of tolerations" : "must be JSON");
    else if (!node_is_null(doc.root))
        check_tolerations(v, value, named, spec, doc.root);
}

/* ---- fields that say the same ---- */

struct profile_kind {
    const char *type;
    const char *annotation; /* the value that means the type */
    const char *also;       /* another one, of seccomp only */
};

static const struct profile_kind profile_kinds[] = {
    {"Unconfined", "unconfined", NULL},
    {"RuntimeDefault", "runtime/default", "docker/default"},
};

/* A profile field and the annotation that it replaced must agree. `named` is where it is said. */
static void check_agreement(struct validating *v, const struct spot *profile,
                            const struct spot *named, struct str text, const char *word)
{
    struct arena *arena = v->ctx->arena;
    const bool seccomp = str_is(str_from(word), "seccomp");
    const struct str type = child_text(profile, "type");
    bool same = true;
    for (size_t i = 0; i < ARRAY_LEN(profile_kinds); i++)
        if (str_is(type, profile_kinds[i].type))
            same = str_is(text, profile_kinds[i].annotation) ||
                   (seccomp && profile_kinds[i].also && str_is(text, profile_kinds[i].also));
    const bool localhost = str_is(type, "Localhost");
    if (localhost)
        same = str_starts(text, STR(LOCALHOST_PREFIX));
    const struct spot own_type = spot_child(v, profile, "type");
    const struct spot own_path = spot_child(v, profile, "localhostProfile");
    const struct spot named_type = spot_named(&own_type, named, "type");
    const struct spot named_path = spot_named(&own_path, named, "localhostProfile");
    if (!same)
        say_forbidden(
            v, &named_type,
            str_to_c(arena, str_format(arena, "%s type in annotation and field must match", word)));
    else if (localhost &&
             !str_eq(str_from_offset(text, sizeof LOCALHOST_PREFIX - 1), spot_text(&own_path)))
        say_forbidden(
            v, &named_path,
            str_to_c(arena,
                     str_format(arena, "%s profile in annotation and field must match", word)));
}

static bool is_apparmor_profile(struct str text)
{
    const bool local =
        str_starts(text, STR(LOCALHOST_PREFIX)) && text.n > sizeof LOCALHOST_PREFIX - 1;
    return local || str_is(text, "runtime/default") || str_is(text, "unconfined");
}

static const struct node *annotation_of(const struct annotations *a, const char *prefix,
                                        const struct spot *container, struct arena *arena)
{
    const struct str name = child_text(container, "name");
    return node_get(a->map.path.node, str_format(arena, "%s%.*s", prefix, STR_FMT(name)));
}

static void check_container_profiles(struct validating *v, const struct spot *container,
                                     const void *with)
{
    const struct annotations *a = with;
    const struct spot context = spot_child(v, container, "securityContext");
    const struct spot pod_context = spot_child(v, &a->spec, "securityContext");
    const struct spot seccomp = spot_child(v, &context, "seccompProfile");
    const struct spot own = spot_child(v, &context, "appArmorProfile");
    const struct spot pod = spot_child(v, &pod_context, "appArmorProfile");
    const struct spot *apparmor = spot_is_set(&own) ? &own : &pod;
    const struct node *text = annotation_of(a, SECCOMP_PREFIX, container, v->ctx->arena);
    if (text && spot_is_set(&seccomp))
        check_agreement(v, &seccomp, &seccomp, node_text(text), "seccomp");
    text = annotation_of(a, APPARMOR_PREFIX, container, v->ctx->arena);
    /* on creation of a Pod what the annotation says becomes the container's field */
    if (text && !spot_is_set(&own) && !a->holder.up && is_apparmor_profile(node_text(text)))
        return;
    if (text && spot_is_set(apparmor))
        check_agreement(v, apparmor, &own, node_text(text), "apparmor");
}

static void check_agreements(struct validating *v, const struct annotations *a)
{
    const struct spot context = spot_child(v, &a->spec, "securityContext");
    const struct spot seccomp = spot_child(v, &context, "seccompProfile");
    const struct node *text = node_get(a->map.path.node, STR(SECCOMP_POD_KEY));
    if (text && spot_is_set(&seccomp))
        check_agreement(v, &seccomp, &seccomp, node_text(text), "seccomp");
    each_container(v, &a->spec, check_container_profiles, a);
}

/* ---- the rules ---- */

/* Of a Pod or a template; the key decides what the value must be. */
static void check_annotation(struct validating *v, const struct annotations *a,
                             const struct spot *value)
{
    const struct str key = value->path.name;
    struct spot named = *value;
    named.path.up = &a->named.path;
    if (str_is(key, MIRROR_KEY) && child_text(&a->spec, "nodeName").n == 0)
        say_invalid(v, &named, "must set spec.nodeName if mirror pod annotation is set");
    if (str_is(key, TOLERATIONS_KEY) && spot_text(value).n)
        check_tolerations_text(v, value, &a->named, &a->spec);
    if (str_is(key, DELETION_COST_KEY))
        check_deletion_cost(v, &named);
    if (str_is(key, SECCOMP_POD_KEY) || str_starts(key, STR(SECCOMP_PREFIX)))
        check_seccomp(v, value, &a->named);
    if (str_starts(key, STR(APPARMOR_PREFIX)))
        check_apparmor(v, &named, &a->spec);
}

void rule_pod_annotations(struct validating *v, const struct spot *spot)
{
    struct annotations a;
    read_annotations(v, spot, &a);
    for (struct each e = each_first(v, &a.map); e.spot.path.node; each_next(v, &e))
        check_annotation(v, &a, &e.spot);
    /* those of a Pod were compared when it was created, those of a StatefulSet from 1.34 on */
    enum { LOOKS_INTO_STATEFUL_SETS = 34 };
    const bool looks = v->minor >= LOOKS_INTO_STATEFUL_SETS || !v_kind_is(v, "StatefulSet");
    if (spot_count(&a.map) && looks && (spot->up || !v_is_update(v)))
        check_agreements(v, &a);
}

static void check_kept(struct validating *v, const struct spot *value, const char *verb)
{
    struct arena *arena = v->ctx->arena;
    const struct str key = value->path.name;
    if (str_starts(key, STR(APPARMOR_PREFIX)))
        say_forbidden(v, value,
                      str_to_c(arena, str_format(arena, "may not %s AppArmor annotations", verb)));
    if (str_is(key, MIRROR_KEY))
        say_forbidden(v, value,
                      str_to_c(arena, str_format(arena, "may not %s mirror pod annotation", verb)));
}

void rule_pod_annotations_update(struct validating *v, const struct spot *spot)
{
    struct annotations a;
    read_annotations(v, spot, &a);
    const struct spot before = spot_before(&a.map);
    for (struct each e = each_first(v, &before); e.spot.path.node; each_next(v, &e)) {
        const struct node *now = node_get(a.map.path.node, e.spot.path.name);
        /* what is gone has no place of its own */
        struct spot named = e.spot;
        named.path.up = &a.map.path;
        named.written = NULL;
        named.key = a.map.key;
        if (!now || !str_eq(node_text(now), spot_text(&e.spot)))
            check_kept(v, &named, "remove or update");
    }
    for (struct each e = each_first(v, &a.map); e.spot.path.node; each_next(v, &e))
        if (!node_get(before.path.node, e.spot.path.name))
            check_kept(v, &e.spot, "add");
}
