/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs together, and what is said about it. */
#include <stdarg.h>

#include "base/file.h"
#include "base/glob.h"
#include "base/limits.h"
#include "check/check_join.h"

enum { FOUND_MAX = 64 }; /* objects of one name: beyond, one is as good as another */

bool join_is_on(const struct join *join, enum pack_id id)
{
    const struct pack_choice none = {0};
    const struct check_input *input = join->context->input;
    return pack_is_on(input->packs ? input->packs : &none, &pack_rules[id]);
}

/* ---- ways ---- */

const struct node *node_way(const struct node *node, const char *path)
{
    struct str rest = str_from(path);
    struct str part;
    while (node && str_split(&rest, '.', &part))
        node = node_get(node, part);
    return node;
}

const struct node *join_get(const struct object *object, const char *path)
{
    return node_way(object->root, path);
}

const struct node *labels_of(const struct object *object)
{
    return join_get(object, "metadata.labels");
}

/* ---- what is near ---- */

static bool is_in(struct str folder, struct str above)
{
    return !above.n || str_eq(folder, above) ||
           (str_starts(folder, above) && folder.p[above.n] == '/');
}

bool join_is_near(const struct join *join, const struct object *a, const struct object *b)
{
    const struct str one = path_dir(a->source->path);
    const struct str other = path_dir(b->source->path);
    /* What lies at the top is not near to all that is somewhere below. */
    return join->context->input->declared || str_eq(one, other) ||
           (one.n && other.n && (is_in(one, other) || is_in(other, one)));
}

bool join_is_together(const struct join *join, const struct object *a, const struct object *b)
{
    return join->context->input->declared || str_eq(a->source->path, b->source->path);
}

struct join_found join_collect(const struct join *join, const struct join_object *from,
                               struct join_walk *walk)
{
    struct join_found near = {0};
    struct join_found far = {0};
    uint32_t index;
    while (near.n + far.n < FOUND_MAX && join_walk_next(walk, &index)) {
        const struct join_object *in = &join->objects.items[index];
        if (join_is_near(join, from->object, in->object))
            VEC_PUSH(join->arena, &near, in);
        else
            VEC_PUSH(join->arena, &far, in);
    }
    return near.n ? near : far;
}

/* ---- selecting ---- */

static size_t length_of(const struct join_walk *walk)
{
    return (walk->lists[0] ? walk->lists[0]->n : 0) + (walk->lists[1] ? walk->lists[1]->n : 0);
}

/* Those that have the rarest of the labels; all of the namespace when none is named. */
struct join_walk join_candidates(const struct join *join, const struct map *map,
                                 struct str namespace, const struct selector *selector)
{
    struct selector_pair pair = selector_first(selector);
    struct join_walk best = join_walk_start(join, map, namespace, pair.key, pair.value);
    for (; pair.key.n; pair = selector_next(selector, pair)) {
        const struct join_walk walk = join_walk_start(join, map, namespace, pair.key, pair.value);
        if (length_of(&walk) < length_of(&best))
            best = walk;
    }
    return best;
}

/* What is decided by some of the Pods alone would pass the others without a word. */
static void tell_cut(const struct join *join, const struct object *object)
{
    const struct str message =
        str_format(join->arena,
                   "it selects more than %d workloads, and rules that relate them look at no more",
                   LIMIT_SELECTED_PODS);
    struct diag *diag =
        check_report_rule(join->diags, rule_get(RULE_LIMIT_COUNT), object, NULL, message);
    diag_hint(join->diags, diag, "select fewer, or make the set smaller");
}

struct join_picked join_pick(const struct join *join, const struct join_object *from,
                             struct str namespace, const struct selector *selector)
{
    struct join_picked near = {0};
    struct join_picked far = {0};
    struct join_walk walk = join_candidates(join, &join->labels, namespace, selector);
    uint32_t index;
    while (join_walk_next(&walk, &index)) {
        const struct join_pod *pod = &join->pods.items[index];
        if (!selector_fits(selector, pod->labels))
            continue;
        struct join_picked *picked =
            join_is_near(join, from->object, pod->in->object) ? &near : &far;
        picked->is_cut |= picked->n == LIMIT_SELECTED_PODS;
        if (picked->n < LIMIT_SELECTED_PODS)
            VEC_PUSH(join->arena, picked, pod);
        if (near.is_cut)
            break;
    }
    if (near.is_cut)
        tell_cut(join, from->object);
    return near.n ? near : far;
}

/* A custom object that has the labels itself, or whose name is one of the values: what it makes has
 * such labels, as a rule. */
static bool is_made_elsewhere(const struct join *join, struct str namespace,
                              const struct selector *selector)
{
    const struct str nothing = {0};
    uint32_t index;
    if (!join->makers.n)
        return false;
    for (struct selector_pair pair = selector_first(selector); pair.key.n;
         pair = selector_next(selector, pair)) {
        struct join_walk walk = join_walk_start(join, &join->makers, nothing, nothing, pair.value);
        if (pair.value.n && !selector_is_common(pair.key) && join_walk_next(&walk, &index))
            return true;
    }
    struct join_walk walk = join_candidates(join, &join->makers, namespace, selector);
    while (selector_first(selector).key.n && join_walk_next(&walk, &index))
        if (selector_fits(selector, labels_of(join->objects.items[index].object)))
            return true;
    return false;
}

bool join_picks(const struct join *join, struct str namespace, const struct selector *selector)
{
    struct join_walk walk = join_candidates(join, &join->labels, namespace, selector);
    uint32_t index;
    while (join_walk_next(&walk, &index))
        if (selector_fits(selector, join->pods.items[index].labels))
            return true;
    return is_made_elsewhere(join, namespace, selector);
}

/* ---- what should be there ---- */

static bool has_near(const struct join *join, const struct join_object *object, struct str name)
{
    const struct str nothing = {0};
    struct join_walk walk =
        join_walk_start(join, &join->workloads, object->namespace, nothing, name);
    uint32_t index;
    while (name.n && join_walk_next(&walk, &index))
        if (join_is_near(join, object->object, join->pods.items[index].in->object))
            return true;
    const struct join_found services =
        join_find(join, object, "", "Service", object->namespace, name);
    return name.n && services.n && services.items[0]->object != object->object &&
           join_is_near(join, object->object, services.items[0]->object);
}

bool join_expects(const struct join *join, const struct join_object *object, unsigned flags,
                  struct str name)
{
    if (join->is_blurred)
        return false;
    const unsigned *has = map_get(&join->files, object->object->source->path);
    return join->context->input->declared || (has && (*has & flags)) ||
           has_near(join, object, object->object->name) || has_near(join, object, name);
}

bool join_expects_pods(const struct join *join, const struct join_object *object,
                       const struct selector *selector)
{
    if (join->is_blurred)
        return false;
    if (join_expects(join, object, FILE_HAS_PODS, (struct str){0}))
        return true;
    for (struct selector_pair pair = selector_first(selector); pair.key.n;
         pair = selector_next(selector, pair))
        if (!selector_is_common(pair.key) && has_near(join, object, pair.value))
            return true;
    return false;
}

bool join_is_external(const struct join *join, const char *kind, struct str namespace,
                      struct str name)
{
    return check_is_named_external(join->context->input->externals, str_from(kind), namespace,
                                   name);
}

/* ---- saying ---- */

struct diag *join_report(const struct join *join, enum pack_id id, const struct object *object,
                         const struct node *place, const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    if (!join_is_on(join, id))
        return NULL;
    va_start(args, fmt);
    const struct str message = str_print(text, sizeof text, fmt, args);
    va_end(args);
    return check_report_rule(join->diags, &pack_rules[id].rule, object, place, message);
}

void join_relate(const struct join *join, struct diag *diag, const struct object *object,
                 const char *what)
{
    const struct lookup name = path_find(object->root, STR("metadata.name"));
    diag_relate(join->diags, diag, object->source, node_span(name.value), "%s", what);
}

struct str join_quote(const struct join *join, struct str text)
{
    return diag_quote(join->arena, text);
}

struct str join_title(const struct join *join, const struct object *object)
{
    const struct str kind = diag_quote(join->arena, object->gvk.kind);
    const struct str name =
        diag_quote(join->arena, object->name.n ? object->name : object->generate_name);
    return str_format(join->arena, "%.*s%s%.*s", STR_FMT(kind), name.n ? " " : "", STR_FMT(name));
}

struct str join_show_selector(const struct join *join, const struct selector *selector)
{
    struct str shown = {0};
    for (struct entry e = map_first(selector->labels); e.key; e = map_next(e))
        shown = str_format(join->arena, "%.*s%s%.*s=%.*s", STR_FMT(shown), shown.n ? "," : "",
                           STR_FMT(node_text(e.key)), STR_FMT(node_text(e.value)));
    for (struct item it = list_first(selector->expressions); it.value; it = list_next(it))
        shown = str_format(join->arena, "%.*s%s%.*s %.*s", STR_FMT(shown), shown.n ? "," : "",
                           STR_FMT(node_get_text(it.value, STR("key"))),
                           STR_FMT(node_get_text(it.value, STR("operator"))));
    return diag_quote(join->arena, shown);
}

/* ---- autoscalers ---- */

struct join_found join_autoscalers(const struct join *join, const struct join_object *workload)
{
    struct join_walk walk = join_walk_start(join, &join->targets, workload->namespace,
                                            workload->object->gvk.kind, workload->object->name);
    const struct join_found found = join_collect(join, workload, &walk);
    return found.n && join_is_near(join, workload->object, found.items[0]->object)
               ? found
               : (struct join_found){0};
}

bool join_count(const struct join *join, const struct join_pod *pod, int64_t *ret_n)
{
    const struct join_found scalers = join_autoscalers(join, pod->in);
    for (size_t i = 0; i < scalers.n; i++) {
        const struct object *scaler = scalers.items[i]->object;
        if (!object_is(scaler, "autoscaling", "HorizontalPodAutoscaler"))
            continue;
        *ret_n = 1;
        (void)node_i64(join_get(scaler, "spec.minReplicas"), ret_n);
        return true;
    }
    const struct node *replicas = join_get(pod->in->object, "spec.replicas");
    return !pod->is_custom && node_i64(replicas, ret_n);
}
