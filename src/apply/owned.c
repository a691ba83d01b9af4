/* SPDX-License-Identifier: Apache-2.0 */
/* The live object and what its managedFields say, held against what is wanted. */
#include "apply/owned_internal.h"

#include "base/limits.h"
#include "base/map.h"

struct walk {
    struct arena *arena;
    const struct owned_input *input;
    struct managed managed;
    struct kind_info kind;
    bool is_known;               /* its kind is, so there are shapes */
    struct owned *owned;         /* the result */
    size_t found;                /* fields that differ, told or not */
    const struct node *complete; /* `want` with the server's defaults; NULL: not made yet */
    unsigned depth;
    bool is_secret; /* below here */
};

/* One place, in all trees. */
struct at {
    const struct shape *shape; /* NULL: unknown */
    const struct path *path;
    const struct trail *trail;
    const struct node *want, *live;
    const struct node *mine; /* what the manager owns here; NULL: nothing */
};

static void compare(struct walk *walk, const struct at *at);

const char *owned_what_name(enum owned_what what)
{
    static const char *const names[] = {"changed", "missing", "left", "taken", "order"};
    return names[what];
}

/* ---- telling ---- */

static void unsure(struct walk *walk, const struct path *path, const char *why)
{
    if (walk->owned->why.n)
        return;
    const struct str field = path_identity(walk->arena, path);
    walk->owned->why =
        str_format(walk->arena, "%.*s%s%s", STR_FMT(field), field.n ? ": " : "", why);
}

static enum plan_change_kind change_kind(enum owned_what what, const struct at *at)
{
    if (what == OWNED_ORDER)
        return PLAN_ORDER;
    if (what == OWNED_LEFT)
        return PLAN_REMOVE;
    return at->live ? PLAN_SET : PLAN_ADD;
}

/* The value is there in another form than was sent. When it is applied the server sees a change, so
 * it takes the field from others that own it, and that is a write. */
static void settle_form(struct walk *walk, const struct at *at)
{
    if (managed_owner(&walk->managed, walk->input->manager, at->trail))
        unsure(walk, at->path, "another manager owns it, and it is written in another form");
}

static void tell(struct walk *walk, const struct at *at, enum owned_what what)
{
    walk->found++;
    if (walk->owned->fields.n == OWNED_FIELDS_MAX)
        return;
    const struct managed_entry *owner =
        managed_owner(&walk->managed, walk->input->manager, at->trail);
    struct owned_field field = {
        .what = what,
        .change = {.kind = change_kind(what, at),
                   .path = path_identity(walk->arena, at->path),
                   .field = path_format(walk->arena, at->path),
                   .from = at->live,
                   .to = at->want,
                   .is_secret = walk->is_secret},
    };
    if (owner) {
        field.manager = owner->manager;
        field.time = owner->time;
    }
    VEC_PUSH(walk->arena, &walk->owned->fields, field);
}

/* ---- maps ---- */

/* What names the object and what the server writes; it is no field that anybody owns.
 * Source: managedfields/internal/stripmeta.go. */
static bool is_stripped(const struct walk *walk, const struct path *map, struct str key)
{
    static const char *const top[] = {"apiVersion", "kind"};
    static const char *const metadata[] = {"name",        "namespace",     "creationTimestamp",
                                           "selfLink",    "uid",           "generation",
                                           "clusterName", "managedFields", "resourceVersion"};
    if (walk->depth == 1)
        return str_is_one_of(key, top, ARRAY_LEN(top));
    return walk->depth == 2 && str_is(map->name, "metadata") &&
           str_is_one_of(key, metadata, ARRAY_LEN(metadata));
}

static bool becomes_secret(const struct walk *walk, struct str key)
{
    static const char *const plain[] = {"apiVersion", "kind", "metadata", "type", "immutable"};
    return walk->depth == 1 && !str_is_one_of(key, plain, ARRAY_LEN(plain)) &&
           (walk->input->hide ||
            str_eq_fold(node_get_text(walk->input->want, STR("kind")), STR("Secret")));
}

static bool is_key_of(const struct shape *shape, const struct path *map, struct str key)
{
    if (shape && shape->world == SHAPE_BUILTIN)
        return type_get(shape->type)->kind == TYPE_MAP;
    return path_shows_key(map, key);
}

/* Entries of maps that are no declared fields are owned themselves, besides what is in them. */
static bool lacks_mark(const struct at *at, bool is_declared)
{
    return at->shape && !is_declared && managed_has_below(at->mine) &&
           !node_get(at->mine, STR("."));
}

static void compare_entry(struct walk *walk, const struct at *map, struct entry want)
{
    const struct str name = node_text(want.key);
    struct shape shape;
    bool is_declared;
    const bool has_shape =
        owned_shape_below(map->shape, name, walk->depth - 1, &shape, &is_declared);
    const struct path path = {.up = map->path,
                              .name = {name.p ? name.p : "", name.n},
                              .is_key = is_key_of(map->shape, map->path, name),
                              .node = want.value};
    const struct trail trail = {map->trail, str_concat(walk->arena, STR("f:"), name)};
    const struct at at = {.shape = has_shape ? &shape : NULL,
                          .path = &path,
                          .trail = &trail,
                          .want = want.value,
                          .live = node_get(map->live, name),
                          .mine = node_get(map->mine, trail.key)};
    const bool was_secret = walk->is_secret;
    walk->is_secret |= becomes_secret(walk, name);
    if (map->shape && !has_shape)
        unsure(walk, &path, "the kind has no such field here");
    /* The main resource's writers have no say in it. */
    if (walk->depth == 1 && str_is(name, "status") && !at.mine) {
        if (!walk->is_known || walk->kind.custom)
            unsure(walk, &path, "it may belong to a subresource");
    } else if (lacks_mark(&at, is_declared)) {
        tell(walk, &at, OWNED_TAKEN);
    } else {
        compare(walk, &at);
    }
    walk->is_secret = was_secret;
}

/* What the manager owns in a map and nobody wants any more. */
static void tell_left(struct walk *walk, const struct at *map)
{
    for (struct entry e = map_first(map->mine); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        const struct str name = str_from_offset(key, 2);
        if (str_is(key, "."))
            continue;
        if (!str_starts(key, STR("f:"))) {
            unsure(walk, map->path, "entries of a list are owned where a map is");
            continue;
        }
        if (node_entry(map->want, name).key)
            continue;
        const struct path path = {
            .up = map->path, .name = name, .is_key = is_key_of(map->shape, map->path, name)};
        const struct trail trail = {map->trail, key};
        const bool was_secret = walk->is_secret;
        walk->is_secret |= becomes_secret(walk, name);
        tell(walk, &(struct at){.path = &path, .trail = &trail, .live = node_get(map->live, name)},
             OWNED_LEFT);
        walk->is_secret = was_secret;
    }
}

static void compare_parts(struct walk *walk, const struct at *at)
{
    const bool goes_down = walk->depth == 1 || walk->is_secret;
    if (!at->live && !goes_down) {
        tell(walk, at, OWNED_MISSING);
        return;
    }
    if (at->live && node_kind(at->live) != NODE_MAP) {
        tell(walk, at, OWNED_CHANGED);
        return;
    }
    for (struct entry e = map_first(at->want); e.key; e = map_next(e))
        if (!is_stripped(walk, at->path, node_text(e.key)))
            compare_entry(walk, at, e);
    tell_left(walk, at);
}

/* ---- what is replaced as a whole ---- */

static const struct node *find_complete(const struct node *root, const struct path *path)
{
    if (!path->up)
        return root;
    const struct node *above = find_complete(root, path->up);
    return path->name.p ? node_get(above, path->name) : node_at(above, path->index);
}

/* `want` as the server would complete it, at one place. */
static const struct node *complete(struct walk *walk, const struct path *path)
{
    if (!walk->is_known)
        return NULL;
    if (!walk->complete)
        walk->complete = owned_complete(walk->arena, walk->input, &walk->kind);
    return find_complete(walk->complete, path);
}

static void compare_whole(struct walk *walk, const struct at *at)
{
    if (managed_has_below(at->mine)) {
        unsure(walk, at->path, "it is owned in parts and replaced as a whole");
        return;
    }
    if (!at->live) {
        tell(walk, at, OWNED_MISSING);
        return;
    }
    enum owned_likeness likeness = owned_whole(walk->arena, at->shape, at->want, at->live);
    if (likeness == MORE) {
        const struct node *full = complete(walk, at->path);
        if (full && owned_whole(walk->arena, at->shape, full, at->live) == ALIKE)
            likeness = ALIKE;
    }
    if (likeness == UNLIKE)
        tell(walk, at, OWNED_CHANGED);
    else if (!at->mine)
        tell(walk, at, OWNED_TAKEN);
    else if (likeness != ALIKE)
        unsure(walk, at->path, "it has more than is wanted, which may be defaults");
    else if (!node_equal(at->want, at->live))
        settle_form(walk, at);
}

/* ---- lists ---- */

/* The entries of a list by their keys; false: some have none, or the same. */
static bool index_list(struct walk *walk, const struct list_keys *keys, const struct node *list,
                       struct map *ret_index)
{
    *ret_index = (struct map){.arena = walk->arena};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str key = owned_entry_key(walk->arena, keys, it.value);
        if (!key.n || map_has(ret_index, key))
            return false;
        map_put(ret_index, key, arena_dup(walk->arena, &it, sizeof it));
    }
    return true;
}

static void compare_item(struct walk *walk, const struct at *list, const struct list_keys *keys,
                         const struct item *want, struct str key, const struct item *live)
{
    const struct shape shape = list->shape ? shape_item(list->shape) : (struct shape){0};
    const struct path path = {.up = list->path,
                              .index = want->index,
                              .node = want->value,
                              .keys = keys->n ? keys->names : NULL,
                              .key_count = (uint32_t)keys->n};
    const struct trail trail = {list->trail, key};
    const struct at at = {.shape = list->shape ? &shape : NULL,
                          .path = &path,
                          .trail = &trail,
                          .want = want->value,
                          .live = live ? live->value : NULL,
                          .mine = node_get(list->mine, key)};
    if (!live)
        tell(walk, &at, OWNED_MISSING);
    else if (keys->n == 0 ? !at.mine : at.mine && !node_get(at.mine, STR(".")))
        tell(walk, &at, OWNED_TAKEN);
    else if (keys->n > 0)
        compare(walk, &at);
}

static void tell_left_items(struct walk *walk, const struct at *list, const struct map *wanted,
                            const struct map *there)
{
    for (struct entry e = map_first(list->mine); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        if (str_is(key, ".") || map_has(wanted, key))
            continue;
        if (!str_starts(key, STR("k:")) && !str_starts(key, STR("v:"))) {
            unsure(walk, list->path, "it is owned by the places of its entries");
            continue;
        }
        const struct item *live = map_get(there, key);
        const struct str words = owned_entry_words(walk->arena, key);
        const struct path up = {.up = list->path->up,
                                .name = str_concat(walk->arena, list->path->name, words),
                                .is_key = list->path->is_key,
                                .index = list->path->index};
        const struct trail trail = {list->trail, key};
        tell(walk, &(struct at){.path = &up, .trail = &trail, .live = live ? live->value : NULL},
             OWNED_LEFT);
    }
}

static void compare_keyed(struct walk *walk, const struct at *at, const struct list_keys *keys)
{
    struct map want, live;
    size_t next = 0;
    bool is_moved = false;
    if (at->live && node_kind(at->live) != NODE_LIST) {
        tell(walk, at, OWNED_CHANGED);
        return;
    }
    if (!index_list(walk, keys, at->want, &want) || !index_list(walk, keys, at->live, &live)) {
        unsure(walk, at->path, "entries have no keys, or the same");
        return;
    }
    for (size_t i = 0; i < want.n; i++) {
        const struct item *other = map_get(&live, want.entries[i].key);
        compare_item(walk, at, keys, want.entries[i].value, want.entries[i].key, other);
        if (!other)
            continue;
        is_moved |= other->index < next;
        next = other->index;
    }
    if (is_moved)
        tell(walk, at, OWNED_ORDER);
    tell_left_items(walk, at, &want, &live);
}

/* Its type is not known, so what the server wrote down of it has to say. */
static void compare_unknown_list(struct walk *walk, const struct at *at)
{
    struct list_keys keys;
    if (owned_keys_read(walk->arena, at->mine, &keys))
        compare_keyed(walk, at, &keys);
    else if (managed_has_below(at->mine))
        unsure(walk, at->path, "what is owned of the list can't be read");
    else
        compare_whole(walk, at);
}

static void compare_list(struct walk *walk, const struct at *at)
{
    if (!at->shape) {
        compare_unknown_list(walk, at);
        return;
    }
    struct list_keys keys = {.list = at->shape};
    if (shape_atoms(at->shape).atomic_list) {
        compare_whole(walk, at);
        return;
    }
    keys.n = shape_keys(at->shape, keys.names, OWNED_KEYS_MAX);
    compare_keyed(walk, at, &keys);
}

/* ---- values ---- */

/* What was applied below an empty map or list goes. */
static void tell_emptied(struct walk *walk, const struct at *at)
{
    const struct map none = {.arena = walk->arena};
    if (node_kind(at->want) == NODE_LIST)
        tell_left_items(walk, at, &none, &none);
    else
        tell_left(walk, at);
}

/* The server owns an empty map as such, and of a list with keys only the entries. */
static void compare_empty(struct walk *walk, const struct at *at)
{
    const bool is_list = node_kind(at->want) == NODE_LIST;
    const bool has_any =
        at->live && (node_kind(at->live) != node_kind(at->want) || node_real(at->live)->n > 0);
    const struct shape_atoms atoms = at->shape ? shape_atoms(at->shape) : (struct shape_atoms){0};
    const bool is_whole = is_list ? atoms.atomic_list : atoms.atomic_map;
    if (at->shape && !(is_list ? atoms.is_list : atoms.is_map))
        unsure(walk, at->path, "it is of another type");
    else if (managed_has_below(at->mine))
        tell_emptied(walk, at);
    else if (is_list && at->shape && !is_whole && !at->mine)
        return;
    else if (has_any && is_whole)
        tell(walk, at, OWNED_CHANGED);
    else if (!at->mine && (!is_list || at->shape))
        tell(walk, at, at->live ? OWNED_TAKEN : OWNED_MISSING);
    else if (!at->mine || (has_any && !at->shape))
        unsure(walk, at->path, "it is empty, and its type is not known");
    else if (!at->live && (is_list || !walk->is_known))
        unsure(walk, at->path, "it is empty, which is not always the same as not there");
    else if (!at->live && walk->kind.custom)
        tell(walk, at, OWNED_MISSING);
    else if (!at->live || has_any)
        settle_form(walk, at);
}

static void compare_scalar(struct walk *walk, const struct at *at)
{
    const bool is_builtin = walk->is_known && !walk->kind.custom;
    if (managed_has_below(at->mine)) {
        unsure(walk, at->path, "more than one value is owned in it");
    } else if (!at->live) {
        /* The server dropped it when it was applied: whoever removed it later would own that. */
        if (!node_is_zero(at->want) || !at->mine || !is_builtin)
            tell(walk, at, OWNED_MISSING);
        else
            settle_form(walk, at);
    } else if (!owned_same_scalar(walk->arena, at->shape, at->want, at->live)) {
        tell(walk, at, OWNED_CHANGED);
    } else if (!at->mine) {
        tell(walk, at, OWNED_TAKEN);
    } else if (!node_equal(at->want, at->live)) {
        settle_form(walk, at);
    }
}

static void compare_map(struct walk *walk, const struct at *at)
{
    const struct shape_atoms atoms = at->shape ? shape_atoms(at->shape) : (struct shape_atoms){0};
    if (at->shape && atoms.atomic_map)
        compare_whole(walk, at);
    else if (!at->shape && at->mine && !managed_has_below(at->mine))
        unsure(walk, at->path, "it may be replaced as a whole");
    else
        compare_parts(walk, at);
}

static void compare(struct walk *walk, const struct at *given)
{
    struct at at = *given;
    at.live = node_is_null(at.live) ? NULL : node_real(at.live);
    at.want = node_real(at.want);
    const enum node_kind kind = node_kind(at.want);
    if (walk->depth >= LIMIT_DEPTH) {
        unsure(walk, at.path, "it is too deep");
        return;
    }
    walk->depth++;
    if (kind == NODE_NULL) {
        if (at.live || !at.mine || managed_has_below(at.mine))
            unsure(walk, at.path, "it is null");
        else
            settle_form(walk, &at);
    } else if ((kind == NODE_MAP || kind == NODE_LIST) && at.want->n == 0 && walk->depth > 1) {
        compare_empty(walk, &at);
    } else if (kind == NODE_MAP) {
        compare_map(walk, &at);
    } else if (kind == NODE_LIST) {
        compare_list(walk, &at);
    } else {
        compare_scalar(walk, &at);
    }
    walk->depth--;
}

/* ---- the whole object ---- */

/* Whether every manager's version is served: the server forgets those of others, which is a
 * write. */
static bool versions_are_known(const struct walk *walk, struct str api_version)
{
    for (size_t i = 0; i < walk->managed.n; i++) {
        struct str group, version;
        struct kind_info info;
        const struct str other = walk->managed.items[i].api_version;
        if (str_eq(other, api_version))
            continue;
        if (!walk->input->view || !api_version_split(other, &group, &version) ||
            schema_peek_kind(walk->input->view, group, version,
                             node_get_text(walk->input->want, STR("kind")), &info) != KIND_SERVED)
            return false;
    }
    return true;
}

/* What the manager applied; NULL: nothing. */
static const struct node *find_mine(struct walk *walk, struct str api_version)
{
    const struct node *mine = NULL;
    for (size_t i = 0; i < walk->managed.n; i++) {
        const struct managed_entry *entry = &walk->managed.items[i];
        if (!managed_is_applied_by(entry, walk->input->manager))
            continue;
        if (mine || !entry->fields || !str_eq(entry->api_version, api_version))
            walk->owned->why = STR("it was applied at another API version");
        mine = entry->fields;
    }
    return mine;
}

void owned_compare(struct arena *arena, const struct owned_input *input, struct owned *ret_owned)
{
    struct walk walk = {.arena = arena, .input = input, .owned = ret_owned};
    const struct str api_version = node_get_text(input->want, STR("apiVersion"));
    const struct path root = {0};
    const struct trail top = {0};
    struct shape shape;
    *ret_owned = (struct owned){.verdict = OWNED_UNSURE};
    const struct str live_version = node_get_text(input->live, STR("apiVersion"));
    if (live_version.n && !str_eq(live_version, api_version)) {
        ret_owned->why = STR("it was read at another API version");
        return;
    }
    managed_read(arena, input->live, &walk.managed);
    walk.is_known = owned_shape_of(input, &walk.kind, &shape);
    const struct node *mine = find_mine(&walk, api_version);
    if (!ret_owned->why.n && !versions_are_known(&walk, api_version))
        ret_owned->why = STR("a manager of its fields used an API version that is not known");
    if (ret_owned->why.n)
        return;
    if (!mine)
        unsure(&walk, &root, "the manager has applied nothing yet");
    if (node_entry(input->want, STR("stringData")).key)
        unsure(&walk, &root, "stringData is not what the server keeps");
    compare(&walk, &(struct at){.shape = walk.is_known ? &shape : NULL,
                                .path = &root,
                                .trail = &top,
                                .want = input->want,
                                .live = input->live,
                                .mine = mine});
    ret_owned->verdict = walk.found ? OWNED_DIFFERS : ret_owned->why.n ? OWNED_UNSURE : OWNED_SAME;
}
