/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"
#include "render/origin_internal.h"

static bool is_in(struct span outer, struct span inner)
{
    return inner.start >= outer.start && inner.end <= outer.end;
}

/* One step from a node towards the span; NULL at the place. */
static const struct node *step_to(const struct node *node, struct span span,
                                  struct origin_path *path)
{
    struct origin_step *step = &path->steps[path->n];
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        const bool at_key = is_in(node_span(e.key), span);
        if (!at_key && !is_in(node_span(e.written), span))
            continue;
        *step = (struct origin_step){.key = node_text(e.key)};
        path->n++;
        path->is_key = at_key;
        path->value = e.value;
        return at_key ? NULL : e.value;
    }
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        if (!is_in(node_span(it.written), span))
            continue;
        *step = (struct origin_step){.item = it.value, .index = it.index};
        path->n++;
        path->value = it.value;
        return it.value;
    }
    return NULL;
}

bool origin_path_to(const struct node *root, struct span span, struct origin_path *ret_path)
{
    *ret_path = (struct origin_path){.value = root};
    if (!is_in(node_span(root), span))
        return false;
    while (root && ret_path->n < STEPS_MAX)
        root = step_to(root, span, ret_path);
    return true;
}

/* What tells items of lists of objects apart (merge keys of the API). */
static const char *const merge_keys[] = {"name",     "key",  "mountPath",  "containerPort",
                                         "port",     "ip",   "devicePath", "topologyKey",
                                         "resource", "path", "type"};

bool origin_is_same_item(const struct node *a, const struct node *b)
{
    if (node_is_scalar(a) || node_is_scalar(b))
        return node_is_scalar(a) && node_is_scalar(b) && str_eq(node_text(a), node_text(b));
    for (size_t i = 0; i < ARRAY_LEN(merge_keys); i++) {
        const struct node *left = node_get(a, str_from(merge_keys[i]));
        const struct node *right = node_get(b, str_from(merge_keys[i]));
        if (left && right)
            return str_eq(node_text(left), node_text(right));
    }
    return false;
}

/* Whether they have names that differ. */
static bool is_other_item(const struct node *a, const struct node *b)
{
    const struct node *left = node_get(a, str_from(merge_keys[0]));
    const struct node *right = node_get(b, str_from(merge_keys[0]));
    return left && right && !str_eq(node_text(left), node_text(right));
}

/* Items are found by what names them, and otherwise by their number. */
static const struct node *item_like(const struct node *list, const struct origin_step *step)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (origin_is_same_item(it.value, step->item))
            return it.value;
    const struct node *there = node_at(list, step->index);
    return there && node_kind(there) == node_kind(step->item) && !is_other_item(there, step->item)
               ? there
               : NULL;
}

struct origin_end origin_follow(const struct node *root, const struct origin_path *path)
{
    struct origin_end end = {.node = root};
    for (; end.steps < path->n; end.steps++) {
        const struct origin_step *step = &path->steps[end.steps];
        if (step->item) {
            const struct node *item = item_like(end.node, step);
            if (!item)
                return end;
            end.node = item;
            continue;
        }
        const struct entry entry = node_entry(end.node, step->key);
        if (!entry.key)
            return end;
        end.key = entry.key;
        end.node = entry.value;
    }
    end.is_equal =
        !node_is_scalar(path->value) ||
        (node_is_scalar(end.node) && str_eq(node_text(end.node), node_text(path->value)));
    return end;
}

/* "~1" is a slash, "~0" a tilde. */
static bool is_token(struct str token, struct str key)
{
    size_t at = 0;
    for (size_t i = 0; i < token.n; i++, at++) {
        char c = token.p[i];
        if (c == '~' && i + 1 < token.n)
            c = token.p[++i] == '1' ? '/' : '~';
        if (at >= key.n || key.p[at] != c)
            return false;
    }
    return at == key.n;
}

bool origin_is_pointer(const struct origin_path *path, struct str pointer)
{
    struct str token;
    size_t n = 0;
    if (!str_starts(pointer, STR("/")))
        return false;
    pointer = str_from_offset(pointer, 1);
    for (; str_split(&pointer, '/', &token); n++) {
        uint64_t index;
        if (n == path->n)
            return false;
        const struct origin_step *step = &path->steps[n];
        if (!step->item && !is_token(token, step->key))
            return false;
        if (step->item && !str_is(token, "-") &&
            (number_parse_u64(token, &index) < 0 || index != step->index))
            return false;
    }
    return n > 0;
}
