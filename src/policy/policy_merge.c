/* SPDX-License-Identifier: Apache-2.0 */
/* What structured-merge-diff says of a patch, and what it makes of it: typed/validate.go,
 * typed/merge.go and findAtomics of patch/smd.go. */
#include "policy/policy_merge.h"

#include "base/limits.h"
#include "doc/doc_patch.h"

enum {
    KEYS_MAX = 8,
    ERRORS_MAX = 64,
    PAIRS_MAX = 4 << 20, /* entries compared with entries, in one list */
    SHOWN_MAX = 4096,
};

struct merging {
    struct arena *arena;
    uint8_t origin;
    unsigned depth;
    struct {
        VEC(struct str);
    } errors;
};

static void fail(struct merging *m, struct str path, struct str text)
{
    if (m->errors.n < ERRORS_MAX)
        VEC_PUSH(m->arena, &m->errors,
                 path.n ? str_format(m->arena, "%.*s: %.*s", STR_FMT(path), STR_FMT(text)) : text);
}

static struct str below(struct merging *m, struct str path, struct str name)
{
    return str_format(m->arena, "%.*s.%.*s", STR_FMT(path), STR_FMT(name));
}

/* ---- values as Go prints them ---- */

/* A null of the language, which is no null of JSON. */
static bool is_strange(const struct node *node)
{
    const struct node *real = node_real(node);
    return real && real->kind == NODE_NULL && (real->flags & NODE_TAGGED);
}

/* %v of what JSON is decoded to, or with types %#v. */
static void add_go(struct buf *out, const struct node *node, bool typed)
{
    const enum node_kind kind = node_kind(node);
    if (is_strange(node)) {
        buf_add_c(out, typed ? "0" : "NULL_VALUE");
    } else if (kind == NODE_NULL) {
        buf_add_c(out, "<nil>");
    } else if (kind == NODE_STRING && typed) {
        jsonw_quote(out, node_text(node));
    } else if (kind == NODE_LIST && typed && !list_first(node).value) {
        buf_add_c(out, "[]interface {}(nil)");
    } else if (kind == NODE_LIST) {
        buf_add_c(out, typed ? "[]interface {}{" : "[");
        for (struct item it = list_first(node); it.value; it = list_next(it)) {
            buf_add_c(out, it.index ? (typed ? ", " : " ") : "");
            add_go(out, it.value, typed);
        }
        buf_add_c(out, typed ? "}" : "]");
    } else if (kind == NODE_MAP) {
        buf_add_c(out, typed ? "map[string]interface {}{" : "map[");
        for (struct entry e = map_first(node); e.key;) {
            add_go(out, e.key, typed);
            buf_add_char(out, ':');
            add_go(out, e.value, typed);
            e = map_next(e);
            buf_add_c(out, e.key ? (typed ? ", " : " ") : "");
        }
        buf_add_c(out, typed ? "}" : "]");
    } else {
        buf_add(out, node_text(node));
    }
}

static struct str go_text(struct merging *m, const char *before, const struct node *node,
                          bool typed)
{
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, SHOWN_MAX);
    buf_add_c(&out, before);
    add_go(&out, node, typed);
    buf_add_char(&out, '}');
    return str_dup(m->arena, buf_str(&out));
}

static const char *go_type(const struct node *node)
{
    if (is_strange(node))
        return "structpb.NullValue";
    switch (node_kind(node)) {
    case NODE_BOOL:
        return "bool";
    case NODE_LIST:
        return "[]interface {}";
    case NODE_MAP:
        return "map[string]interface {}";
    case NODE_NULL:
    case NODE_INT:
    case NODE_UINT:
    case NODE_FLOAT:
    case NODE_STRING:
    case NODE_ALIAS:
        break;
    }
    return "string";
}

static bool is_number(const struct node *node)
{
    const enum node_kind kind = node_kind(node);
    return kind == NODE_INT || kind == NODE_UINT || kind == NODE_FLOAT;
}

static void check_scalar(struct merging *m, enum shape_scalar scalar, const struct node *node,
                         struct str path)
{
    const enum node_kind kind = node_kind(node);
    const bool is_strange_one = is_strange(node);
    if (kind == NODE_NULL && !is_strange_one)
        return;
    if (scalar == SCALAR_NUMERIC && !is_number(node))
        fail(m, path,
             str_format(m->arena, "expected numeric (int or float), got %s", go_type(node)));
    else if (scalar == SCALAR_STRING && kind != NODE_STRING)
        fail(m, path,
             go_text(m, "expected string, got &value.valueUnstructured{Value:", node, true));
    else if (scalar == SCALAR_BOOLEAN && kind != NODE_BOOL)
        fail(m, path, go_text(m, "expected boolean, got &{", node, false));
    else if (scalar == SCALAR_UNTYPED && (kind == NODE_LIST || kind == NODE_MAP || is_strange_one))
        fail(m, path, go_text(m, "expected any scalar, got &{", node, false));
}

/* ---- entries of lists ---- */

/* What tells an entry from the others: values of the keys, or the value of a set. */
struct element {
    const struct node *node;
    const struct node *keys[KEYS_MAX];
};

struct elements {
    struct element *items;
    uint32_t n;
    struct str names[KEYS_MAX];
    size_t key_count; /* 0: a set */
};

static bool element_eq(const struct elements *in, const struct element *a, const struct element *b)
{
    if (in->key_count == 0)
        return node_equal(a->node, b->node);
    for (size_t i = 0; i < in->key_count; i++)
        if ((a->keys[i] == NULL) != (b->keys[i] == NULL) ||
            (a->keys[i] && !node_equal(a->keys[i], b->keys[i])))
            return false;
    return true;
}

static const char *read_element(struct merging *m, const struct shape *list,
                                const struct elements *in, struct element *element)
{
    const enum node_kind kind = node_kind(element->node);
    bool has_any = false;
    if (in->key_count == 0) {
        if (kind == NODE_MAP)
            return "associative list without keys has an element that's a map type";
        if (kind == NODE_LIST)
            return "not supported: associative list with lists as elements";
        return kind == NODE_NULL ? "associative list without keys has an element that's an "
                                   "explicit null"
                                 : NULL;
    }
    if (kind == NODE_NULL && !is_strange(element->node))
        return "associative list with keys may not have a null element";
    if (kind != NODE_MAP)
        return "associative list with keys may not have non-map elements";
    for (size_t i = 0; i < in->key_count; i++) {
        const struct entry entry = node_entry(element->node, in->names[i]);
        element->keys[i] =
            entry.key ? entry.value : shape_key_default(m->arena, list, in->names[i]);
        has_any |= element->keys[i] != NULL;
    }
    return has_any ? NULL : "associative list with keys has an element that omits all key fields";
}

static struct str quoted_names(struct merging *m, const struct elements *in)
{
    struct str text = STR("[");
    for (size_t i = 0; i < in->key_count; i++)
        text = str_format(m->arena, "%.*s%s\"%.*s\"", STR_FMT(text), i ? " " : "",
                          STR_FMT(in->names[i]));
    return str_format(m->arena, "%.*s]", STR_FMT(text));
}

static void element_error(struct merging *m, const struct elements *in, struct str path,
                          uint32_t index, const char *wrong)
{
    const bool omits = str_has(str_from(wrong), STR("omits"));
    const struct str names = omits ? quoted_names(m, in) : (struct str){0};
    fail(m, path,
         str_format(m->arena, "element %u: %s%s%.*s%s", index, wrong, omits ? " " : "",
                    STR_FMT(names),
                    omits ? " (and doesn't have default values for any key fields)" : ""));
}

/* [containerPort=80,protocol="TCP"], [="x"]; keys are sorted. */
static struct str element_text(struct merging *m, const struct elements *in,
                               const struct element *element)
{
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, SHOWN_MAX);
    buf_add_char(&out, '[');
    if (in->key_count == 0) {
        buf_add_char(&out, '=');
        doc_write_json(&out, element->node, 0);
    }
    struct str last = {0};
    for (size_t n = 0; n < in->key_count; n++) {
        size_t next = in->key_count;
        for (size_t i = 0; i < in->key_count; i++)
            if ((n == 0 || str_cmp(in->names[i], last) > 0) &&
                (next == in->key_count || str_cmp(in->names[i], in->names[next]) < 0))
                next = i;
        if (next == in->key_count)
            break;
        last = in->names[next];
        if (!element->keys[next])
            continue;
        buf_format(&out, "%s%.*s=", out.n > 1 ? "," : "", STR_FMT(last));
        doc_write_json(&out, element->keys[next], 0);
    }
    buf_add_char(&out, ']');
    return str_dup(m->arena, buf_str(&out));
}

/* False with errors. */
static bool read_elements(struct merging *m, const struct shape *shape, const struct node *list,
                          struct str path, struct elements *ret_elements)
{
    struct elements *in = ret_elements;
    const uint32_t n = node_kind(list) == NODE_LIST ? node_real(list)->n : 0;
    *in = (struct elements){.items = ARENA_ARRAY(m->arena, struct element, n + 1)};
    in->key_count = shape_keys(shape, in->names, KEYS_MAX);
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct element *element = &in->items[in->n];
        element->node = it.value;
        const char *wrong = read_element(m, shape, in, element);
        if (wrong) {
            element_error(m, in, path, it.index, wrong);
            return false;
        }
        in->n++;
    }
    return true;
}

static bool is_duplicate(const struct elements *in, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (element_eq(in, &in->items[i], &in->items[index]))
            return true;
    return false;
}

/* ---- checking the patch ---- */

static void check(struct merging *m, const struct shape *shape, const struct node *node,
                  struct str path);

static void check_map(struct merging *m, const struct shape *shape, const struct node *node,
                      struct str path)
{
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        struct shape child;
        bool is_declared;
        const struct str name = below(m, path, node_text(e.key));
        if (!shape_below(shape, node_text(e.key), &child, &is_declared)) {
            fail(m, name, STR("field not declared in schema"));
            return;
        }
        check(m, &child, e.value, name);
    }
}

static void check_list(struct merging *m, const struct shape *shape, bool is_atomic,
                       const struct node *node, struct str path)
{
    struct elements elements = {0};
    const struct shape item = shape_item(shape);
    if (!is_atomic && !read_elements(m, shape, node, path, &elements))
        return;
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        struct str name = str_format(m->arena, "[%u]", it.index);
        if (!is_atomic)
            name = element_text(m, &elements, &elements.items[it.index]);
        if (!is_atomic && is_duplicate(&elements, it.index))
            fail(m, path, str_format(m->arena, "duplicate entries for key %.*s", STR_FMT(name)));
        check(m, &item, it.value, str_format(m->arena, "%.*s%.*s", STR_FMT(path), STR_FMT(name)));
    }
}

static void check(struct merging *m, const struct shape *shape, const struct node *node,
                  struct str path)
{
    const struct shape_atoms atoms = shape_atoms(shape);
    const enum node_kind kind = node_kind(node);
    const bool scalar = kind != NODE_LIST && kind != NODE_MAP && kind != NODE_NULL;
    if ((kind == NODE_NULL && !is_strange(node)) || m->depth == LIMIT_DEPTH)
        return;
    m->depth++;
    if (kind == NODE_MAP && atoms.is_map)
        check_map(m, shape, node, path);
    else if (kind == NODE_LIST && atoms.is_list)
        check_list(m, shape, atoms.atomic_list, node, path);
    else if (scalar && atoms.scalar != SCALAR_NONE)
        check_scalar(m, atoms.scalar, node, path);
    else if (atoms.is_map)
        fail(m, path, go_text(m, "expected map, got &{", node, false));
    else if (atoms.scalar != SCALAR_NONE)
        check_scalar(m, atoms.scalar, node, path);
    else
        fail(m, path, go_text(m, "expected list, got &{", node, false));
    m->depth--;
}

/* As the server looks for them: not below the entries of maps. */
static void find_atomics(struct merging *m, const struct shape *shape, const struct node *node,
                         struct str path)
{
    const struct shape_atoms atoms = shape_atoms(shape);
    const enum node_kind kind = node_kind(node);
    if (m->depth == LIMIT_DEPTH)
        return;
    m->depth++;
    if ((kind == NODE_MAP && atoms.atomic_map) || (kind == NODE_LIST && atoms.atomic_list))
        fail(m, (struct str){0}, path);
    for (struct entry e = map_first(node); e.key && atoms.is_map; e = map_next(e)) {
        struct shape child;
        bool is_declared;
        if (shape_below(shape, node_text(e.key), &child, &is_declared) && is_declared)
            find_atomics(m, &child, e.value, below(m, path, node_text(e.key)));
    }
    const struct shape item = shape_item(shape);
    for (struct item it = list_first(node); it.value && atoms.is_list; it = list_next(it))
        find_atomics(m, &item, it.value, str_format(m->arena, "%.*s[%u]", STR_FMT(path), it.index));
    m->depth--;
}

/* ---- merging ---- */

/* What is to be at a place: NULL when it goes. */
static struct node *merge(struct merging *m, const struct shape *shape, struct node *live,
                          const struct node *patch, struct span place);

static struct node *made(struct merging *m, const struct node *patch, struct span place)
{
    struct node *copy = node_copy(m->arena, patch);
    node_set_made(copy, place, m->origin);
    return copy;
}

static struct node *copy_link(struct merging *m, const struct node *node)
{
    struct node *copy = arena_dup(m->arena, node, sizeof *copy);
    copy->next = NULL;
    return copy;
}

static void merge_map(struct merging *m, const struct shape *shape, struct node *live,
                      const struct node *patch, struct span place)
{
    for (struct entry e = map_first(patch); e.key; e = map_next(e)) {
        struct shape child = {0};
        bool is_declared;
        const struct str name = node_text(e.key);
        if (shape->is_root && (str_is(name, "apiVersion") || str_is(name, "kind")))
            continue;
        (void)shape_below(shape, name, &child, &is_declared);
        struct node **link = &live->first;
        while (*link && !str_eq(node_text(*link), name))
            link = &(*link)->next->next;
        if (*link) {
            struct node *key = *link;
            struct node *value = merge(m, &child, key->next, e.value, node_span(key));
            if (!value) {
                (void)node_remove(live, name);
                node_set_cut(live, m->origin);
            } else if (value != key->next) {
                value->next = key->next->next;
                key->next = value;
            }
        } else if (!node_is_null(e.value)) {
            *link = made(m, e.key, place);
            (*link)->next = made(m, e.value, place);
            live->n++;
        }
    }
}

struct list_merge {
    struct merging *m;
    const struct shape *item;
    struct elements left, right;
    uint32_t *left_of; /* of a right entry: the left one, or left.n */
    uint32_t *right_of;
    bool *is_merged; /* right entries */
    struct node *out;
    struct node **link;
    struct span place;
};

static void put_item(struct list_merge *l, struct node *node)
{
    *l->link = node;
    l->link = &node->next;
    *l->link = NULL;
    l->out->n++;
}

/* Entries that are there twice are not merged with what is new. */
static void put_right(struct list_merge *l, uint32_t right)
{
    const uint32_t left = l->left_of[right];
    const struct node *patch = l->right.items[right].node;
    bool is_single = left < l->left.n;
    for (uint32_t i = left + 1; i < l->left.n && is_single; i++)
        is_single = l->right_of[i] != right;
    l->is_merged[right] = true;
    if (!is_single) {
        put_item(l, made(l->m, patch, l->place));
        return;
    }
    struct node *live = copy_link(l->m, l->left.items[left].node);
    struct node *value = merge(l->m, l->item, live, patch, node_span(live));
    put_item(l, value ? value : live);
}

static bool match_all(struct list_merge *l)
{
    struct arena *arena = l->m->arena;
    if ((size_t)l->left.n * l->right.n > PAIRS_MAX)
        return false;
    l->left_of = ARENA_ARRAY(arena, uint32_t, l->right.n + 1);
    l->right_of = ARENA_ARRAY(arena, uint32_t, l->left.n + 1);
    l->is_merged = ARENA_ARRAY(arena, bool, l->right.n + 1);
    for (uint32_t i = 0; i < l->right.n; i++)
        l->left_of[i] = l->left.n;
    for (uint32_t i = 0; i < l->left.n; i++) {
        l->right_of[i] = l->right.n;
        for (uint32_t k = 0; k < l->right.n; k++) {
            if (!element_eq(&l->left, &l->left.items[i], &l->right.items[k]))
                continue;
            l->right_of[i] = k;
            if (l->left_of[k] == l->left.n)
                l->left_of[k] = i;
        }
    }
    return true;
}

/* The next entry of the patch that the object has too; right.n when there is none. */
static uint32_t next_shared(const struct list_merge *l, uint32_t from)
{
    while (from < l->right.n && l->left_of[from] == l->left.n)
        from++;
    return from;
}

/* visitListItems: the order of the patch, with what only the object has where it was. */
static void zip(struct list_merge *l)
{
    uint32_t shared = next_shared(l, 0);
    for (uint32_t left = 0, right = 0; left < l->left.n || right < l->right.n;) {
        if (left < l->left.n && right < l->right.n) {
            if (l->right_of[left] == right) {
                put_right(l, right++);
                left++;
                shared = shared < l->right.n ? next_shared(l, shared + 1) : shared;
                continue;
            }
            if (l->right_of[left] < l->right.n && shared < l->right.n &&
                l->right_of[left] != shared) {
                left++;
                continue;
            }
        }
        if (left < l->left.n) {
            const uint32_t match = l->right_of[left];
            if (match == l->right.n) {
                put_item(l, copy_link(l->m, l->left.items[left++].node));
                continue;
            }
            left += l->is_merged[match];
        }
        if (right < l->right.n) {
            if (shared == right)
                shared = next_shared(l, shared + 1);
            put_right(l, right++);
        }
    }
}

static struct node *merge_list(struct merging *m, const struct shape *shape, struct node *live,
                               const struct node *patch, struct span place)
{
    const struct shape item = shape_item(shape);
    struct list_merge l = {.m = m, .item = &item, .place = place};
    if (!read_elements(m, shape, live, (struct str){0}, &l.left) ||
        !read_elements(m, shape, patch, (struct str){0}, &l.right))
        return live;
    if (!match_all(&l)) {
        fail(m, (struct str){0}, STR("a list has more entries than are merged here"));
        return live;
    }
    l.out = copy_link(m, live);
    l.out->n = 0;
    l.out->first = NULL;
    l.link = &l.out->first;
    zip(&l);
    return l.out;
}

static bool is_empty(const struct node *container)
{
    return node_real(container)->n == 0;
}

static struct node *merge(struct merging *m, const struct shape *shape, struct node *live,
                          const struct node *patch, struct span place)
{
    const struct shape_atoms atoms = shape_atoms(shape);
    const enum node_kind kind = node_kind(patch);
    const bool is_container = live->kind == NODE_LIST || live->kind == NODE_MAP;
    if (m->depth == LIMIT_DEPTH)
        return live;
    if (kind == NODE_NULL)
        return is_container && live->n ? live : NULL;
    m->depth++;
    struct node *result = live;
    if (kind == NODE_MAP && live->kind == NODE_MAP && !atoms.atomic_map &&
        !(is_empty(live) && is_empty(patch)))
        merge_map(m, shape, live, patch, place);
    else if (kind == NODE_LIST && live->kind == NODE_LIST && !atoms.atomic_list &&
             !(is_empty(live) && is_empty(patch)))
        result = merge_list(m, shape, live, patch, place);
    else if (!node_equal(live, patch))
        result = made(m, patch, is_container ? place : node_span(live));
    m->depth--;
    return result;
}

/* ---- all ---- */

static struct str join(struct merging *m, const char *first, const char *between)
{
    struct str text = {0};
    if (m->errors.n == 1)
        return m->errors.items[0];
    for (size_t i = 0; i < m->errors.n; i++)
        text = str_format(m->arena, "%.*s%s%.*s", STR_FMT(text), i ? between : first,
                          STR_FMT(m->errors.items[i]));
    return text;
}

const struct node *policy_merge(const struct merge_input *input, struct str *ret_error)
{
    struct merging m = {.arena = input->arena, .origin = input->origin};
    const struct str start = {0};
    check(&m, &input->shape, input->patch, start);
    if (m.errors.n) {
        const struct str all = join(&m, "errors:\n  ", "\n  ");
        *ret_error = str_format(m.arena, "failed to convert patch object to typed object: %.*s",
                                STR_FMT(all));
        return NULL;
    }
    find_atomics(&m, &input->shape, input->patch, start);
    if (m.errors.n) {
        const struct str all = join(&m, "", ", ");
        *ret_error = str_format(m.arena,
                                "invalid ApplyConfiguration: may not mutate atomic arrays, maps or "
                                "structs: %.*s",
                                STR_FMT(all));
        return NULL;
    }
    struct node *live = node_copy(m.arena, input->live);
    const struct node *kind = node_entry(live, STR("kind")).key;
    merge_map(&m, &input->shape, live, input->patch, node_span(kind ? kind : live));
    if (!m.errors.n)
        return live;
    const struct str all = join(&m, "errors:\n  ", "\n  ");
    *ret_error = str_format(m.arena, "failed to merge patch: %.*s", STR_FMT(all));
    return NULL;
}
