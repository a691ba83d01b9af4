/* SPDX-License-Identifier: Apache-2.0 */
/* One object through the stages, once for each Kubernetes version. */
#include "admit/admit_apply.h"
#include "judge/judge_entry.h"
#include "judge/judge_internal.h"

#include "base/limits.h"

enum { VARIANTS_MAX = 64 }; /* of one identity, to be compared each with each */

/* order: missing_schema */
static const enum severity missing_severity[] = {SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_OFF};

static void report_missing_schema(const struct judge_input *input, const struct object *object,
                                  struct diags *diags)
{
    enum severity severity = missing_severity[input->config->missing_schema];
    if (severity == SEVERITY_OFF)
        return;
    struct lookup kind = path_find(object->root, STR("kind"));
    struct arena arena SCOPED(arena) = {0};
    struct str quoted = diag_quote(&arena, object->api_version);
    struct str quoted_kind = diag_quote(&arena, object->gvk.kind);
    struct diag *diag = diag_add(diags, RULE_SCHEMA_MISSING, node_span(kind.value), STR(""),
                                 "no schema for %.*s %.*s: only its metadata can be checked",
                                 STR_FMT(quoted), STR_FMT(quoted_kind));
    diag_hint(
        diags, diag,
        "keep its CRD in the repository, name it with --crd or `crds:` in tidegate.yaml, or set "
        "`missing-schema: skip`");
    if (diag && diag->severity == diag->rule->severity) /* not set by name */
        diag->severity = input->config->strict ? SEVERITY_ERROR : severity;
}

/* Whether one of a side's objects with this identity is the very same. */
static bool has_equal(const struct object_set *objects, const struct object *object)
{
    const struct object_index *index = object_set_find(objects, object->identity);
    for (size_t i = 0; index && i < index->n; i++)
        if (node_equal(objects->items[index->items[i]].root, object->root))
            return true;
    return false;
}

/*
 * What the object was at the base, NULL when it is new or unchanged. Repositories keep variants of
 * one identity side by side: one that is still there has not become this one, and of those that
 * are gone the one in the same file is meant. Where that leaves a choice nobody can tell.
 */
static const struct object *find_old(const struct judge_set *set, const struct object *object)
{
    const struct object_set *olds = set->old ? &set->old->objects : NULL;
    const struct object_index *index =
        olds && object->identity.n ? object_set_find(olds, object->identity) : NULL;
    if (!index || index->n > VARIANTS_MAX || has_equal(olds, object))
        return NULL;
    const struct object *only = NULL;
    size_t gone = 0;
    for (size_t i = 0; i < index->n; i++) {
        const struct object *old = &olds->items[index->items[i]];
        if (has_equal(set->objects, old))
            continue;
        if (str_eq(old->source->path, object->source->path))
            return old;
        only = old;
        gone++;
    }
    return gone == 1 ? only : NULL;
}

static bool judge_at(const struct judge_input *input, const struct judge_set *set, size_t version,
                     const struct object *object, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const struct schema_view *view = &set->views[version];
    struct admit_ctx ctx = {.view = view, .arena = &arena, .diags = diags, .profile = set->profile};
    const size_t first = diags->n;
    const bool applies =
        input->config->oracle == ORACLE_BOTH || input->config->oracle == ORACLE_APPLY;
    struct admitted admitted;
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    const struct object *old = find_old(set, object);
    struct admitted admitted_old;
    struct judged judged = {.sent = &admitted};
    if (old) {
        judge_read_old(&ctx, old, &admitted_old);
        judged.sent_old = &admitted_old;
    }
    judge_mutate(&ctx, set, version, &judged);
    admit_validate(&ctx, judged.now, judged.was);
    judge_policies(&ctx, set, version, &judged);
    if (old && applies)
        admit_apply(&ctx, &admitted, &admitted_old, first);
    if (applies)
        admit_apply_nulls(&ctx, &admitted, judged.sent_old, first);
    if (applies)
        judge_join_entries(diags, first);
    return admitted.no_schema;
}

bool judge_object(const struct judge_input *input, const struct judge_set *set,
                  const struct object *object, struct diags *diags)
{
    bool no_schema = true;
    const size_t before = diags->n;
    const struct span start = {object->root->start, object->root->start};
    struct diag_at at = {
        .source = object->source, .set = set->selection->name, .object = object_diag(object)};
    for (size_t i = 0; i < set->view_count; i++) {
        struct diags one SCOPED(diags) = {.settings = diags->settings};
        struct diags *list = i == 0 ? diags : &one;
        list->at = at;
        list->at.versions = set->bits[i];
        const bool is_plain = judge_at(input, set, i, object, list);
        if (!judge_served(input, &set->views[i], object, list) && is_plain)
            report_missing_schema(input, object, list);
        no_schema &= is_plain;
        if (i == 0)
            judge_neighbours(input, object, list);
        if (i == 0 && input->config->oracle == ORACLE_KUBECTL)
            judge_last_applied(object, list);
        diags_limit_each_rule(list, list == diags ? before : 0, LIMIT_FINDINGS_PER_RULE, start);
        if (list != diags)
            diags_fold(diags, list);
    }
    return no_schema;
}
