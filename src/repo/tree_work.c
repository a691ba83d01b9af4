/* SPDX-License-Identifier: Apache-2.0 */
/* Files on disk: the work tree of a repository, and plain folders. */
#include "repo/repo_internal.h"

#include <fcntl.h>

#include "base/file.h"

static int walk_root(struct walk *walk)
{
    struct tree_builder *builder = walk->builder;
    const char *root = str_to_c(builder->arena, builder->tree.root);
    SCOPED(fd) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int error = errno;
        repo_path_finding(builder->diags, builder->arena, RULE_FILE_UNREADABLE, builder->tree.name,
                          "this folder cannot be listed: %s", strerrordesc_np(error));
        return -1;
    }
    return folder_walk(walk, fd);
}

/*
 * Files that a sparse checkout left out are unchanged as far as git is concerned. Without them, all
 * of them would seem to be deleted. Readers take them from the object store.
 */
static int add_sparse(struct tree_builder *builder, git_index *index)
{
    size_t on_disk = builder->tree.n;
    for (size_t i = 0; i < git_index_entrycount(index); i++) {
        const git_index_entry *entry = git_index_get_byindex(index, i);
        if (!(entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE))
            continue;
        struct tree walked = builder->tree;
        walked.n = on_disk;
        if (tree_find(&walked, str_from(entry->path)))
            continue;
        struct str path = builder_path(builder, (struct str){0}, str_from(entry->path));
        struct blob_id id = blob_id_from(&entry->id);
        if (path.n > 0 && builder_add(builder, path, &id, entry_kind_of_mode(entry->mode)) < 0)
            return -1;
    }
    return 0;
}

int tree_of_work(struct repo *repo, struct arena *arena, struct diags *diags, struct tree *ret_tree)
{
    SCOPED(index_handle) git_index *index = NULL;
    struct timespec written;
    if (repo->work_dir.n == 0) {
        (void)repo_finding(diags, RULE_GIT_REPOSITORY,
                           "%.*s is a bare repository: it has no work tree, name a commit instead",
                           STR_FMT(repo->root));
        return -1;
    }
    if (index_read(repo, arena, diags, &index, &written) < 0)
        return -1;
    struct tree_builder builder = {.arena = arena,
                                   .diags = diags,
                                   .tree = {.kind = TREE_WORK,
                                            .root = repo->work_dir,
                                            .objects = repo->objects,
                                            .name = STR("work tree")}};
    struct walk walk = {.builder = &builder, .repo = repo, .index = index, .written = written};
    if (walk_root(&walk) < 0)
        return -1;
    (void)builder_end(&builder);
    if (add_sparse(&builder, index) < 0)
        return -1;
    *ret_tree = builder_end(&builder);
    return 0;
}

int tree_of_folder(struct arena *arena, const char *path, struct diags *diags,
                   struct tree *ret_tree)
{
    return tree_of_paths(arena, path, NULL, diags, ret_tree);
}

int tree_of_paths(struct arena *arena, const char *path, const struct str_list *only,
                  struct diags *diags, struct tree *ret_tree)
{
    struct str name = str_dup(arena, str_from(path));
    struct tree_builder builder = {
        .arena = arena, .diags = diags, .tree = {.kind = TREE_FOLDER, .root = name, .name = name}};
    /* Canonical, so that it is still the same folder after a chdir, and comparable. */
    struct str root;
    if (path_resolve(arena, path, &root) == 0)
        builder.tree.root = root;
    struct walk walk = {.builder = &builder, .only = only};
    if (walk_root(&walk) < 0)
        return -1;
    *ret_tree = builder_end(&builder);
    return 0;
}
