/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a graph: stages, circles, the sequence. */
#include "apply/order_internal.h"

#include "apply/order_sort.h"

/* ---- the graph ---- */

static struct str name_key(struct arena *arena, struct str group, struct str kind,
                           struct str namespace, struct str name)
{
    return str_format(arena, "%zu %zu %zu %.*s/%.*s/%.*s/%.*s", group.n, kind.n, namespace.n,
                      STR_FMT(group), STR_FMT(kind), STR_FMT(namespace), STR_FMT(name));
}

uint32_t ordering_find(const struct ordering *ordering, struct str group, struct str kind,
                       struct str namespace, struct str name)
{
    struct arena arena SCOPED(arena) = {0};
    return (uint32_t)(uintptr_t)map_get(&ordering->by_name,
                                        name_key(&arena, group, kind, namespace, name));
}

void ordering_note(struct ordering *ordering, struct str note)
{
    if (ordering->order->notes.n < ORDER_NOTES_MAX)
        VEC_PUSH(ordering->arena, &ordering->order->notes, note);
}

void ordering_add(struct ordering *ordering, uint32_t from, uint32_t on_plus_1,
                  enum order_need needs, enum order_why why)
{
    if (!on_plus_1)
        return;
    if (on_plus_1 - 1 == from && why != ORDER_DECLARED)
        return;
    if (ordering->edges.n >= ORDER_EDGES_MAX && why != ORDER_DECLARED) {
        if (!ordering->is_full)
            ordering_note(ordering, STR("there are too many rules to keep: some are left out"));
        ordering->is_full = true;
        return;
    }
    VEC_PUSH(ordering->arena, &ordering->edges, ((struct edge){from, on_plus_1 - 1, needs, why}));
}

const char *order_why_name(enum order_why why)
{
    static const char *const names[] = {
        [ORDER_NAMESPACE] = "its namespace",
        [ORDER_DEFINITION] = "the CRD of its kind",
        [ORDER_ACCOUNT] = "its service account",
        [ORDER_ROLE] = "its role",
        [ORDER_CLASS] = "its class",
        [ORDER_CONFIG] = "its configuration",
        [ORDER_CLAIM] = "its volume",
        [ORDER_POLICY] = "its policy",
        [ORDER_SERVED] = "what serves it",
        [ORDER_DECLARED] = "what it depends on",
    };
    return names[why];
}

static struct str title(const struct ordering *ordering, uint32_t i)
{
    return object_title(ordering->arena, ordering->objects[i].object);
}

/* ---- stages ---- */

/* Phase and wave in one number that sorts as they do. */
static int64_t rank_of(const struct order_item *item)
{
    return ((int64_t)item->phase << 33) + item->wave;
}

static bool is_needed(enum order_why why)
{
    return why <= ORDER_CLAIM && why != ORDER_ROLE;
}

/* What is needed by something of an earlier stage moves there, and takes along what it needs. */
static void pull(struct ordering *ordering)
{
    struct order_item *items = ordering->order->items;
    const struct adjacent by_from = adjacent_by(ordering, false, false);
    uint32_t *todo = sorted_by_rank(ordering);
    uint32_t *stack = ARENA_ARRAY(ordering->arena, uint32_t, ordering->n + 1);
    bool *seen = ARENA_ARRAY(ordering->arena, bool, ordering->n + 1);
    for (size_t t = 0; t < ordering->n; t++) {
        size_t depth = 0;
        if (!seen[todo[t]] && items[todo[t]].phase != AUTHOR_NEVER)
            stack[depth++] = todo[t];
        seen[todo[t]] = true;
        while (depth) {
            const uint32_t i = stack[--depth];
            for (uint32_t k = by_from.offsets[i]; k < by_from.offsets[i + 1]; k++) {
                const struct edge *edge = &ordering->edges.items[by_from.items[k]];
                const uint32_t on = edge->on;
                if (seen[on] || !is_needed(edge->why) || items[on].phase == AUTHOR_NEVER ||
                    rank_of(&items[on]) <= rank_of(&items[i]) || ordering->authors[on].depends.n)
                    continue;
                items[on].phase = items[i].phase;
                items[on].wave = items[i].wave;
                seen[on] = true;
                stack[depth++] = on;
            }
        }
    }
}

/* Takes out what can't hold: with objects that are not written, and against the stages. */
static int drop_against_stages(struct ordering *ordering, struct str *ret_error)
{
    const struct order_item *items = ordering->order->items;
    size_t n = 0;
    for (size_t e = 0; e < ordering->edges.n; e++) {
        const struct edge edge = ordering->edges.items[e];
        if (items[edge.from].phase == AUTHOR_NEVER || items[edge.on].phase == AUTHOR_NEVER)
            continue;
        if (rank_of(&items[edge.on]) <= rank_of(&items[edge.from])) {
            ordering->edges.items[n++] = edge;
            continue;
        }
        const struct str from = title(ordering, edge.from), on = title(ordering, edge.on);
        if (edge.why == ORDER_DECLARED) {
            *ret_error = str_format(ordering->arena,
                                    "%.*s depends on %.*s, which is of a later phase or wave",
                                    STR_FMT(from), STR_FMT(on));
            return -1;
        }
        ordering_note(ordering,
                      str_format(ordering->arena,
                                 "%.*s does not wait for %.*s, which is of a later phase or wave",
                                 STR_FMT(from), STR_FMT(on)));
    }
    ordering->edges.n = n;
    return 0;
}

static void number_stages(struct ordering *ordering)
{
    struct order *order = ordering->order;
    const uint32_t *sorted = sorted_by_rank(ordering);
    int64_t last = 0;
    for (size_t t = 0; t < ordering->n; t++) {
        struct order_item *item = &order->items[sorted[t]];
        if (item->phase == AUTHOR_NEVER)
            continue;
        if (!order->stages || rank_of(item) != last)
            order->stages++;
        last = rank_of(item);
        item->stage = order->stages - 1;
    }
}

/* ---- circles ---- */

/* Names one circle of declared edges: from what is left over, always on to what is waited for. */
static struct str name_circle(struct ordering *ordering, const uint32_t *places)
{
    const struct adjacent by_from = adjacent_by(ordering, true, false);
    bool *seen = ARENA_ARRAY(ordering->arena, bool, ordering->n + 1);
    uint32_t at = 0;
    while (places[at] != UINT32_MAX || ordering->order->items[at].phase == AUTHOR_NEVER)
        at++;
    struct str text = {0};
    for (unsigned round = 0; round < 2; round++) { /* into the circle, and around it */
        size_t shown = 0;
        const uint32_t start = at;
        text = title(ordering, at);
        for (bool is_first = true; round ? is_first || at != start : !seen[at]; is_first = false) {
            seen[at] = true;
            uint32_t k = by_from.offsets[at];
            while (places[ordering->edges.items[by_from.items[k]].on] != UINT32_MAX)
                k++;
            at = ordering->edges.items[by_from.items[k]].on;
            if (round && shown++ < 10)
                text = str_format(ordering->arena, "%.*s -> %.*s", STR_FMT(text),
                                  STR_FMT(title(ordering, at)));
        }
    }
    return str_format(ordering->arena, "objects depend on each other in a circle: %.*s",
                      STR_FMT(text));
}

/* Of rules among what can't be sorted, drops those against the order of what is declared. */
static void drop_circles(struct ordering *ordering, const uint32_t *declared,
                         const uint32_t *places)
{
    size_t n = 0;
    for (size_t e = 0; e < ordering->edges.n; e++) {
        const struct edge edge = ordering->edges.items[e];
        const bool is_stuck = places[edge.from] == UINT32_MAX && places[edge.on] == UINT32_MAX;
        if (!is_stuck || edge.why == ORDER_DECLARED || declared[edge.on] < declared[edge.from]) {
            ordering->edges.items[n++] = edge;
            continue;
        }
        const struct str from = title(ordering, edge.from), on = title(ordering, edge.on);
        ordering_note(ordering, str_format(ordering->arena,
                                           "%.*s does not wait for %.*s (%s): that would be a "
                                           "circle",
                                           STR_FMT(from), STR_FMT(on), order_why_name(edge.why)));
    }
    ordering->edges.n = n;
}

static int find_sequence(struct ordering *ordering, struct str *ret_error)
{
    struct order *order = ordering->order;
    const struct sorted declared = sort_topological(ordering, true);
    if (declared.n < declared.wanted) {
        *ret_error = name_circle(ordering, declared.places);
        return -1;
    }
    struct sorted all = sort_topological(ordering, false);
    if (all.n < all.wanted) {
        drop_circles(ordering, declared.places, all.places);
        all = sort_topological(ordering, false);
    }
    order->sequence = all.items;
    order->sequence_n = all.n;
    for (size_t i = 0; i < ordering->n; i++)
        order->items[i].place = all.places[i];
    return 0;
}

/* ---- the whole ---- */

static void begin(struct ordering *ordering, struct arena *arena, const struct plan_object *objects,
                  size_t n, struct order *ret_order)
{
    *ret_order = (struct order){.items = ARENA_ARRAY(arena, struct order_item, n + 1), .n = n};
    *ordering = (struct ordering){.arena = arena,
                                  .objects = objects,
                                  .n = n,
                                  .order = ret_order,
                                  .authors = ARENA_ARRAY(arena, struct author, n + 1),
                                  .by_name = {.arena = arena}};
    for (size_t i = 0; i < n; i++) {
        const struct object *object = objects[i].object;
        const struct str key = name_key(arena, object->gvk.group, object->gvk.kind,
                                        objects[i].namespace, object->name);
        author_of(arena, object, &ordering->authors[i]);
        if (object->name.n && !map_has(&ordering->by_name, key))
            map_put(&ordering->by_name, key, (void *)(uintptr_t)(i + 1));
    }
}

int order_of(struct arena *arena, const struct plan_object *objects, size_t n,
             struct order *ret_order, struct str *ret_error)
{
    struct ordering ordering;
    begin(&ordering, arena, objects, n, ret_order);
    for (size_t i = 0; i < n; i++) {
        const struct author *author = &ordering.authors[i];
        const bool is_claim = object_is(objects[i].object, "", "PersistentVolumeClaim");
        ret_order->items[i] =
            (struct order_item){.phase = author->phase,
                                .wave = author->wave,
                                .is_hook = author->is_hook,
                                .on_first = author->on_first,
                                .on_later = author->on_later,
                                .deletes = author->deletes,
                                .barrier = is_claim ? ORDER_WRITTEN : ORDER_READY};
    }
    ordering_draw(&ordering);
    pull(&ordering);
    if (drop_against_stages(&ordering, ret_error) < 0)
        return -1;
    number_stages(&ordering);
    if (find_sequence(&ordering, ret_error) < 0)
        return -1;
    ordering_give_edges(&ordering);
    return 0;
}

/* Which of the four stages of deletions. */
static int32_t deletion_wave(const struct object *object)
{
    const struct str group = object->gvk.group;
    if (object_is(object, "", "Namespace"))
        return 3;
    if (object_is_crd(object))
        return 2;
    const bool is_custom = str_find_char(group, '.') >= 0 && !str_ends(group, STR(".k8s.io"));
    return is_custom || str_is(group, "admissionregistration.k8s.io") ? 0 : 1;
}

void order_deletions(struct arena *arena, const struct plan_object *objects, size_t n,
                     struct order *ret_order)
{
    struct ordering ordering;
    begin(&ordering, arena, objects, n, ret_order);
    for (size_t i = 0; i < n; i++)
        ret_order->items[i] = (struct order_item){
            .phase = AUTHOR_MAIN, .wave = deletion_wave(objects[i].object), .barrier = ORDER_GONE};
    ordering_draw(&ordering);
    size_t kept = 0;
    for (size_t e = 0; e < ordering.edges.n; e++) {
        const struct edge edge = ordering.edges.items[e];
        if (edge.from != edge.on &&
            rank_of(&ret_order->items[edge.from]) <= rank_of(&ret_order->items[edge.on]))
            ordering.edges.items[kept++] = (struct edge){edge.on, edge.from, ORDER_GONE, edge.why};
    }
    ordering.edges.n = kept;
    number_stages(&ordering);
    struct str error;
    if (find_sequence(&ordering, &error) < 0) {
        /* A circle that was declared does not keep anything from going. */
        ordering.edges.n = 0;
        if (find_sequence(&ordering, &error) < 0)
            BUG("objects without edges in a circle");
    }
    ordering_give_edges(&ordering);
}
