/* SPDX-License-Identifier: Apache-2.0 */
/* Files that pointers stand in, and the ConfigMaps that they take values from. */
#include "base/file.h"
#include "base/limits.h"
#include "base/pool.h"
#include "render/pointer_internal.h"

/* ---- by words ---- */

struct looking {
    struct pointing *pointing;
    struct tree_reader **readers; /* one a worker */
};

static void look(void *ctx, unsigned worker, size_t item)
{
    const struct looking *looking = ctx;
    struct pointer_file *file = &looking->pointing->files.items[item];
    struct arena scratch SCOPED(arena) = {0};
    struct str text;
    if (file->is_looked)
        return;
    if (tree_read(looking->readers[worker], file->entry, &scratch, LIMIT_POINTER_FILE, &text) < 0)
        return; /* whoever reads it as a manifest says so */
    file->points = str_has(text, STR("toolkit.fluxcd.io")) || str_has(text, STR("argoproj.io"));
    file->offers = str_has(text, STR("ConfigMap")) || str_has(text, STR("Secret"));
}

/* Two sides of a change have most of their blobs in common. */
static struct str key_of(const struct pointer_file *file)
{
    return (struct str){(const char *)file->entry->id.bytes, BLOB_ID_BYTES};
}

static void recall(const struct pointing *pointing, struct pointer_file *file)
{
    const struct pointer_file *other = pointing->in.looked && blob_id_is_known(&file->entry->id)
                                           ? map_get(pointing->in.looked, key_of(file))
                                           : NULL;
    if (!other)
        return;
    file->points = other->points;
    file->offers = other->offers;
    file->is_looked = true;
}

static void remember(const struct pointing *pointing)
{
    for (size_t i = 0; pointing->in.looked && i < pointing->files.n; i++) {
        struct pointer_file *file = &pointing->files.items[i];
        if (!file->is_looked && blob_id_is_known(&file->entry->id))
            map_put(pointing->in.looked, key_of(file), file);
    }
}

static void collect(struct pointing *pointing)
{
    const struct tree *tree = pointing->in.tree;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        if (entry->kind != ENTRY_FILE || !path_is_manifest_like(entry->path) ||
            entry->size > LIMIT_POINTER_FILE)
            continue;
        const enum skip_reason skip =
            skip_by_path(pointing->in.overlays, pointing->in.config, entry);
        if (skip == SKIP_NONE || skip == SKIP_KUSTOMIZED)
            VEC_PUSH(pointing->in.arena, &pointing->files, (struct pointer_file){.entry = entry});
    }
    for (size_t i = 0; i < pointing->files.n; i++)
        recall(pointing, &pointing->files.items[i]);
}

int pointer_files_find(struct pointing *pointing)
{
    collect(pointing);
    const size_t n = pointing->files.n;
    if (!n)
        return 0;
    struct arena arena SCOPED(arena) = {0};
    const unsigned workers = (unsigned)MIN_OF(MAX_OF((size_t)pointing->in.workers, (size_t)1), n);
    struct looking looking = {pointing, ARENA_ARRAY(&arena, struct tree_reader *, workers)};
    int result = 0;
    for (unsigned i = 0; i < workers && result == 0; i++)
        if (!(looking.readers[i] = tree_reader_open(pointing->in.tree, pointing->in.run)))
            result = -1;
    if (result == 0)
        pool_run(workers, n, look, &looking);
    if (result == 0)
        remember(pointing);
    pointing->reader = looking.readers[0];
    for (unsigned i = 1; i < workers; i++)
        tree_reader_close(looking.readers[i]);
    return result;
}

/* ---- contents ---- */

static void mask(const struct pointer_file *file)
{
    for (size_t i = 0; i < file->docs.n; i++) {
        const struct doc *doc = &file->docs.items[i];
        struct object object;
        if (doc->root && (object_read(doc, doc->root, &object) || object.gvk.kind.n))
            object_mask_secrets(&object);
        else
            source_mask_unparsed(file->source);
    }
}

bool pointer_file_read(struct pointing *pointing, struct pointer_file *file)
{
    struct arena *arena = pointing->in.arena;
    struct diags dropped SCOPED(diags) = {0};
    struct str text;
    if (file->is_read)
        return file->source != NULL;
    file->is_read = true;
    if (tree_read(pointing->reader, file->entry, arena, LIMIT_POINTER_FILE, &text) < 0)
        return false;
    struct source *source = source_new(arena, file->entry->path, text);
    dropped.at.source = source;
    if (doc_read_file(arena, source, &dropped, &file->docs) < 0)
        return false;
    file->source = source;
    mask(file);
    return true;
}

/* ---- values ---- */

/* Folders that both paths are below. */
static size_t shared_folders(struct str a, struct str b)
{
    size_t n = 0;
    for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
        n += a.p[i] == '/';
    return n;
}

struct finding_data {
    struct str kind, name, namespace;
    struct str near;
    const struct node *found;
    size_t shared;
    bool is_doubtful; /* several, as near, that differ */
};

static void take_data(struct finding_data *finding, const struct doc *doc, struct str path)
{
    struct object object;
    if (!doc->root || !object_read(doc, doc->root, &object) || object.gvk.group.n ||
        !str_eq(object.gvk.kind, finding->kind) || !str_eq(object.name, finding->name) ||
        (object.namespace.n && !str_eq(object.namespace, finding->namespace)))
        return;
    const size_t shared = shared_folders(path, finding->near);
    if (finding->found && shared < finding->shared)
        return;
    finding->is_doubtful =
        finding->found && shared == finding->shared && !node_equal(finding->found, object.root);
    finding->found = object.root;
    finding->shared = shared;
}

const struct node *pointer_data(struct pointing *pointing, const struct pointer *pointer,
                                const char *kind, struct str name)
{
    struct finding_data finding = {.kind = str_from(kind),
                                   .name = name,
                                   .namespace = pointer->object.namespace,
                                   .near = pointer->file};
    for (size_t i = 0; name.n && i < pointing->files.n; i++) {
        struct pointer_file *file = &pointing->files.items[i];
        if (!file->offers || !pointer_file_read(pointing, file))
            continue;
        for (size_t d = 0; d < file->docs.n; d++)
            take_data(&finding, &file->docs.items[d], file->entry->path);
    }
    return finding.is_doubtful ? NULL : finding.found;
}
