/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Patch on a copy of the tree. */
#include "doc/doc_patch.h"

#include "base/limits.h"
#include "base/number.h"

enum { PATCH_NODES = 1 << 20 }; /* that one patch may make: each copy can double the tree */

struct patcher {
    struct arena *arena;
    struct node *root;
    uint8_t origin;
    size_t nodes; /* made so far */
    struct str error;
    bool test_failed;
};

/* Where an operation looks: a map or list, and a key or index in it. */
struct target {
    struct node *in; /* NULL: there is no such place */
    struct str key;
    struct span place; /* of what is put into it */
    unsigned depth;
};

#define FAIL(p, ...) ((p)->error = str_format((p)->arena, __VA_ARGS__), false)

#define MISSING ": missing value"

/* ---- origins ---- */

void node_set_made(struct node *node, struct span place, uint8_t origin)
{
    node->style = NODE_MADE;
    node->flags = (uint16_t)((node->flags & NODE_TRUE) | (origin << NODE_ORIGIN));
    node->start = place.start;
    node->len = place.end - place.start;
    if (node->kind != NODE_LIST && node->kind != NODE_MAP)
        return;
    for (struct node *child = node->first; child; child = child->next)
        node_set_made(child, place, origin);
}

static uint8_t origin_of(const struct node *node)
{
    return (uint8_t)(node->flags >> NODE_ORIGIN);
}

void node_set_cut(struct node *node, uint8_t origin)
{
    if (!origin_of(node))
        node->flags = (uint16_t)(node->flags | NODE_CUT | (origin << NODE_ORIGIN));
}

/* What is copied keeps its place. */
static void set_origin(struct node *node, uint8_t origin)
{
    node->flags =
        (uint16_t)((node->flags & ((1 << NODE_ORIGIN) - 1) & ~NODE_CUT) | (origin << NODE_ORIGIN));
    if (node->kind != NODE_LIST && node->kind != NODE_MAP)
        return;
    for (struct node *child = node->first; child; child = child->next)
        set_origin(child, origin);
}

/* The origin of the innermost node on the way that has one. */
static bool find_origin(const struct node *from, const struct node *to, uint8_t *origin)
{
    const struct node *real = node_real(from);
    const uint8_t outer = *origin;
    if (origin_of(real) && !(real->flags & NODE_CUT))
        *origin = origin_of(real);
    if (real == to)
        return true;
    for (struct entry e = map_first(real); e.key; e = map_next(e))
        if (find_origin(e.value, to, origin))
            return true;
    for (struct item it = list_first(real); it.value; it = list_next(it))
        if (find_origin(it.value, to, origin))
            return true;
    *origin = outer;
    return false;
}

uint8_t node_origin_of_key(const struct node *root, struct str field, struct str message)
{
    const struct lookup map = path_find(root, field);
    for (struct entry e = map_first(map.value); e.key; e = map_next(e))
        if (origin_of(e.value) && str_has(message, node_text(e.key)))
            return origin_of(e.value);
    return 0;
}

uint8_t node_origin_at(const struct node *root, struct str field)
{
    const struct lookup found = path_find(root, field);
    const struct node *node = node_real(found.value ? found.value : found.parent);
    uint8_t origin = 0;
    if (!node || !find_origin(root, node, &origin))
        return 0;
    if (!origin && !found.value && (node->flags & NODE_CUT))
        origin = origin_of(node);
    return origin;
}

/* ---- places ---- */

/* ~1 is / and ~0 is ~, in one go from the left. */
static struct str decode_key(struct arena *arena, struct str part)
{
    if (str_find_char(part, '~') < 0)
        return part;
    char *out = arena_alloc(arena, part.n);
    size_t n = 0;
    for (size_t i = 0; i < part.n; i++) {
        const bool escapes =
            part.p[i] == '~' && i + 1 < part.n && (part.p[i + 1] == '0' || part.p[i + 1] == '1');
        out[n++] = escapes ? (part.p[++i] == '0' ? '~' : '/') : part.p[i];
    }
    return (struct str){out, n};
}

/* strconv.Atoi: NULL, or what it says. */
static const char *parse_index(struct str text, int64_t *ret_index)
{
    struct str digits = text;
    if (digits.n && (digits.p[0] == '+' || digits.p[0] == '-'))
        digits = str_from_offset(digits, 1);
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return "invalid syntax";
    if (!digits.n)
        return "invalid syntax";
    while (digits.n > 1 && digits.p[0] == '0')
        digits = str_from_offset(digits, 1);
    if (number_parse_i64(digits, ret_index))
        return "value out of range";
    if (text.p[0] == '-')
        *ret_index = -*ret_index;
    return NULL;
}

static bool read_index(struct patcher *p, struct str key, int64_t *ret_index)
{
    const char *wrong = parse_index(key, ret_index);
    if (!wrong)
        return true;
    SCOPED(buf) struct buf quoted = {0};
    buf_init(&quoted, LIMIT_MESSAGE_BYTES);
    jsonw_quote(&quoted, key);
    return FAIL(p, "strconv.Atoi: parsing %.*s: %s", STR_FMT(buf_str(&quoted)), wrong);
}

/* The index of one that is there, from the end when negative. */
static bool find_index(struct patcher *p, const struct node *list, struct str key,
                       int64_t *ret_index)
{
    if (!read_index(p, key, ret_index))
        return false;
    const int64_t n = list->n;
    if (*ret_index >= n || *ret_index < -n)
        return FAIL(p, "Unable to access invalid index: %" PRId64 ": invalid index referenced",
                    *ret_index);
    if (*ret_index < 0)
        *ret_index += n;
    return true;
}

/* The link that points at an item. */
static struct node **item_link(struct node *list, int64_t index)
{
    struct node **link = &list->first;
    for (int64_t i = 0; i < index; i++)
        link = &(*link)->next;
    return link;
}

/* The link that points at a value of a map; NULL when it has no such key. */
static struct node **value_link(struct node *map, struct str key)
{
    for (struct node *each = map->first; each; each = each->next->next)
        if (str_eq(node_text(each), key))
            return &each->next;
    return NULL;
}

static struct node **find_value(struct patcher *p, struct node *in, struct str key)
{
    int64_t index;
    if (in->kind == NODE_MAP)
        return value_link(in, key);
    return find_index(p, in, key, &index) ? item_link(in, index) : NULL;
}

/* Of a map its key, of an item itself. */
static struct span place_below(const struct node *in, struct node *const *link)
{
    if (in->kind == NODE_LIST)
        return node_span(*link);
    for (const struct node *key = in->first; key; key = key->next->next)
        if (key->next == *link)
            return node_span(key);
    return node_span(in);
}

static struct target find_target(struct patcher *p, struct str path)
{
    const struct node *kind = node_entry(p->root, STR("kind")).key;
    struct target target = {.in = p->root, .place = node_span(kind ? kind : p->root)};
    const ptrdiff_t slash = str_find_char(path, '/');
    if (slash < 0)
        return (struct target){0};
    struct str rest = str_from_offset(path, (size_t)slash + 1);
    for (ptrdiff_t end; (end = str_find_char(rest, '/')) >= 0; target.depth++) {
        const struct str key = decode_key(p->arena, str_sub(rest, 0, (size_t)end));
        struct node **link = find_value(p, target.in, key);
        p->error = (struct str){0};
        if (!link || ((*link)->kind != NODE_MAP && (*link)->kind != NODE_LIST))
            return (struct target){0};
        target.place = place_below(target.in, link);
        target.in = *link;
        rest = str_from_offset(rest, (size_t)end + 1);
    }
    target.key = decode_key(p->arena, rest);
    return target;
}

/* ---- values ---- */

static unsigned measure(const struct node *node, size_t *count)
{
    unsigned depth = 0;
    ++*count;
    if (node->kind == NODE_LIST || node->kind == NODE_MAP)
        for (const struct node *child = node->first; child; child = child->next)
            depth = MAX_OF(depth, measure(node_real(child), count));
    return depth + 1;
}

static bool has_room(struct patcher *p, const struct node *value, const struct target *target)
{
    const unsigned depth = measure(node_real(value), &p->nodes);
    if (p->nodes > PATCH_NODES || depth + target->depth > LIMIT_DEPTH)
        return FAIL(p, "the patch makes more than is read here");
    return true;
}

/* What is given, or null. */
static struct node *make_value(struct patcher *p, const struct node *value)
{
    return value ? node_copy(p->arena, value) : node_new(p->arena, NODE_NULL);
}

/* Takes the place of a value that stands there. */
static void put_at(struct patcher *p, struct node **link, struct node *value, bool is_made)
{
    if (is_made)
        node_set_made(value, node_span(*link), p->origin);
    value->next = (*link)->next;
    *link = value;
}

static void insert(struct patcher *p, const struct target *target, struct node **link,
                   struct node *value, bool is_made)
{
    if (is_made)
        node_set_made(value, target->place, p->origin);
    value->next = *link;
    *link = value;
    target->in->n++;
}

static bool add_item(struct patcher *p, const struct target *target, struct node *value,
                     bool is_made)
{
    int64_t index = 0;
    const int64_t n = target->in->n;
    if (str_is(target->key, "-")) {
        index = n;
    } else if (!read_index(p, target->key, &index)) {
        return FAIL(p, "value was not a proper array index: '%.*s': %.*s", STR_FMT(target->key),
                    STR_FMT(p->error));
    } else if (index > n || index < -n - 1) {
        return FAIL(p, "Unable to access invalid index: %" PRId64 ": invalid index referenced",
                    index);
    }
    if (index < 0)
        index += n + 1;
    insert(p, target, item_link(target->in, index), value, is_made);
    return true;
}

static bool add_value(struct patcher *p, const struct target *target, struct node *value,
                      bool is_made)
{
    if (!has_room(p, value, target))
        return false;
    if (target->in->kind == NODE_LIST)
        return add_item(p, target, value, is_made);
    struct node **link = value_link(target->in, target->key);
    if (link) {
        put_at(p, link, value, is_made);
        return true;
    }
    node_put(p->arena, target->in, target->key, value);
    struct node *key = target->in->first;
    while (key->next->next)
        key = key->next->next;
    node_set_made(key, target->place, p->origin);
    if (is_made)
        node_set_made(value, target->place, p->origin);
    return true;
}

static bool remove_value(struct patcher *p, const struct target *target)
{
    int64_t index;
    if (target->in->kind == NODE_MAP) {
        if (!node_remove(target->in, target->key))
            return FAIL(p, "Unable to remove nonexistent key: %.*s" MISSING, STR_FMT(target->key));
    } else {
        if (!find_index(p, target->in, target->key, &index))
            return false;
        struct node **link = item_link(target->in, index);
        *link = (*link)->next;
        target->in->n--;
    }
    node_set_cut(target->in, p->origin);
    return true;
}

/* ---- operations ---- */

static bool run_add(struct patcher *p, const struct patch_op *op)
{
    const struct target target = find_target(p, op->path);
    if (!target.in)
        return FAIL(p, "add operation does not apply: doc is missing path: \"%.*s\"" MISSING,
                    STR_FMT(op->path));
    if (!add_value(p, &target, make_value(p, op->value), true))
        return FAIL(p, "error in add for path: '%.*s': %.*s", STR_FMT(op->path), STR_FMT(p->error));
    return true;
}

static bool run_remove(struct patcher *p, const struct patch_op *op)
{
    const struct target target = find_target(p, op->path);
    if (!target.in)
        return FAIL(p, "remove operation does not apply: doc is missing path: \"%.*s\"" MISSING,
                    STR_FMT(op->path));
    if (!remove_value(p, &target))
        return FAIL(p, "error in remove for path: '%.*s': %.*s", STR_FMT(op->path),
                    STR_FMT(p->error));
    return true;
}

/* The words of Go for an error that is none. */
static bool replace_root(struct patcher *p, const struct patch_op *op)
{
    const struct target target = {0};
    struct node *value = make_value(p, op->value);
    if (value->kind != NODE_MAP && value->kind != NODE_LIST)
        return FAIL(p, "replace operation value must be object or array: %%!w(<nil>)");
    if (!has_room(p, value, &target))
        return false;
    node_set_made(value, node_span(p->root), p->origin);
    p->root = value;
    return true;
}

static bool run_replace(struct patcher *p, const struct patch_op *op)
{
    if (!op->path.n)
        return replace_root(p, op);
    const struct target target = find_target(p, op->path);
    if (!target.in)
        return FAIL(p, "replace operation does not apply: doc is missing path: %.*s" MISSING,
                    STR_FMT(op->path));
    struct node *value = make_value(p, op->value);
    if (target.in->kind == NODE_MAP)
        return add_value(p, &target, value, true);
    struct node **link = find_value(p, target.in, target.key);
    if (!link)
        return FAIL(p, "replace operation does not apply: doc is missing key: %.*s" MISSING,
                    STR_FMT(op->path));
    if (!has_room(p, value, &target))
        return false;
    put_at(p, link, value, true);
    return true;
}

/* A copy of what `from` names, null when a map has no such key. */
static struct node *take(struct patcher *p, const struct target *from)
{
    struct node **link = find_value(p, from->in, from->key);
    if (!link && p->error.n)
        return NULL;
    struct node *value = make_value(p, link ? *link : NULL);
    set_origin(value, p->origin);
    return value;
}

static bool run_move(struct patcher *p, const struct patch_op *op)
{
    if (!op->from.n)
        return FAIL(p, "move operation failed to decode from: operation, missing from "
                       "field" MISSING);
    const struct target from = find_target(p, op->from);
    if (!from.in)
        return FAIL(p, "move operation does not apply: doc is missing from path: %.*s" MISSING,
                    STR_FMT(op->from));
    struct node *value = take(p, &from);
    if (!value || !remove_value(p, &from))
        return FAIL(p, "error in move for path: '%.*s': %.*s", STR_FMT(from.key),
                    STR_FMT(p->error));
    const struct target target = find_target(p, op->path);
    if (!target.in)
        return FAIL(p,
                    "move operation does not apply: doc is missing destination path: "
                    "%.*s" MISSING,
                    STR_FMT(op->path));
    if (!add_value(p, &target, value, value->kind == NODE_NULL))
        return FAIL(p, "error in move for path: '%.*s': %.*s", STR_FMT(op->path),
                    STR_FMT(p->error));
    return true;
}

static bool run_copy(struct patcher *p, const struct patch_op *op)
{
    if (!op->from.n)
        return FAIL(p, "copy operation failed to decode from: operation, missing from "
                       "field" MISSING);
    const struct target from = find_target(p, op->from);
    if (!from.in)
        return FAIL(p, "copy operation does not apply: doc is missing from path: %.*s" MISSING,
                    STR_FMT(op->from));
    struct node *value = take(p, &from);
    if (!value)
        return FAIL(p, "error in copy for from: '%.*s': %.*s", STR_FMT(op->from),
                    STR_FMT(p->error));
    const struct target target = find_target(p, op->path);
    if (!target.in)
        return FAIL(p,
                    "copy operation does not apply: doc is missing destination path: "
                    "%.*s" MISSING,
                    STR_FMT(op->path));
    if (!add_value(p, &target, value, value->kind == NODE_NULL))
        return FAIL(p, "error while adding value during copy: %.*s", STR_FMT(p->error));
    return true;
}

/* The library takes a null for whatever is empty. */
static bool is_same(const struct node *there, const struct node *value)
{
    if (node_is_null(value))
        return (there->kind == NODE_MAP || there->kind == NODE_LIST) && !there->n;
    return node_equal(there, value);
}

static bool run_test(struct patcher *p, const struct patch_op *op)
{
    struct node *there = p->root;
    if (op->path.n) {
        const struct target target = find_target(p, op->path);
        if (!target.in)
            return FAIL(p, "test operation does not apply: is missing path: %.*s" MISSING,
                        STR_FMT(op->path));
        struct node **link = find_value(p, target.in, target.key);
        if (!link && p->error.n)
            return FAIL(p, "error in test for path: '%.*s': %.*s", STR_FMT(op->path),
                        STR_FMT(p->error));
        there = link ? *link : NULL;
    }
    if (node_is_null(there) ? !op->value : op->value && is_same(there, op->value))
        return true;
    p->test_failed = true;
    return FAIL(p, "testing value %.*s failed: test failed", STR_FMT(op->path));
}

static bool run_op(struct patcher *p, const struct patch_op *op)
{
    static const struct {
        const char *name;
        bool (*run)(struct patcher *p, const struct patch_op *op);
    } table[] = {{"add", run_add},   {"remove", run_remove}, {"replace", run_replace},
                 {"move", run_move}, {"test", run_test},     {"copy", run_copy}};
    p->error = (struct str){0};
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(op->op, table[i].name))
            return table[i].run(p, op);
    return FAIL(p, "Unexpected kind: %.*s", STR_FMT(op->op));
}

enum patch_outcome doc_patch(struct arena *arena, const struct node *root,
                             const struct patch *patch, const struct node **ret_root,
                             struct str *ret_error)
{
    struct patcher patcher = {
        .arena = arena, .root = node_copy(arena, root), .origin = patch->origin};
    for (size_t i = 0; i < patch->n; i++) {
        if (run_op(&patcher, &patch->ops[i]))
            continue;
        *ret_error = patcher.error;
        *ret_root = root;
        return patcher.test_failed ? PATCH_TEST_FAILED : PATCH_FAILED;
    }
    *ret_root = patcher.root;
    return PATCH_APPLIED;
}
