/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object of a manifest against the tree of hashes that a snapshot has of it. Only what the
 * manifest says is compared: server-side apply leaves everything else alone, but for what the
 * manager that asks had applied before.
 */
#include "base/number.h"
#include "snapshot/snapshot_internal.h"

struct comparing {
    struct arena *arena;
    const struct node *managers;
    struct str manager;
    struct snapshot_answer *answer;
};

/* Here we are, in both. */
struct at {
    struct str key; /* in the file */
    const struct node *fields, *value;
    struct snapshot_place place;
    struct str shown; /* spec.containers[name=web] */
};

static void compare(struct comparing *comparing, const struct at *at);

/* ---- owners ---- */

struct owners {
    struct str others; /* "kubectl, hpa" */
    bool has_ours;
};

static struct owners owners_of(const struct comparing *comparing, struct str leaf)
{
    struct owners owners = {0};
    const ptrdiff_t colon = str_find_char(leaf, ':');
    struct str rest = colon < 0 ? (struct str){0} : str_from_offset(leaf, (size_t)colon + 1);
    for (struct str part; str_split(&rest, ',', &part);) {
        uint64_t place;
        if (number_parse_u64(part, &place) < 0 || place > UINT32_MAX)
            continue;
        const struct node *manager = node_at(comparing->managers, (uint32_t)place);
        const struct str name = node_get_text(manager, STR("name"));
        if (str_eq(name, comparing->manager)) {
            owners.has_ours = true;
            continue;
        }
        const struct str quoted = diag_quote(comparing->arena, name);
        owners.others = str_format(comparing->arena, "%.*s%s%.*s", STR_FMT(owners.others),
                                   owners.others.n ? ", " : "", STR_FMT(quoted));
    }
    return owners;
}

static void tell(struct comparing *comparing, enum snapshot_what what, const struct at *at,
                 struct str owners)
{
    VEC_PUSH(comparing->arena, &comparing->answer->changes,
             ((struct snapshot_change){
                 .what = what, .field = at->shown, .place = at->value, .owners = owners}));
}

/* ---- steps ---- */

static struct str shown_key(struct arena *arena, struct str shown, struct str key)
{
    const struct str quoted = diag_quote(arena, key);
    if (str_find_char(key, '.') >= 0 || str_find_char(key, '/') >= 0)
        return str_format(arena, "%.*s[%.*s]", STR_FMT(shown), STR_FMT(quoted));
    return str_format(arena, "%.*s%s%.*s", STR_FMT(shown), shown.n ? "." : "", STR_FMT(quoted));
}

static struct at below(struct comparing *comparing, const struct at *at, struct str key,
                       struct str shown, const struct node *value)
{
    return (struct at){.key = key,
                       .fields = node_get(at->fields, key),
                       .value = value,
                       .place = snapshot_below(comparing->arena, &at->place, key),
                       .shown = shown};
}

/* The server writes its own into these. */
static bool is_passed_over(const struct at *at, struct str key)
{
    static const char *const root[] = {"apiVersion", "kind", "status"};
    static const char *const metadata[] = {"labels", "annotations", "finalizers",
                                           "ownerReferences"};
    if (!at->place.path.n)
        return str_is_one_of(key, root, ARRAY_LEN(root));
    return str_is(at->shown, "metadata") && !str_is_one_of(key, metadata, ARRAY_LEN(metadata));
}

/* What is empty is not there, unless the server keeps it. */
static bool is_nothing(const struct at *at)
{
    return node_is_null(at->value) ||
           (!at->fields && !node_is_scalar(at->value) && node_is_zero(at->value));
}

static void compare_map(struct comparing *comparing, const struct at *at, struct map *seen)
{
    struct arena *arena = comparing->arena;
    for (struct entry e = map_first(at->value); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct at next = below(comparing, at, str_format(arena, "f:%.*s", STR_FMT(name)),
                                     shown_key(arena, at->shown, name), e.value);
        if (is_passed_over(at, name) || is_nothing(&next))
            continue;
        map_put(seen, next.key, seen);
        compare(comparing, &next);
    }
}

/* The part of a key between the colons, or "" of one that is no "k:". */
static struct str names_in(struct str key)
{
    if (!str_starts(key, STR("k:")))
        return (struct str){0};
    key = str_from_offset(key, 2);
    const ptrdiff_t colon = str_find_last_char(key, ':');
    return colon < 0 ? (struct str){0} : str_sub(key, 0, (size_t)colon);
}

static struct str shown_item(struct arena *arena, struct str shown, struct str names,
                             const struct node *item)
{
    struct str keys = {0};
    for (struct str name, rest = names; str_split(&rest, ',', &name);) {
        const struct str value = diag_quote(arena, node_text(node_get(item, name)));
        const struct str quoted = diag_quote(arena, name);
        if (value.n)
            keys = str_format(arena, "%.*s%s%.*s=%.*s", STR_FMT(keys), keys.n ? "," : "",
                              STR_FMT(quoted), STR_FMT(value));
    }
    return str_format(arena, "%.*s[%.*s]", STR_FMT(shown), STR_FMT(keys));
}

/* One item, under the key that the list's others have in the file. */
static struct at item_below(struct comparing *comparing, const struct at *at, struct item item)
{
    struct arena *arena = comparing->arena;
    const struct str by_index =
        str_format(arena, "%.*s[%u]", STR_FMT(at->shown), (unsigned)item.index);
    const struct entry first = map_first(at->fields);
    const struct str like = first.key ? node_text(first.key) : (struct str){0};
    const struct str names = names_in(like);
    if (names.n) {
        const struct str hash = snapshot_hash_keys(arena, &at->place, names, item.value);
        const struct str key = str_format(arena, "k:%.*s:%.*s", STR_FMT(names), STR_FMT(hash));
        return below(comparing, at, key, shown_item(arena, at->shown, names, item.value),
                     item.value);
    }
    if (str_starts(like, STR("i:")))
        return below(comparing, at, str_format(arena, "i:%u", (unsigned)item.index), by_index,
                     item.value);
    const struct str hash = snapshot_hash(arena, &at->place, item.value);
    return below(comparing, at, str_format(arena, "v:%.*s", STR_FMT(hash)), by_index, item.value);
}

static void compare_list(struct comparing *comparing, const struct at *at, struct map *seen)
{
    for (struct item it = list_first(at->value); it.value; it = list_next(it)) {
        const struct at next = item_below(comparing, at, it);
        map_put(seen, next.key, seen);
        compare(comparing, &next);
    }
}

/* ---- what is removed ---- */

static struct str shown_removed(struct arena *arena, struct str shown, struct str key)
{
    if (str_starts(key, STR("f:")))
        return shown_key(arena, shown, str_from_offset(key, 2));
    return str_format(arena, "%.*s[...]", STR_FMT(shown));
}

/* Whether the manager that asks is the only one below. */
static bool is_ours_alone(const struct comparing *comparing, const struct node *fields)
{
    if (node_kind(fields) != NODE_MAP) {
        const struct owners owners = owners_of(comparing, node_text(fields));
        return owners.has_ours && !owners.others.n;
    }
    for (struct entry e = map_first(fields); e.key; e = map_next(e))
        if (!is_ours_alone(comparing, e.value))
            return false;
    return node_real(fields)->n > 0;
}

/* The label of an ApplySet is put there by who applies. */
static bool is_of_tool(struct str key)
{
    return str_is(key, "f:applyset.kubernetes.io/part-of");
}

static void find_removed(struct comparing *comparing, const struct at *at, const struct map *seen)
{
    for (struct entry e = map_first(at->fields); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        if (map_has(seen, key) || is_of_tool(key) || !is_ours_alone(comparing, e.value))
            continue;
        const struct at gone = {.shown = shown_removed(comparing->arena, at->shown, key)};
        tell(comparing, SNAPSHOT_REMOVES, &gone, (struct str){0});
    }
}

/* ---- both ---- */

static void compare_leaf(struct comparing *comparing, const struct at *at)
{
    const struct str leaf = node_text(at->fields);
    const struct str hash = snapshot_hash(comparing->arena, &at->place, at->value);
    if (!str_eq(str_sub(leaf, 0, SNAPSHOT_HASH), hash))
        tell(comparing, SNAPSHOT_CHANGES, at, owners_of(comparing, leaf).others);
}

/* Nesting is bounded on both sides: no reader makes a tree deeper than LIMIT_DEPTH. */
static void compare(struct comparing *comparing, const struct at *at)
{
    struct map seen = {.arena = comparing->arena};
    if (!at->fields) {
        tell(comparing, SNAPSHOT_ADDS, at, (struct str){0});
        return;
    }
    if (node_kind(at->fields) != NODE_MAP) {
        compare_leaf(comparing, at);
        return;
    }
    if (node_kind(at->value) == NODE_MAP)
        compare_map(comparing, at, &seen);
    else if (node_kind(at->value) == NODE_LIST)
        compare_list(comparing, at, &seen);
    else
        tell(comparing, SNAPSHOT_CHANGES, at, (struct str){0});
    find_removed(comparing, at, &seen);
}

static bool applied(const struct node *entry, struct str manager)
{
    const struct node *managers = node_get(entry, STR("managers"));
    for (struct item it = list_first(managers); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("name")), manager) &&
            !node_get_text(it.value, STR("subresource")).n)
            return true;
    return false;
}

/* Of an object that the file has no fields of. */
static enum snapshot_presence presence_of(struct arena *arena, const struct snapshot *snapshot,
                                          struct str group, struct str kind, struct str key)
{
    const struct str of_kind = str_format(arena, "%.*s/%.*s", STR_FMT(group), STR_FMT(kind));
    const struct snapshot_list *list = map_get(&snapshot->objects_of, of_kind);
    const struct str hash = snapshot_hash_name(arena, snapshot->salt, key);
    if (map_has(&snapshot->others, hash))
        return SNAPSHOT_THERE;
    return list && list->is_complete ? SNAPSHOT_ABSENT : SNAPSHOT_NOT_KNOWN;
}

void snapshot_compare(struct arena *arena, const struct snapshot *snapshot,
                      const struct snapshot_question *question, struct snapshot_answer *ret_answer)
{
    const struct str key = snapshot_object_key(arena, question->group, question->kind,
                                               question->namespace, question->name);
    const struct snapshot_entry *found = map_get(&snapshot->by_name, key);
    const struct node *entry = found ? found->node : NULL;
    const struct node *fields = node_get(entry, STR("fields"));
    *ret_answer = (struct snapshot_answer){.presence = SNAPSHOT_THERE};
    if (!entry)
        ret_answer->presence = presence_of(arena, snapshot, question->group, question->kind, key);
    ret_answer->is_ours = applied(entry, question->manager);
    if (!fields)
        return;
    struct comparing comparing = {.arena = arena,
                                  .managers = node_get(entry, STR("managers")),
                                  .manager = question->manager,
                                  .answer = ret_answer};
    const struct at at = {.fields = fields,
                          .value = question->root,
                          .place = {.salt = snapshot->salt, .object = key}};
    compare(&comparing, &at);
    ret_answer->presence = ret_answer->changes.n ? SNAPSHOT_DIFFERS : SNAPSHOT_EQUAL;
}

void snapshot_owned_by(struct arena *arena, const struct snapshot *snapshot, struct str manager,
                       struct snapshot_owneds *ret_owned)
{
    for (size_t i = 0; i < snapshot->objects.n; i++) {
        const struct snapshot_list *list = &snapshot->objects.items[i];
        for (struct item it = list_first(list->items); it.value; it = list_next(it)) {
            const struct node *labels = node_get(it.value, STR("labels"));
            if (!applied(it.value, manager))
                continue;
            VEC_PUSH(
                arena, ret_owned,
                ((struct snapshot_owned){
                    .group = list->group,
                    .kind = list->kind,
                    .namespace = node_get_text(it.value, STR("namespace")),
                    .name = node_get_text(it.value, STR("name")),
                    .applyset = node_get_text(labels, STR("applyset.kubernetes.io/part-of"))}));
        }
    }
}
