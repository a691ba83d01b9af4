/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a commit, from its tree objects alone: no blob is read here. Two commits of one
 * repository have most folders in common, so the repository remembers what the last one had in each
 * folder, and a folder of the same id at the same place is copied.
 */
#include "repo/repo_internal.h"

#include "base/limits.h"

enum { TREE_BYTES = 256 << 20, COMMIT_BYTES = 16 << 20 };

struct commit_walk {
    struct repo *repo;
    git_odb *odb;
    const struct tree_memory *last; /* of the commit before, or NULL */
    struct tree_memory *memory;
    struct tree_builder builder;
};

/* A folder that was listed: its entries stand together, with those of the folders in it. */
struct folder {
    git_oid id;
    size_t first, n;
    size_t folders; /* in it, and itself */
};

struct tree_memory {
    struct arena *arena; /* borrowed: of the entries */
    struct tree tree;
    struct map folders; /* prefix -> struct folder */
};

static int add_folder(struct commit_walk *walk, const git_oid *id, struct str prefix,
                      unsigned depth);

static int find_root(struct commit_walk *walk, struct str name, git_oid *ret_id)
{
    SCOPED(odb_object_handle) git_odb_object *object = NULL;
    SCOPED(commit_handle) git_commit *commit = NULL;
    git_oid id;
    if (git_oid_fromstrn(&id, name.p, name.n) < 0 ||
        objects_read(walk->odb, &id, GIT_OBJECT_COMMIT, COMMIT_BYTES, &object) < 0 ||
        git_commit_lookup(&commit, walk->repo->handle, &id) < 0)
        return library_report(walk->builder.diags, "commit %.*s cannot be read", STR_FMT(name));
    *ret_id = *git_commit_tree_id(commit);
    return 0;
}

int tree_of_commit(struct repo *repo, struct arena *arena, struct str revision, struct diags *diags,
                   struct tree *ret_tree)
{
    struct str name;
    if (repo_resolve(repo, arena, revision, diags, &name) < 0)
        return -1;
    struct commit_walk walk = {
        .repo = repo,
        .last = repo->last_tree && repo->last_tree->arena == arena ? repo->last_tree : NULL,
        .memory = ARENA_NEW(arena, struct tree_memory),
        .builder = {.arena = arena,
                    .diags = diags,
                    .tree = {.kind = TREE_COMMIT,
                             .root = repo->root,
                             .objects = repo->objects,
                             .name = name}},
    };
    walk.memory->folders.arena = arena;
    SCOPED(odb_handle) git_odb *odb = NULL;
    git_oid root;
    if (git_repository_odb(&odb, repo->handle) < 0)
        return library_report(diags, "the object folder %.*s cannot be opened",
                              STR_FMT(repo->objects));
    walk.odb = odb;
    if (find_root(&walk, name, &root) < 0 || add_folder(&walk, &root, (struct str){0}, 0) < 0)
        return -1;
    bool in_order = tree_is_sorted(&walk.builder.tree);
    *ret_tree = builder_end(&walk.builder);
    walk.memory->arena = arena;
    walk.memory->tree = *ret_tree;
    repo->last_tree = in_order ? walk.memory : NULL;
    return 0;
}

/* Names are data: "..", ".git" and slashes inside a forged name are kept as they are. */
static int add_entry(struct commit_walk *walk, unsigned mode, struct str name, const git_oid *id,
                     struct str prefix, unsigned depth)
{
    struct tree_builder *builder = &walk->builder;
    struct str path = builder_path(builder, prefix, name);
    if (path.n == 0)
        return 0;
    if (S_ISDIR(mode))
        return add_folder(walk, id, str_concat(builder->arena, path, STR("/")), depth + 1);
    struct blob_id blob = blob_id_from(id);
    enum entry_kind kind = entry_kind_of_mode(mode);
    /* What is no type that git writes is a file to it. */
    return builder_add(builder, path, &blob, kind == ENTRY_OTHER ? ENTRY_FILE : kind);
}

/* "100644 name", a NUL, and the id as bytes (git's tree format). False when it is not. */
static bool take_entry(struct str *raw, unsigned *ret_mode, struct str *ret_name, git_oid *ret_id)
{
    enum { MODE_DIGITS = 7 };
    unsigned mode = 0;
    size_t i = 0;
    for (; i < raw->n && i < MODE_DIGITS && raw->p[i] >= '0' && raw->p[i] <= '7'; i++)
        mode = mode * 8 + (unsigned)(raw->p[i] - '0');
    if (i == 0 || i >= raw->n || raw->p[i] != ' ')
        return false;
    struct str rest = str_from_offset(*raw, i + 1);
    ptrdiff_t end = str_find_char(rest, '\0');
    if (end <= 0 || rest.n - (size_t)end - 1 < GIT_OID_RAWSZ)
        return false;
    *ret_mode = mode;
    *ret_name = str_sub(rest, 0, (size_t)end);
    memcpy(ret_id->id, rest.p + end + 1, GIT_OID_RAWSZ);
    *raw = str_from_offset(rest, (size_t)end + 1 + GIT_OID_RAWSZ);
    return true;
}

static int report_folder(struct commit_walk *walk, struct str prefix)
{
    struct str shown = diag_quote(walk->builder.arena, prefix);
    return library_report(walk->builder.diags, "folder %.*s of commit %.*s cannot be read",
                          STR_FMT(shown.n > 0 ? shown : STR("/")),
                          STR_FMT(walk->builder.tree.name));
}

static int read_folder(struct commit_walk *walk, const git_oid *id, struct str prefix,
                       unsigned depth)
{
    SCOPED(odb_object_handle) git_odb_object *object = NULL;
    if (objects_read(walk->odb, id, GIT_OBJECT_TREE, TREE_BYTES, &object) < 0)
        return report_folder(walk, prefix);
    struct str raw = {git_odb_object_data(object), git_odb_object_size(object)};
    while (raw.n > 0) {
        unsigned mode;
        struct str name;
        git_oid entry;
        if (!take_entry(&raw, &mode, &name, &entry)) {
            git_error_set_str(GIT_ERROR_TREE, "a tree that can't be parsed");
            return report_folder(walk, prefix);
        }
        if (add_entry(walk, mode, name, &entry, prefix, depth) < 0)
            return -1;
    }
    return 0;
}

static int copy_folder(struct commit_walk *walk, const struct folder *folder)
{
    walk->builder.folders += folder->folders - 1;
    for (size_t i = folder->first; i < folder->first + folder->n; i++) {
        const struct tree_entry *entry = &walk->last->tree.entries[i];
        if (builder_add(&walk->builder, entry->path, &entry->id, entry->kind) < 0)
            return -1;
    }
    return 0;
}

static int add_folder(struct commit_walk *walk, const git_oid *id, struct str prefix,
                      unsigned depth)
{
    struct tree_builder *builder = &walk->builder;
    size_t first = builder->tree.n, folders = builder->folders;
    int go_on = builder_enter(builder, prefix, depth);
    if (go_on <= 0)
        return go_on;
    const struct folder *same = walk->last ? map_get(&walk->last->folders, prefix) : NULL;
    if (same && !git_oid_equal(&same->id, id))
        same = NULL;
    int result = same ? copy_folder(walk, same) : read_folder(walk, id, prefix, depth);
    if (result < 0)
        return -1;
    struct folder *folder = ARENA_NEW(builder->arena, struct folder);
    *folder = (struct folder){*id, first, builder->tree.n - first, builder->folders - folders};
    map_put(&walk->memory->folders, prefix, folder);
    return 0;
}
