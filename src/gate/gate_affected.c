/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With a base, which files must be read. Files that differ are. A file that is equal on both sides
 * has equal findings on both, which cancel, unless something that its findings depend on changed.
 * Those of an object depend on
 *
 *   - objects of its kind and name, in any file: duplicates, and the old object of an update. They
 *     are in files that have both words
 *   - the CRD of its group and kind, also for its scope; and when its group is misspelt, any CRD of
 *     its kind. So when a CRD changes, files with its group or its kind are read
 *   - objects that it names, its namespace, and what limits that: gate_relations.h
 *   - objects that it selects or leads to, and those that select it or lead to it: gate_joins.h
 *   - policies, their bindings and params, also those that are no part of a set: those are always
 * read, and when one of them changes everything is
 *   - every other object, for rules that look at them: with one of those on, everything is read,
 *     as it is when the whole of both sides is asked for
 *   - nothing else. A check that relates objects in another way must say there how it is found
 *
 * What is read is judged beside what it depends on: the CRDs of its group or kind are read as well.
 * A file that comes in only by that may lack CRDs of its other objects. It lacks them on both
 * sides, as nothing about them changed, so what is said in error about it cancels.
 *
 * gate_words.h finds the files, so the cost follows the change, and the verdict is that of a full
 * run.
 */
#include "base/limits.h"
#include "base/pool.h"
#include "gate/gate_cache.h"
#include "gate/gate_internal.h"
#include "gate/gate_joins.h"
#include "render/overlay.h"
#include "render/pointer.h"

enum {
    NESTED_LISTS = 16,    /* more than anybody unfolds */
    CACHE_FILES_MIN = 32, /* fewer are read in the time that it takes to look for a cache */
};

/* A file that is the same on both sides. */
struct same {
    struct manifest *head;
    struct manifest **base; /* the base's slot, which takes the head's manifest when that is read */
    struct words words;
    bool found;    /* the words were in the cache */
    bool unread;   /* nobody can say what the file's words are */
    bool is_known; /* the words are there */
    bool far_off;  /* not all of them: it has no word of what was first looked for */
    bool wanted;
};

struct affected {
    struct gate_run *run;
    struct arena arena;
    struct search *search; /* names that the change touches */
    struct search *crds;   /* groups and kinds of what is read */
    struct search *joined; /* what live objects are linked to */
    struct relations *relations;
    struct joins *joins;
    bool looks_closer; /* all words of all files are wanted */
    struct cache *cache;
    struct {
        VEC(struct same);
    } same;
    struct {
        VEC(struct manifest *);
    } old, new; /* that differ, to be read on each side */
};

static void pair_all(struct affected *affected);
static int read_changed(struct affected *affected);
static int follow_touched(struct affected *affected);
static int follow_joined(struct affected *affected);
static int follow_needed(struct affected *affected);
static int follow_places(struct affected *affected);
static void save_words(struct affected *affected);

int gate_read_affected(struct gate_run *run)
{
    struct affected affected = {.run = run};
    affected.search = search_new(&affected.arena);
    affected.crds = search_new(&affected.arena);
    affected.joined = search_new(&affected.arena);
    affected.joins = joins_new(&affected.arena);
    affected.relations = relations_new(&affected.arena, run->sides);
    pair_all(&affected);
    int result = read_changed(&affected);
    if (result == 0)
        result = follow_touched(&affected);
    if (result == 0)
        result = follow_joined(&affected);
    if (result == 0)
        result = follow_needed(&affected);
    if (result == 0)
        result = follow_places(&affected);
    save_words(&affected);
    cache_close(affected.cache);
    arena_release(&affected.arena);
    return result;
}

/* ---- what differs ---- */

static bool is_same_file(const struct manifest *old, const struct manifest *new)
{
    if (!pointer_is_same(old->pointer, new->pointer))
        return false;
    if (old->overlay && new->overlay)
        return overlay_is_same(old->overlay, new->overlay);
    return old->skip == new->skip &&blob_id_is_known(&old->entry->id) &&
           blob_id_eq(&old->entry->id, &new->entry->id) && old->entry->kind == new->entry->kind;
}

static void add_pair(struct affected *affected, struct manifest **old, struct manifest *new)
{
    if (old && new &&is_same_file(*old, new)) {
        if (new->state == MANIFEST_UNREAD)
            VEC_PUSH(&affected->arena, &affected->same, ((struct same){.head = new, .base = old}));
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

struct side_list {
    struct manifest **items;
    size_t n;
};

/* Both lists are sorted by path and set. */
static void pair_sides(struct affected *affected, struct side_list base, struct side_list head)
{
    size_t o = 0, n = 0;
    while (o < base.n || n < head.n) {
        struct manifest **old = o < base.n ? &base.items[o] : NULL;
        struct manifest *new = n < head.n ? head.items[n] : NULL;
        int order = !old ? 1 : !new ? -1 : manifest_cmp(*old, new);
        add_pair(affected, order <= 0 ? old : NULL, order >= 0 ? new : NULL);
        o += order <= 0;
        n += order >= 0;
    }
}

/* CRDs of the command line are the same for both sides and read already. */
static struct side_list crds_of(const struct gate_side *side)
{
    return (struct side_list){side->crds.items + side->crds_given, side->crds.n - side->crds_given};
}

static void pair_all(struct affected *affected)
{
    struct gate_side *base = &affected->run->sides->base;
    struct gate_side *head = &affected->run->sides->head;
    pair_sides(affected,
               (struct side_list){base->selection.manifests.items, base->selection.manifests.n},
               (struct side_list){head->selection.manifests.items, head->selection.manifests.n});
    pair_sides(affected, crds_of(base), crds_of(head));
}

static int read_changed(struct affected *affected)
{
    struct gate_sides *sides = affected->run->sides;
    if (gate_read_manifests(affected->run, &sides->base, affected->old.items, affected->old.n) < 0)
        return -1;
    return gate_read_manifests(affected->run, &sides->head, affected->new.items, affected->new.n);
}

/* ---- what to look for ---- */

typedef void (*object_fn)(struct affected *affected, const struct related *related);

/* An item that says neither what it is nor of which version is what its list is a list of. */
static void inherit_type(struct object *item, const struct object *list)
{
    if (!list || item->gvk.kind.n || item->api_version.n || !str_ends(list->gvk.kind, STR("List")))
        return;
    item->gvk = list->gvk;
    item->gvk.kind = str_sub(list->gvk.kind, 0, list->gvk.kind.n - STR("List").n);
}

/* An object, and the items of what may be a list; whether it is one does not matter here. */
static void visit(struct affected *affected, object_fn fn, struct related *related,
                  const struct doc *doc, const struct node *root, unsigned depth)
{
    const struct object *list = related->object;
    struct object object;
    (void)object_read(doc, root, &object);
    inherit_type(&object, list);
    related->object = &object;
    fn(affected, related);
    const struct node *items = depth < NESTED_LISTS ? node_get(root, STR("items")) : NULL;
    for (struct item it = list_first(items); it.value; it = list_next(it))
        visit(affected, fn, related, doc, it.value, depth + 1);
    related->object = list;
}

static void each_object(struct affected *affected, object_fn fn, const struct gate_side *side,
                        const struct manifest *manifest)
{
    if (manifest->state != MANIFEST_READ)
        return;
    struct related related = {.side = side, .manifest = manifest};
    for (size_t i = 0; i < manifest->docs.n; i++)
        visit(affected, fn, &related, &manifest->docs.items[i], manifest->docs.items[i].root, 0);
}

/* Of the files that differ. */
static void each_changed(struct affected *affected, object_fn fn)
{
    const struct gate_sides *sides = affected->run->sides;
    for (size_t i = 0; i < affected->old.n; i++)
        each_object(affected, fn, &sides->base, affected->old.items[i]);
    for (size_t i = 0; i < affected->new.n; i++)
        each_object(affected, fn, &sides->head, affected->new.items[i]);
}

/* Of all that was read. */
static void each_read(struct affected *affected, object_fn fn)
{
    const struct gate_sides *sides = affected->run->sides;
    const struct gate_side *both[] = {&sides->base, &sides->head};
    for (size_t s = 0; s < ARRAY_LEN(both); s++) {
        for (size_t i = 0; i < both[s]->selection.manifests.n; i++)
            each_object(affected, fn, both[s], both[s]->selection.manifests.items[i]);
        for (size_t i = 0; i < both[s]->policies.n; i++)
            each_object(affected, fn, both[s], both[s]->policies.items[i].manifest);
    }
}

/* An item of a list may have its kind from the list: then its name alone is looked for. */
static void add_terms_of(struct affected *affected, const struct related *related)
{
    const struct object *object = related->object;
    const bool is_typed = node_get(object->root, STR("kind")) != NULL;
    if (object->name.n)
        search_add(affected->search, object->name, is_typed ? object->gvk.kind : (struct str){0});
    relations_touch(affected->relations, related, affected->search);
    joins_touch(affected->joins, object, affected->search);
    if (!object_is_crd(object))
        return;
    const struct node *spec = node_get(object->root, STR("spec"));
    struct str group = node_get_text(spec, STR("group"));
    struct str kind = node_get_text(node_get(spec, STR("names")), STR("kind"));
    if (group.n)
        search_add(affected->search, group, (struct str){0});
    if (kind.n)
        search_add(affected->search, kind, (struct str){0});
}

/* ---- the search ---- */

struct reading {
    struct affected *affected;
    struct same **items;
    size_t n;
    struct worker {
        struct tree_reader *reader;
        struct words_reader *words;
        struct arena arena; /* of the words; taken by the run */
    } * workers;
};

/* Whether a file surely has neither a name of the change nor a kind that others refer to. Only
 * where nothing is remembered: the cache wants the words themselves. */
static bool is_far_off(const struct affected *affected, struct str text)
{
    /* Parts of those kinds, few of them: each is looked for in all bytes. "Class" is of four. */
    static const char *const parts[] = {
        "CustomResourceDefinition", "Class",          "Namespace",
        "ServiceAccount",           "LimitRange",     "ResourceQuota",
        "PersistentVolume",         "AdmissionPolicy"};
    if (affected->cache || affected->looks_closer || !search_misses(affected->search, text))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_has(text, str_from(parts[i])))
            return false;
    return true;
}

/* The base is always a commit here, as only blobs have ids: what is read is what the id names. */
static void read_one(void *ctx, unsigned worker_index, size_t item)
{
    struct reading *reading = ctx;
    struct worker *worker = &reading->workers[worker_index];
    struct same *same = reading->items[item];
    struct arena scratch SCOPED(arena) = {0};
    struct str text;
    const struct manifest *manifest = *same->base;
    /* What can't be read is read again by the reader of manifests, which says why. */
    same->unread =
        (manifest->overlay
             ? overlay_text(&scratch, manifest->overlay, worker->reader, &text)
             : tree_read(worker->reader, manifest->entry, &scratch, LIMIT_FILE_BYTES, &text)) < 0;
    if (manifest->pointer && manifest->pointer->variables) /* they may become any word */
        same->unread = true;
    if (same->unread)
        same->words = (struct words){.hides = true};
    else
        same->far_off = is_far_off(reading->affected, text);
    if (!same->unread && !same->far_off)
        words_read(worker->words, text, &worker->arena, &same->words);
    same->is_known = true;
}

static int read_words(struct affected *affected, struct same **items, size_t n)
{
    unsigned workers = (unsigned)MIN_OF((size_t)affected->run->workers, n);
    struct reading reading = {affected, items, n,
                              ARENA_ARRAY(&affected->arena, struct worker, workers)};
    int result = 0;
    for (unsigned i = 0; i < workers && result == 0; i++) {
        reading.workers[i].words = words_reader_new();
        reading.workers[i].reader =
            tree_reader_open(&affected->run->sides->base.tree, affected->run->diags);
        if (!reading.workers[i].reader)
            result = -1;
    }
    if (result == 0)
        pool_run(workers, n, read_one, &reading);
    for (unsigned i = 0; i < workers; i++) {
        tree_reader_close(reading.workers[i].reader);
        words_reader_free(reading.workers[i].words);
        arena_take(&affected->arena, &reading.workers[i].arena);
    }
    return result;
}

static void open_cache(struct affected *affected)
{
    const struct gate_run *run = affected->run;
    if (affected->same.n < CACHE_FILES_MIN || !run->sides->repo)
        return;
    affected->cache = cache_open(run->options->cache_dir, repo_common_dir(run->sides->repo));
}

/* The words of all files that are the same: remembered, or read. */
static int learn_words(struct affected *affected)
{
    struct same **unknown = ARENA_ARRAY(&affected->arena, struct same *, affected->same.n);
    size_t n = 0;
    open_cache(affected);
    for (size_t i = 0; i < affected->same.n; i++) {
        struct same *same = &affected->same.items[i];
        same->found = !same->head->overlay && !same->head->pointer &&
                      cache_find(affected->cache, &same->head->entry->id, &same->words);
        same->is_known = same->found;
        if (!same->found)
            unknown[n++] = same;
    }
    return n ? read_words(affected, unknown, n) : 0;
}

/* What comes late is looked for in all files, so those that were passed over are read after all. */
static int look_closer(struct affected *affected)
{
    struct same **items = ARENA_ARRAY(&affected->arena, struct same *, affected->same.n);
    size_t n = 0;
    for (size_t i = 0; i < affected->same.n; i++)
        if (affected->same.items[i].far_off)
            items[n++] = &affected->same.items[i];
    affected->looks_closer = true;
    return n ? read_words(affected, items, n) : 0;
}

static int know_words(struct affected *affected)
{
    return affected->same.items[0].is_known ? 0 : learn_words(affected);
}

static int mark(struct affected *affected, struct search *search)
{
    if (!search_count(search) || !affected->same.n)
        return 0;
    if (know_words(affected) < 0)
        return -1;
    for (size_t i = 0; i < affected->same.n; i++)
        affected->same.items[i].wanted |= search_has(search, &affected->same.items[i].words);
    return 0;
}

typedef bool (*place_fn)(struct relations *relations, const struct manifest *manifest,
                         const struct words *words);

static int mark_places(struct affected *affected, place_fn fn)
{
    if (!affected->same.n)
        return 0;
    if (know_words(affected) < 0)
        return -1;
    for (size_t i = 0; i < affected->same.n; i++) {
        struct same *same = &affected->same.items[i];
        same->wanted = same->wanted || fn(affected->relations, same->head, &same->words);
    }
    return 0;
}

/* Read once, shown on both sides. */
static int read_same(struct affected *affected)
{
    struct manifest **wanted =
        ARENA_ARRAY(&affected->arena, struct manifest *, affected->same.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < affected->same.n; i++) {
        struct same *same = &affected->same.items[i];
        if (!same->wanted || same->head->state != MANIFEST_UNREAD)
            continue;
        wanted[n++] = same->head;
        *same->base = same->head;
    }
    return gate_read_manifests(affected->run, &affected->run->sides->head, wanted, n);
}

/* ---- CRDs of what is read ---- */

static void add_crds_of(struct affected *affected, const struct related *related)
{
    static const struct str crd = {"CustomResourceDefinition", 24};
    static const struct str list = {"List", 4};
    const struct gvk *gvk = &related->object->gvk;
    struct kind_info info;
    struct schema_view builtin;
    schema_view_init(&builtin, &affected->arena, schema_minor_max());
    enum kind_state state = schema_find_kind(&builtin, gvk->group, gvk->version, gvk->kind, &info);
    if (!gvk->kind.n || str_eq(gvk->kind, list) ||
        (state != KIND_UNKNOWN && state != KIND_NOT_IN_GROUP))
        return;
    if (gvk->group.n)
        search_add(affected->crds, gvk->group, crd);
    search_add(affected->crds, gvk->kind, crd);
    if (str_ends(gvk->kind, list) && gvk->kind.n > list.n)
        search_add(affected->crds, str_sub(gvk->kind, 0, gvk->kind.n - list.n), crd);
    /* Not a custom kind but a typing mistake: the message names the nearest of all kinds. */
    if (state == KIND_NOT_IN_GROUP || str_find_char(gvk->group, '.') < 0)
        search_add(affected->crds, crd, (struct str){0});
}

/* ---- following ---- */

static int follow(struct affected *affected, struct search *search)
{
    return mark(affected, search) < 0 ? -1 : read_same(affected);
}

static int follow_touched(struct affected *affected)
{
    each_changed(affected, add_terms_of);
    /* They may be about every object. */
    if (affected->run->options->whole || affected->run->sides->snapshot ||
        gate_policies_differ(affected->run->sides) || gate_rules_see_objects(affected->run))
        search_add(affected->search, (struct str){0}, (struct str){0});
    return follow(affected, affected->search);
}

static void meet(struct affected *affected, const struct related *related)
{
    joins_meet(affected->joins, related->object);
}

static int follow_joined(struct affected *affected)
{
    for (unsigned level = 0; affected->same.n && level < JOINS_LEVELS; level++) {
        const size_t known = search_count(affected->joined);
        each_read(affected, meet);
        joins_step(affected->joins, affected->joined);
        if (search_count(affected->joined) > known &&
            (look_closer(affected) < 0 || follow(affected, affected->joined) < 0))
            return -1;
    }
    return 0;
}

static void add_needed_by(struct affected *affected, const struct related *related)
{
    add_crds_of(affected, related);
    relations_need(affected->relations, related, affected->crds);
}

static int follow_needed(struct affected *affected)
{
    each_read(affected, add_needed_by);
    return follow(affected, affected->crds);
}

static void declare(struct affected *affected, const struct related *related)
{
    relations_declare(affected->relations, related);
}

static void ask(struct affected *affected, const struct related *related)
{
    relations_ask(affected->relations, related);
}

static void gather(struct affected *affected, const struct related *related)
{
    relations_gather(affected->relations, related, affected->search);
}

static void learn_declared(struct affected *affected)
{
    relations_forget(affected->relations);
    each_read(affected, declare);
}

/* Places where it matters whether there is any object of a kind. What that brings in refers to
 * others in its turn. */
static int follow_places(struct affected *affected)
{
    learn_declared(affected);
    each_read(affected, ask);
    if (mark_places(affected, relations_asked) < 0 || read_same(affected) < 0)
        return -1;
    learn_declared(affected);
    const size_t known = search_count(affected->search);
    each_read(affected, gather);
    if (search_count(affected->search) > known &&
        (look_closer(affected) < 0 || follow(affected, affected->search) < 0))
        return -1;
    if (relations_turn(affected->relations) &&
        (look_closer(affected) < 0 || mark_places(affected, relations_turned) < 0 ||
         read_same(affected) < 0))
        return -1;
    if (relations_has_policies(affected->relations) && look_closer(affected) < 0)
        return -1;
    return follow_needed(affected);
}

/* ---- the cache ---- */

static void save_words(struct affected *affected)
{
    if (!affected->cache)
        return;
    struct cache_item *items = ARENA_ARRAY(&affected->arena, struct cache_item, affected->same.n);
    size_t n = 0;
    for (size_t i = 0; i < affected->same.n; i++) {
        const struct same *same = &affected->same.items[i];
        if (same->is_known && !same->unread && !same->head->overlay)
            items[n++] = (struct cache_item){same->head->entry->id, same->words, same->found};
    }
    cache_save(affected->cache, items, n);
}
