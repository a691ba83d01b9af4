/* SPDX-License-Identifier: Apache-2.0 */
/* What a patch makes of a tree (RFC 6902, paths as in RFC 6901). */
#include "base/limits.h"
#include "base/number.h"
#include "edit/edit_internal.h"

struct patcher {
    struct arena *arena;
    struct str *reason;
    bool defaulted;
};

/* The steps of a path, one after the other. */
struct pointer {
    struct str rest; /* starts with a slash, or is empty: no step is left */
};

static bool apply(struct patcher *p, struct node *root, const struct edit_op *op);

struct node *edit_tree(struct arena *arena, const struct node *root, const struct edit_patch *patch,
                       struct str *ret_reason)
{
    struct patcher p = {.arena = arena, .reason = ret_reason, .defaulted = patch->defaulted};
    struct node *copy = node_copy(arena, root);
    for (size_t i = 0; i < patch->n; i++)
        if (!apply(&p, copy, &patch->items[i]))
            return NULL;
    return copy;
}

static bool refuse(struct patcher *p, const char *why, struct str path)
{
    *p->reason = str_format(p->arena, "%.*s %s", STR_FMT(diag_quote(p->arena, path)), why);
    return false;
}

/* ---- paths ---- */

/* ~1 is a slash and ~0 a tilde, in this order. */
static struct str unescape(struct arena *arena, struct str text)
{
    if (str_find_char(text, '~') < 0)
        return text;
    char *out = arena_alloc_text(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        const bool escaped =
            text.p[i] == '~' && i + 1 < text.n && (text.p[i + 1] == '0' || text.p[i + 1] == '1');
        out[n++] = !escaped ? text.p[i] : text.p[i + 1] == '1' ? '/' : '~';
        i += escaped;
    }
    return (struct str){out, n};
}

static struct str next_step(struct arena *arena, struct pointer *pointer)
{
    const struct str rest = str_from_offset(pointer->rest, 1);
    const ptrdiff_t slash = str_find_char(rest, '/');
    const size_t end = slash < 0 ? rest.n : (size_t)slash;
    pointer->rest = str_from_offset(rest, end);
    return unescape(arena, str_sub(rest, 0, end));
}

/* An index as RFC 6901 has them: no sign, no leading zero. */
static bool read_index(struct str step, uint64_t *ret_index)
{
    if (step.n > 1 && step.p[0] == '0')
        return false;
    return step.n > 0 && step.p[0] != '+' && step.p[0] != '-' &&
           number_parse_u64(step, ret_index) == 0;
}

/* ---- links of a tree that may be changed ---- */

/* The link to a map's key, NULL when it is not there. */
static struct node **key_link(struct node *map, struct str key)
{
    for (struct node **link = &map->first; *link; link = &(*link)->next->next)
        if (str_eq((struct str){(*link)->text, (*link)->n}, key))
            return link;
    return NULL;
}

/* The link to an item, or behind the last one. */
static struct node **item_link(struct node *list, uint64_t index)
{
    struct node **link = &list->first;
    while (index-- > 0)
        link = &(*link)->next;
    return link;
}

/* The link to the value of a step, NULL when it is not there. */
static struct node **child_link(struct node *parent, struct str step)
{
    uint64_t index;
    if (parent->kind == NODE_MAP) {
        struct node **key = key_link(parent, step);
        return key ? &(*key)->next : NULL;
    }
    if (parent->kind != NODE_LIST || !read_index(step, &index) || index >= parent->n)
        return NULL;
    return item_link(parent, index);
}

static void put_at(struct node **link, struct node *value)
{
    value->next = (*link)->next;
    *link = value;
}

/* ---- operations ---- */

/* What is missing on the way: a list when the next step adds to its end, else a map. */
static struct node *make_parent(struct patcher *p, struct node *parent, struct str step,
                                const struct pointer *pointer)
{
    struct node **link = child_link(parent, step);
    const bool is_list = str_is(pointer->rest, "/-");
    struct node *made = node_new(p->arena, is_list ? NODE_LIST : NODE_MAP);
    if (link)
        put_at(link, made);
    else
        node_put(p->arena, parent, step, made);
    return made;
}

/* The map or list that the last step of the path is in; NULL when it is not there (told). */
static struct node *find_parent(struct patcher *p, struct node *root, const struct edit_op *op,
                                struct str *ret_step)
{
    const bool makes = p->defaulted && (op->kind == EDIT_ADD || op->kind == EDIT_REPLACE);
    struct pointer pointer = {op->path};
    struct node *at = root;
    for (unsigned depth = 0; depth < LIMIT_DEPTH; depth++) {
        const struct str step = next_step(p->arena, &pointer);
        if (!pointer.rest.n) {
            *ret_step = step;
            return at;
        }
        struct node **link = child_link(at, step);
        const bool is_missing = !link || (*link)->kind == NODE_NULL;
        if (is_missing && makes && at->kind == NODE_MAP)
            at = make_parent(p, at, step, &pointer);
        else
            at = link ? *link : NULL;
        if (!at || at->kind < NODE_LIST)
            break;
    }
    refuse(p, "has no map or list on the way to it", op->path);
    return NULL;
}

static bool add_item(struct patcher *p, struct node *list, struct str step,
                     const struct edit_op *op)
{
    uint64_t index = list->n;
    if (!str_is(step, "-") && (!read_index(step, &index) || index > list->n))
        return refuse(p, "is no place in the list", op->path);
    struct node **link = item_link(list, index);
    struct node *value = node_copy(p->arena, op->value);
    value->next = *link;
    *link = value;
    list->n++;
    return true;
}

static bool add(struct patcher *p, struct node *parent, struct str step, const struct edit_op *op)
{
    if (parent->kind == NODE_LIST)
        return add_item(p, parent, step, op);
    struct node **link = child_link(parent, step);
    if (link)
        put_at(link, node_copy(p->arena, op->value));
    else
        node_put(p->arena, parent, step, node_copy(p->arena, op->value));
    return true;
}

static void remove_child(struct node *parent, struct str step)
{
    if (parent->kind == NODE_MAP) {
        node_remove(parent, step);
        return;
    }
    struct node **link = child_link(parent, step);
    *link = (*link)->next;
    parent->n--;
}

static bool apply(struct patcher *p, struct node *root, const struct edit_op *op)
{
    struct str step;
    if (!op->value && op->kind != EDIT_REMOVE)
        return refuse(p, "has no value in the patch", op->path);
    if (!str_starts(op->path, STR("/")))
        return refuse(p, "is no path inside of the object", op->path);
    struct node *parent = find_parent(p, root, op, &step);
    if (!parent)
        return false;
    struct node **link = child_link(parent, step);
    const bool fills = !link && p->defaulted && parent->kind == NODE_MAP;
    if (op->kind == EDIT_ADD || (op->kind == EDIT_REPLACE && fills))
        return add(p, parent, step, op);
    if (!link)
        return refuse(p, "is not in the file", op->path);
    if (op->kind == EDIT_TEST)
        return node_equal(*link, op->value) || refuse(p, "has another value", op->path);
    if (op->kind == EDIT_REMOVE)
        remove_child(parent, step);
    else
        put_at(link, node_copy(p->arena, op->value));
    return true;
}
