/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a commit, from its tree objects alone: no blob is read here. */
#include "repo/repo_internal.h"

#include "base/limits.h"

struct commit_walk {
    struct repo *repo;
    struct tree_builder builder;
};

static int add_folder(struct commit_walk *walk, const git_oid *id, struct str prefix,
                      unsigned depth);

int tree_of_commit(struct repo *repo, struct arena *arena, struct str revision, struct diags *diags,
                   struct tree *ret_tree)
{
    struct str name;
    if (repo_resolve(repo, arena, revision, diags, &name) < 0)
        return -1;
    git_oid id;
    SCOPED(commit_handle) git_commit *commit = NULL;
    if (git_oid_fromstrn(&id, name.p, name.n) < 0 ||
        git_commit_lookup(&commit, repo->handle, &id) < 0)
        return library_report(diags, "commit %.*s cannot be read", STR_FMT(name));
    struct commit_walk walk = {
        .repo = repo,
        .builder = {.arena = arena,
                    .diags = diags,
                    .tree = {.kind = TREE_COMMIT,
                             .root = repo->root,
                             .objects = repo->objects,
                             .name = name}},
    };
    if (add_folder(&walk, git_commit_tree_id(commit), (struct str){0}, 0) < 0)
        return -1;
    *ret_tree = builder_end(&walk.builder);
    return 0;
}

/* Names are data: "..", ".git" and slashes inside a forged name are kept as they are. */
static int add_entry(struct commit_walk *walk, const git_tree_entry *entry, struct str prefix,
                     unsigned depth)
{
    struct tree_builder *builder = &walk->builder;
    unsigned mode = (unsigned)git_tree_entry_filemode(entry);
    struct str path = builder_path(builder, prefix, str_from(git_tree_entry_name(entry)));
    if (path.n == 0)
        return 0;
    if (mode == GIT_FILEMODE_TREE)
        return add_folder(walk, git_tree_entry_id(entry),
                          str_concat(builder->arena, path, STR("/")), depth + 1);
    struct blob_id id = blob_id_from(git_tree_entry_id(entry));
    return builder_add(builder, path, &id, entry_kind_of_mode(mode));
}

static int add_folder(struct commit_walk *walk, const git_oid *id, struct str prefix,
                      unsigned depth)
{
    SCOPED(tree_handle) git_tree *tree = NULL;
    int go_on = builder_enter(&walk->builder, prefix, depth);
    if (go_on <= 0)
        return go_on;
    if (git_tree_lookup(&tree, walk->repo->handle, id) < 0) {
        struct str shown = diag_quote(walk->builder.arena, prefix);
        return library_report(walk->builder.diags, "folder %.*s of commit %.*s cannot be read",
                              STR_FMT(shown.n > 0 ? shown : STR("/")),
                              STR_FMT(walk->builder.tree.name));
    }
    size_t n = git_tree_entrycount(tree);
    for (size_t i = 0; i < n; i++) {
        if (add_entry(walk, git_tree_entry_byindex(tree, i), prefix, depth) < 0)
            return -1;
    }
    return 0;
}
