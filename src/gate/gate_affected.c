/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With a base, which files must be read. Files that differ are. A file that is equal on both sides
 * has equal findings on both, which cancel, unless something it stands in relation to changed:
 *
 *   - it declares an object that the change declares too: it has both its kind and its name in it
 *   - it holds custom resources whose CRD changed: it has the CRD's group in it
 *   - it holds the CRD of a custom resource that is read: it has that group, and says that it is a
 * CRD
 *
 * A byte search finds those. Names can be written in ways that a byte search does not see (escapes,
 * base64, UTF-16): files that could hide one are read as well. So the cost follows the change, and
 * the verdict is that of a full run.
 */
#include "base/limits.h"
#include "base/map.h"
#include "base/pool.h"
#include "gate/gate_internal.h"

enum { MANY_TERMS = 200 }; /* more: reading everything is cheaper than searching for each */

/* Both texts are in the file. */
struct term {
    struct str name;
    struct str kind; /* empty: the name alone */
};

struct terms {
    struct arena arena;
    struct map seen;
    VEC(struct term);
};

/* A file that is the same on both sides. */
struct same {
    struct manifest *head;
    struct manifest **base; /* the base's slot, which takes the head's manifest when that is read */
    bool wanted;
    bool has_crd;
};

struct affected {
    struct gate_run *run;
    struct terms terms;
    struct arena arena;
    struct {
        VEC(struct same);
    } same;
    struct {
        VEC(struct manifest *);
    } old, new; /* that differ, to be read on each side */
    struct tree_reader **readers;
};

static void pair_sides(struct affected *affected);
static int read_changed(struct affected *affected);
static void collect_terms(struct affected *affected);
static int search_same(struct affected *affected);
static int read_same(struct affected *affected);
static int read_crds(struct affected *affected);

int gate_read_affected(struct gate_run *run)
{
    struct affected affected = {.run = run};
    affected.terms.seen.arena = &affected.terms.arena;
    pair_sides(&affected);
    int result = read_changed(&affected);
    if (result == 0 && affected.same.n) {
        collect_terms(&affected);
        result = search_same(&affected);
    }
    if (result == 0)
        result = read_same(&affected);
    if (result == 0)
        result = read_crds(&affected);
    arena_release(&affected.terms.arena);
    arena_release(&affected.arena);
    return result;
}

/* ---- what differs ---- */

static bool is_same_file(const struct manifest *old, const struct manifest *new)
{
    return old->skip == new->skip &&blob_id_is_known(&old->entry->id) &&
           blob_id_eq(&old->entry->id, &new->entry->id) && old->entry->kind == new->entry->kind;
}

static void add_pair(struct affected *affected, struct manifest **old, struct manifest *new)
{
    if (old && new &&is_same_file(*old, new)) {
        if (new->state == MANIFEST_UNREAD)
            VEC_PUSH(&affected->arena, &affected->same, ((struct same){new, old, false, false}));
        return;
    }
    if (old && (*old)->state == MANIFEST_UNREAD)
        VEC_PUSH(&affected->arena, &affected->old, *old);
    if (new &&new->state == MANIFEST_UNREAD)
        VEC_PUSH(&affected->arena, &affected->new, new);
}

static int manifest_cmp(const struct manifest *a, const struct manifest *b)
{
    int order = str_cmp(a->path, b->path);
    return order ? order : (a->set > b->set) - (a->set < b->set);
}

/* Both lists are sorted by path and set. */
static void pair_sides(struct affected *affected)
{
    struct gate_sides *sides = affected->run->sides;
    size_t o = 0, n = 0;
    while (o < sides->base.selection.manifests.n || n < sides->head.selection.manifests.n) {
        struct manifest **old = o < sides->base.selection.manifests.n
                                    ? &sides->base.selection.manifests.items[o]
                                    : NULL;
        struct manifest *new =
            n < sides->head.selection.manifests.n ? sides->head.selection.manifests.items[n] : NULL;
        int order = !old ? 1 : !new ? -1 : manifest_cmp(*old, new);
        add_pair(affected, order <= 0 ? old : NULL, order >= 0 ? new : NULL);
        o += order <= 0;
        n += order >= 0;
    }
}

static int read_changed(struct affected *affected)
{
    struct gate_sides *sides = affected->run->sides;
    if (gate_read_manifests(affected->run, &sides->base, affected->old.items, affected->old.n) < 0)
        return -1;
    return gate_read_manifests(affected->run, &sides->head, affected->new.items, affected->new.n);
}

/* ---- what to look for ---- */

static void add_term(struct terms *terms, struct str name, struct str kind)
{
    if (!name.n)
        return;
    struct str key = str_format(&terms->arena, "%.*s\n%.*s", STR_FMT(kind), STR_FMT(name));
    if (map_has(&terms->seen, key))
        return;
    map_put(&terms->seen, key, terms);
    VEC_PUSH(&terms->arena, terms, ((struct term){name, kind}));
}

static void add_terms_of(struct terms *terms, const struct doc *doc, const struct node *root)
{
    struct object object;
    if (!object_read(doc, root, &object))
        return;
    add_term(terms, object.name, object.gvk.kind);
    if (object_is_crd(&object))
        add_term(terms, node_get_text(node_get(root, STR("spec")), STR("group")), (struct str){0});
}

/* The documents of a manifest, and the items of those that are lists. */
static void each_object(const struct manifest *manifest, struct terms *terms,
                        void (*fn)(struct terms *, const struct doc *, const struct node *))
{
    for (size_t i = 0; i < manifest->docs.n; i++) {
        const struct doc *doc = &manifest->docs.items[i];
        fn(terms, doc, doc->root);
        const struct node *items = node_get(doc->root, STR("items"));
        for (struct item it = list_first(items); it.value; it = list_next(it))
            fn(terms, doc, it.value);
    }
}

static void collect_terms(struct affected *affected)
{
    for (size_t i = 0; i < affected->old.n; i++)
        each_object(affected->old.items[i], &affected->terms, add_terms_of);
    for (size_t i = 0; i < affected->new.n; i++)
        each_object(affected->new.items[i], &affected->terms, add_terms_of);
    /* A CRD that the configuration names, outside of all sets, may have changed as well. */
    const struct gate_sides *sides = affected->run->sides;
    for (size_t i = 0; i < sides->head.crds.n; i++)
        each_object(sides->head.crds.items[i], &affected->terms, add_terms_of);
}

/* ---- the search ---- */

/* Whether a name could stand in the text without its own bytes: escapes of double-quoted text,
 * !!binary, or another encoding. */
static bool may_hide_names(struct str text)
{
    static const struct str marks[] = {{"\\x", 2},  {"\\u", 2},      {"\\U", 2},   {"\\\n", 2},
                                       {"\\\r", 2}, {"!!binary", 8}, {"!<tag:", 6}};
    if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff")) ||
        memchr(text.p ? text.p : "", 0, text.n))
        return true;
    if (str_find_char(text, '\\') < 0 && str_find_char(text, '!') < 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_has(text, marks[i]))
            return true;
    return false;
}

static bool has_term(const struct terms *terms, struct str text)
{
    for (size_t i = 0; i < terms->n; i++)
        if (str_has(text, terms->items[i].name) &&
            (!terms->items[i].kind.n || str_has(text, terms->items[i].kind)))
            return true;
    return false;
}

static void search_one(void *ctx, unsigned worker, size_t item)
{
    struct affected *affected = ctx;
    struct same *same = &affected->same.items[item];
    struct arena scratch SCOPED(arena) = {0};
    struct str text;
    /* What can't be read is read again by the reader, which says why. */
    same->wanted = tree_read(affected->readers[worker], same->head->entry, &scratch,
                             LIMIT_FILE_BYTES, &text) < 0 ||
                   may_hide_names(text) || has_term(&affected->terms, text);
    same->has_crd = !same->wanted && str_has(text, STR("CustomResourceDefinition"));
}

static int search_same(struct affected *affected)
{
    if (affected->terms.n > MANY_TERMS) {
        for (size_t i = 0; i < affected->same.n; i++)
            affected->same.items[i].wanted = true;
        return 0;
    }
    if (!affected->terms.n && !affected->old.n && !affected->new.n)
        return 0; /* no manifest differs */
    unsigned workers = (unsigned)MIN_OF((size_t)affected->run->workers, affected->same.n);
    const struct tree *tree = &affected->run->sides->head.tree;
    affected->readers = ARENA_ARRAY(&affected->arena, struct tree_reader *, workers);
    int result = 0;
    for (unsigned i = 0; i < workers && result == 0; i++)
        if (!(affected->readers[i] = tree_reader_open(tree, affected->run->diags)))
            result = -1;
    if (result == 0)
        pool_run(workers, affected->same.n, search_one, affected);
    for (unsigned i = 0; i < workers; i++)
        tree_reader_close(affected->readers[i]);
    return result;
}

/* Read once, shown on both sides. */
static int read_same(struct affected *affected)
{
    struct manifest **wanted =
        ARENA_ARRAY(&affected->arena, struct manifest *, affected->same.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < affected->same.n; i++)
        if (affected->same.items[i].wanted &&
            affected->same.items[i].head->state == MANIFEST_UNREAD)
            wanted[n++] = affected->same.items[i].head;
    if (gate_read_manifests(affected->run, &affected->run->sides->head, wanted, n) < 0)
        return -1;
    for (size_t i = 0; i < affected->same.n; i++)
        if (affected->same.items[i].wanted)
            *affected->same.items[i].base = affected->same.items[i].head;
    return 0;
}

/* ---- CRDs of what is read ---- */

static void add_custom_group(struct terms *groups, const struct doc *doc, const struct node *root)
{
    struct object object;
    if (object_read(doc, root, &object) && object.gvk.group.n &&
        !schema_group_is_builtin(object.gvk.group))
        add_term(groups, object.gvk.group, (struct str){0});
}

static int mark_crds(struct affected *affected, const struct terms *groups)
{
    struct tree_reader *reader = NULL;
    for (size_t i = 0; i < affected->same.n; i++) {
        struct same *same = &affected->same.items[i];
        if (same->wanted || !same->has_crd)
            continue;
        if (!reader &&
            !(reader = tree_reader_open(&affected->run->sides->head.tree, affected->run->diags)))
            return -1;
        struct arena scratch SCOPED(arena) = {0};
        struct str text;
        same->wanted =
            tree_read(reader, same->head->entry, &scratch, LIMIT_FILE_BYTES, &text) < 0 ||
            has_term(groups, text);
    }
    tree_reader_close(reader);
    return 0;
}

static int read_crds(struct affected *affected)
{
    struct terms groups = {0};
    groups.seen.arena = &groups.arena;
    const struct gate_sides *sides = affected->run->sides;
    const struct gate_side *both[] = {&sides->base, &sides->head};
    for (size_t s = 0; s < ARRAY_LEN(both); s++)
        for (size_t i = 0; i < both[s]->selection.manifests.n; i++)
            each_object(both[s]->selection.manifests.items[i], &groups, add_custom_group);
    int result = groups.n ? mark_crds(affected, &groups) : 0;
    if (result == 0 && groups.n)
        result = read_same(affected);
    arena_release(&groups.arena);
    return result;
}
