/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that are not known: variables that nothing gives a value. What decoding can't pass over is
 * taken away here, by its place: nothing that is said of such a value can be relied on, and neither
 * what the server says of the map or list that it stands in, as that the labels of a template lack
 * what the selector wants. What is missing, and fields that there are none of, is as wrong with any
 * value.
 */
#include "base/limits.h"
#include "judge/judge_internal.h"

/* Places of one source. */
struct shaky {
    struct spans {
        VEC(struct span);
    } values, holders;
    const struct manifest *manifest;
};

struct forgetting {
    struct arena arena;
    struct map by_path; /* of sources with such values, in every set: struct shaky_list * */
};

struct shaky_list {
    VEC(struct shaky *);
};

static int span_cmp(const void *a, const void *b)
{
    const struct span *left = a;
    const struct span *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return (left->end > right->end) - (left->end < right->end);
}

static void sort(struct spans *spans)
{
    if (spans->n)
        qsort(spans->items, spans->n, sizeof *spans->items, span_cmp);
}

static void collect(struct arena *arena, struct shaky *shaky, const struct node *node,
                    const struct node *holder, unsigned depth)
{
    if (node->flags & NODE_UNKNOWN) {
        VEC_PUSH(arena, &shaky->values, node_span(node));
        if (holder)
            VEC_PUSH(arena, &shaky->holders, node_span(holder));
    }
    for (struct entry e = map_first(node); e.key && depth < LIMIT_DEPTH; e = map_next(e)) {
        collect(arena, shaky, e.key, node, depth + 1);
        collect(arena, shaky, e.value, node, depth + 1);
    }
    for (struct item it = list_first(node); it.value && depth < LIMIT_DEPTH; it = list_next(it))
        collect(arena, shaky, it.value, node, depth + 1);
}

static void add_manifest(struct forgetting *forgetting, const struct manifest *manifest)
{
    struct arena *arena = &forgetting->arena;
    struct shaky *shaky = NULL;
    for (size_t i = 0; manifest->state == MANIFEST_READ && i < manifest->docs.n; i++) {
        const struct doc *doc = &manifest->docs.items[i];
        if (!doc->root || (!doc->unknowns && !doc->filled))
            continue;
        shaky = shaky ? shaky : ARENA_NEW(arena, struct shaky);
        shaky->manifest = manifest;
        collect(arena, shaky, doc->root, NULL, 0);
    }
    if (!shaky)
        return;
    sort(&shaky->values);
    sort(&shaky->holders);
    void **slot = map_slot(&forgetting->by_path, manifest->path);
    if (!*slot)
        *slot = ARENA_NEW(arena, struct shaky_list);
    struct shaky_list *list = *slot;
    VEC_PUSH(arena, list, shaky);
}

static const struct shaky *find(const struct forgetting *forgetting, const struct source *source)
{
    const struct shaky_list *list = source ? map_get(&forgetting->by_path, source->path) : NULL;
    for (size_t i = 0; list && i < list->n; i++)
        if (list->items[i]->manifest->source == source)
            return list->items[i];
    return NULL;
}

static bool is_one(const struct spans *spans, struct span span)
{
    return spans->n && bsearch(&span, spans->items, spans->n, sizeof *spans->items, span_cmp);
}

/* Values lie side by side, so only the last one that starts in time can hold the place. */
static bool is_inside(const struct spans *spans, struct span span)
{
    size_t low = 0, high = spans->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (spans->items[middle].start <= span.start)
            low = middle + 1;
        else
            high = middle;
    }
    return low && span.end <= spans->items[low - 1].end;
}

/* What the files themselves are refused for is not about a value. */
static bool is_of_value(const struct diag *diag)
{
    static const char *const others[] = {"api/required", "api/unknown-field", "api/missing-name"};
    const struct str id = str_from(diag->rule->id);
    return str_starts(id, STR("api/")) && !str_is_one_of(id, others, ARRAY_LEN(others));
}

static bool is_shaky(const struct forgetting *forgetting, const struct diag *diag)
{
    const struct shaky *shaky = find(forgetting, diag->source);
    if (diag->rule == rule_get(RULE_RENDER_SUBSTITUTION))
        return false;
    if (shaky && is_inside(&shaky->values, diag->span))
        return true;
    if (shaky && is_one(&shaky->holders, diag->span) &&
        (is_of_value(diag) || str_has(diag->message, STR("${"))))
        return true;
    for (size_t i = 0; i < diag->related.n; i++) {
        const struct diag_related *related = &diag->related.items[i];
        shaky = find(forgetting, related->source);
        if (shaky && is_inside(&shaky->values, related->span))
            return true;
    }
    return false;
}

void judge_forget_unknown(const struct judge_input *input, struct diags *diags)
{
    struct forgetting forgetting = {0};
    forgetting.by_path.arena = &forgetting.arena;
    for (size_t i = 0; i < input->selection->manifests.n; i++)
        add_manifest(&forgetting, input->selection->manifests.items[i]);
    size_t n = 0;
    for (size_t i = 0; forgetting.by_path.n && i < diags->n; i++) {
        struct diag *diag = &diags->items[i];
        if (is_shaky(&forgetting, diag))
            continue;
        if (find(&forgetting, diag->source))
            diag->fix = NULL; /* it is of the values, and the text has variables */
        diags->items[n++] = *diag;
    }
    if (forgetting.by_path.n)
        diags->n = n;
    arena_release(&forgetting.arena);
}
