/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over a set that all checks share, and how they report. */
#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "check/check_internal.h"
#include "snapshot/snapshot.h"

static const char label_prefix[] = "pod-security.kubernetes.io/";

/* ---- learning ---- */

static struct str key_of(struct arena *arena, const struct check_reference *reference)
{
    return str_format(arena, "%u %.*s/%.*s", (unsigned)reference->target,
                      STR_FMT(reference->namespace), STR_FMT(reference->name));
}

static struct str key_of_any(struct arena *arena, const struct check_reference *reference)
{
    return str_format(arena, "%u %.*s", (unsigned)reference->target, STR_FMT(reference->namespace));
}

static struct str key_of_target(struct arena *arena, const struct check_reference *reference)
{
    return str_format(arena, "%u", (unsigned)reference->target);
}

bool check_is_unnamed(const struct object *object)
{
    const struct node *metadata = node_get(object->root, STR("metadata"));
    const struct node *name = node_get(metadata, STR("name"));
    const struct node *namespace = node_get(metadata, STR("namespace"));
    return object->unknowns && ((name && object_is_opaque(object, name)) ||
                                (namespace && object_is_opaque(object, namespace)));
}

static void put(struct check_context *context, struct map *map, struct str key,
                const struct object *object)
{
    void **slot = map_slot(map, key);
    if (!*slot)
        *slot = ARENA_NEW(context->arena, struct declarers);
    struct declarers *declarers = *slot;
    VEC_PUSH(context->arena, declarers, object);
}

static bool has_policy(const struct object *object)
{
    const struct node *labels = node_get(node_get(object->root, STR("metadata")), STR("labels"));
    for (struct entry e = map_first(labels); e.key; e = map_next(e))
        if (str_starts(node_text(e.key), str_from(label_prefix)))
            return true;
    return false;
}

static void learn(struct check_context *context, const struct object_set *set,
                  const struct object *object)
{
    struct check_reference declared;
    const struct str namespace = check_namespace(object, set->default_namespace);
    if (check_declares(object, set->default_namespace, &declared)) {
        if (check_is_unnamed(object))
            put(context, &context->unnamed, key_of_target(context->arena, &declared), object);
        put(context, &context->declared, key_of(context->arena, &declared), object);
        /* Volumes name classes that need not exist, which says nothing about those that do. */
        if (!object_is(object, "", "PersistentVolume"))
            put(context, &context->any, key_of_any(context->arena, &declared), object);
        context->has_policies |= declared.target == TARGET_NAMESPACE && has_policy(object);
    }
    if (object_is(object, "", "LimitRange"))
        put(context, &context->limits, namespace, object);
    if (object_is(object, "", "ResourceQuota"))
        put(context, &context->quotas, namespace, object);
}

static void learn_set(struct check_context *context, const struct object_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        learn(context, set, &set->items[i]);
}

static bool is_ours(const struct check_input *input, const struct object *object)
{
    bool found = object_set_find(input->objects, object->identity) != NULL;
    for (size_t i = 0; i < input->depend_count && !found; i++)
        found = object_set_find(input->depends[i], object->identity) != NULL;
    return found;
}

/* What the sets bring is as they bring it, whatever the cluster has under that name. What another
 * set brings is there too, by the time that it counts. */
static void learn_cluster(struct check_context *context)
{
    const struct check_input *input = context->input;
    const struct object_set *cluster = input->cluster;
    for (size_t i = 0; i < cluster->n; i++)
        if (!is_ours(input, &cluster->items[i]))
            learn(context, cluster, &cluster->items[i]);
}

void check_context_init(struct check_context *context, const struct check_input *input,
                        struct arena *arena)
{
    *context = (struct check_context){
        .input = input,
        .arena = arena,
        .declared = {.arena = arena},
        .any = {.arena = arena},
        .unnamed = {.arena = arena},
        .limits = {.arena = arena},
        .quotas = {.arena = arena},
    };
    const struct object_set *set = input->objects;
    learn_set(context, set);
    for (size_t i = 0; i < input->depend_count; i++)
        learn_set(context, input->depends[i]);
    if (input->cluster)
        learn_cluster(context);
    for (size_t i = 0; i < set->n; i++) {
        struct in_pod in = {.namespace = check_namespace(&set->items[i], set->default_namespace)};
        if (pod_of(&set->items[i], &in.pod))
            VEC_PUSH(arena, &context->pods, in);
    }
}

const struct declarers *check_find(const struct check_context *context,
                                   const struct check_reference *reference)
{
    struct arena scratch SCOPED(arena) = {0};
    return map_get(&context->declared, key_of(&scratch, reference));
}

/* Whether a file is in the folder of another one, or below it. */
static bool is_beside(struct str path, struct str other)
{
    const struct str folder = path_dir(other);
    return !folder.n || (str_starts(path, folder) && path.n > folder.n && path.p[folder.n] == '/');
}

bool check_is_known(const struct check_context *context, enum check_target target)
{
    const struct snapshot *snapshot = context->input->snapshot;
    return snapshot && snapshot_knows_all(snapshot, str_from(check_target_group(target)),
                                          str_from(check_target_kind(target)));
}

bool check_speaks(const struct check_context *context, const struct check_reference *reference,
                  const struct object *object)
{
    struct arena scratch SCOPED(arena) = {0};
    const struct declarers *any = map_get(&context->any, key_of_any(&scratch, reference));
    if (map_has(&context->unnamed, key_of_target(&scratch, reference)))
        return false;
    if (check_is_known(context, reference->target))
        return true;
    if (!any || context->input->declared)
        return any != NULL;
    for (size_t i = 0; i < any->n; i++)
        if (is_beside(object->source->path, any->items[i]->source->path))
            return true;
    return false;
}

/* ---- reporting ---- */

struct report {
    struct diags *diags;
    const struct rule *rule;
    const struct node *place;
    struct str message;
    struct diag *diag;
    bool found;
};

/* Goes down to the node, with the way there on the stack. Trees are at most LIMIT_DEPTH deep. */
static void report_at(struct report *report, const struct path *path, const struct node *written)
{
    const struct node *node = path->node;
    if (node == report->place) {
        struct diag *diag = diag_add_rule(report->diags, report->rule, node_span(written),
                                          (struct str){0}, report->message);
        if (diag) {
            diag->field = path_format(&report->diags->arena, path);
            diag->identity = path_identity(&report->diags->arena, path);
        }
        report->diag = diag;
        report->found = true;
        return;
    }
    for (struct entry e = map_first(node); e.key && !report->found; e = map_next(e)) {
        const struct path below = {.up = path, .name = node_text(e.key), .node = e.value};
        report_at(report, &below, e.written);
    }
    for (struct item it = list_first(node); it.value && !report->found; it = list_next(it)) {
        const struct path below = {.up = path, .index = it.index, .node = it.value};
        report_at(report, &below, it.written);
    }
}

struct diag *check_report_rule(struct diags *diags, const struct rule *rule,
                               const struct object *object, const struct node *place,
                               struct str message)
{
    diags->at.source = object->source;
    diags->at.object = object_diag(object);
    struct report report = {
        .diags = diags,
        .rule = rule,
        .place = node_real(place ? place : object->root),
        .message = message,
    };
    const struct path root = {.node = object->root};
    report_at(&report, &root, object->root);
    return report.diag;
}

struct diag *check_report(struct diags *diags, enum rule_id rule, const struct object *object,
                          const struct node *place, const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    const struct str message = str_print(text, sizeof text, fmt, args);
    va_end(args);
    return check_report_rule(diags, rule_get(rule), object, place, message);
}

void check_make_error(struct diag *diag)
{
    if (diag && diag->severity == diag->rule->severity)
        diag->severity = SEVERITY_ERROR;
}
