/* SPDX-License-Identifier: Apache-2.0 */
/* What a snapshot of the cluster says of the objects of a set: kinds that are not served, fields
 * that others own, webhooks that nobody can ask here. */
#include "check/check_join.h"
#include "judge/judge_internal.h"

const struct object_set *judge_cluster(const struct judge_input *input, struct arena *arena,
                                       const struct schema_view *view)
{
    struct diags dropped SCOPED(diags) = {0};
    if (!input->snapshot)
        return NULL;
    struct object_set *cluster = ARENA_NEW(arena, struct object_set);
    *cluster = (struct object_set){.arena = arena, .name = input->snapshot->name};
    for (size_t i = 0; i < input->snapshot->docs.n; i++)
        object_set_add_doc(cluster, view, &input->snapshot->docs.items[i], &dropped);
    object_set_index(cluster);
    return cluster;
}

/* ---- kinds ---- */

/* What a CRD of the repository brings need not be there yet; what the schemas have no idea of, or
 * not at this version, has been told unless it may be a custom resource. */
static bool is_expected(const struct snapshot *snapshot, const struct schema_view *view,
                        const struct object *object)
{
    struct kind_info info;
    const enum kind_state state =
        schema_peek_kind(view, object->gvk.group, object->gvk.version, object->gvk.kind, &info);
    if (state == KIND_UNKNOWN)
        return !schema_group_is_builtin(object->gvk.group);
    return state == KIND_SERVED && (!info.custom || info.source == snapshot->source);
}

/* That its group, which CRDs here bring, has no such kind. */
static bool is_told(const struct diags *diags)
{
    for (size_t i = 0; i < diags->n; i++)
        if (diags->items[i].rule == rule_get(RULE_API_UNKNOWN_KIND))
            return true;
    return false;
}

bool judge_served(const struct judge_input *input, const struct schema_view *view,
                  const struct object *object, struct diags *diags)
{
    const struct snapshot *snapshot = input->snapshot;
    if (!snapshot || !object->gvk.kind.n || !object->gvk.version.n ||
        snapshot_kind(snapshot, object->gvk.group, object->gvk.version, object->gvk.kind) ||
        snapshot_is_unknown(snapshot, object->gvk.group, object->gvk.version) ||
        !is_expected(snapshot, view, object) || is_told(diags))
        return false;
    struct arena arena SCOPED(arena) = {0};
    const struct lookup kind = path_find(object->root, STR("kind"));
    struct str quoted = diag_quote(&arena, object->api_version);
    struct str quoted_kind = diag_quote(&arena, object->gvk.kind);
    struct diag *diag = diag_add(diags, RULE_CLUSTER_NOT_SERVED, node_span(kind.value), STR("kind"),
                                 "the cluster %.*s does not serve %.*s %.*s",
                                 STR_FMT(snapshot->name), STR_FMT(quoted), STR_FMT(quoted_kind));
    diag_hint(diags, diag,
              "correct apiVersion and kind, or bring its CRD in the same change; when it was "
              "installed since, export the snapshot anew");
    return true;
}

/* ---- managers ---- */

void judge_neighbours(const struct judge_input *input, const struct object *object,
                      struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    struct snapshot_answer answer;
    const struct str manager = input->config->snapshot.manager;
    const struct snapshot_question question = {.group = object->gvk.group,
                                               .kind = object->gvk.kind,
                                               .namespace = object_diag(object).namespace,
                                               .name = object->name,
                                               .root = object->root,
                                               .manager = manager.n ? manager : STR("tidegate")};
    if (!input->snapshot || !object->name.n)
        return;
    const struct snapshot_change *first = NULL;
    size_t more = 0;
    snapshot_compare(&arena, input->snapshot, &question, &answer);
    for (size_t i = 0; i < answer.changes.n; i++) {
        const struct snapshot_change *change = &answer.changes.items[i];
        if (!change->owners.n || !change->place)
            continue;
        more += first != NULL;
        first = first ? first : change;
    }
    if (!first)
        return;
    const struct str rest =
        more ? str_format(&arena, ", and %zu more field%s", more, more == 1 ? "" : "s")
             : (struct str){0};
    struct diag *diag =
        diag_add(diags, RULE_CLUSTER_CONTESTED, node_span(first->place), first->field,
                 "in the cluster %.*s has another value here%.*s: "
                 "server-side apply conflicts",
                 STR_FMT(first->owners), STR_FMT(rest));
    diag_hint(diags, diag,
              "leave the field out, or let its manager go; if that manager applies these "
              "manifests, name it: `snapshot: {manager: ...}` in tidegate.yaml");
}

/* ---- webhooks ---- */

struct seeing {
    const struct judge_input *input;
    const struct judge_set *set;
    const struct node *webhook;
};

static bool has_text(const struct node *list, struct str text)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_is(node_text(it.value), "*") || str_is(node_text(it.value), "*/*") ||
            str_eq(node_text(it.value), text))
            return true;
    return false;
}

static bool rule_takes(const struct node *webhook, const struct node *rule,
                       const struct snapshot_kind *kind)
{
    const struct node *operations = node_get(rule, STR("operations"));
    const struct str scope = node_get_text(rule, STR("scope"));
    const bool is_exact = str_is(node_get_text(webhook, STR("matchPolicy")), "Exact");
    return has_text(node_get(rule, STR("apiGroups")), kind->group) &&
           (!is_exact || has_text(node_get(rule, STR("apiVersions")), kind->version)) &&
           has_text(node_get(rule, STR("resources")), kind->plural) &&
           (has_text(operations, STR("CREATE")) || has_text(operations, STR("UPDATE"))) &&
           !(str_is(scope, "Cluster") && kind->namespaced) &&
           !(str_is(scope, "Namespaced") && !kind->namespaced);
}

static const struct node *labels_under(const struct node *root)
{
    return node_get(node_get(root, STR("metadata")), STR("labels"));
}

/* Of the Namespace that it is in, as the set has it, else the cluster; false when neither does. */
static bool find_labels(const struct seeing *seeing, const struct object *object,
                        const struct node **ret_labels)
{
    struct arena arena SCOPED(arena) = {0};
    const struct object_set *const sets[] = {seeing->set->objects, seeing->set->cluster};
    const struct str namespace =
        object_is(object, "", "Namespace") ? object->name : object_diag(object).namespace;
    const struct str identity = str_format(&arena, "/Namespace//%.*s", STR_FMT(namespace));
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        const struct object_index *index = sets[i] ? object_set_find(sets[i], identity) : NULL;
        if (!index)
            continue;
        *ret_labels = labels_under(sets[i]->items[index->items[0]].root);
        return true;
    }
    return false;
}

static bool is_left_out(const struct node *selector, const struct node *labels)
{
    const struct selector read = selector_of(selector);
    return node_kind(selector) == NODE_MAP && !selector_fits(&read, labels);
}

static bool sees(const struct seeing *seeing, const struct object *object)
{
    const struct node *rules = node_get(seeing->webhook, STR("rules"));
    const struct snapshot_kind *kind = snapshot_kind(seeing->input->snapshot, object->gvk.group,
                                                     object->gvk.version, object->gvk.kind);
    const struct node *labels = NULL;
    bool takes = false;
    for (struct item it = list_first(rules); kind && it.value && !takes; it = list_next(it))
        takes = rule_takes(seeing->webhook, it.value, kind);
    if (!takes ||
        is_left_out(node_get(seeing->webhook, STR("objectSelector")), labels_under(object->root)))
        return false;
    const bool has_namespace = kind->namespaced || object_is(object, "", "Namespace");
    return !has_namespace || !find_labels(seeing, object, &labels) ||
           !is_left_out(node_get(seeing->webhook, STR("namespaceSelector")), labels);
}

static void tell_webhook(const struct seeing *seeing, struct diags *diags)
{
    const struct object *first = NULL;
    const struct object_set *objects = seeing->set->objects;
    size_t more = 0;
    for (size_t i = 0; i < objects->n; i++)
        if (sees(seeing, &objects->items[i])) {
            more += first != NULL;
            first = first ? first : &objects->items[i];
        }
    if (!first)
        return;
    struct arena arena SCOPED(arena) = {0};
    const struct str name = diag_quote(&arena, node_get_text(seeing->webhook, STR("name")));
    const struct str rest = more ? str_format(&arena, " and %zu more", more) : (struct str){0};
    const struct lookup kind = path_find(first->root, STR("kind"));
    diags->at.source = first->source;
    diags->at.object = object_diag(first);
    struct diag *diag = diag_add(diags, RULE_CLUSTER_WEBHOOK, node_span(kind.value), STR("kind"),
                                 "the webhook %.*s of the cluster sees this object%.*s: what it "
                                 "says is not known here",
                                 STR_FMT(name), STR_FMT(rest));
    diag_hint(diags, diag, "`tidegate check --dry-run` asks it");
}

void judge_webhooks(const struct judge_input *input, const struct judge_set *set,
                    struct diags *diags)
{
    diags->at = (struct diag_at){.set = set->selection->name, .versions = judge_all_bits(set)};
    for (size_t i = 0; set->cluster && i < set->cluster->n; i++) {
        const struct node *webhooks = node_get(set->cluster->items[i].root, STR("webhooks"));
        for (struct item it = list_first(webhooks); it.value; it = list_next(it)) {
            const struct seeing seeing = {input, set, it.value};
            tell_webhook(&seeing, diags);
        }
    }
    diags->at = (struct diag_at){0};
}
