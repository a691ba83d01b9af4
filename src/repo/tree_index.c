/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: what the next commit will have. While git runs a hook for `commit -a` or
 * `commit -- path`, that is a temporary file, named by GIT_INDEX_FILE.
 */
#include "repo/repo_internal.h"

#include "base/limits.h"

int index_read(struct repo *repo, struct arena *arena, struct diags *diags, git_index **ret_index,
               struct timespec *ret_written)
{
    struct stat st;
    if (repo->index_path.n == 0) {
        (void)repo_finding(diags, RULE_GIT_REPOSITORY, "%.*s is a bare repository: it has no index",
                           STR_FMT(repo->root));
        return -1;
    }
    /* The time is taken before the read: if the index is replaced between the two, too many
     * entries count as changed, never too few. */
    const char *path = str_to_c(arena, repo->index_path);
    struct timespec written = {0};
    if (stat(path, &st) == 0)
        written = st.st_mtim;
    if (git_index_open(ret_index, path) < 0) {
        struct str shown = diag_quote(arena, repo->index_path);
        return library_report(diags, "the index %.*s cannot be read", STR_FMT(shown));
    }
    *ret_written = written;
    return 0;
}

static void report_conflicts(struct diags *diags, struct arena *arena, struct str first, size_t n)
{
    if (n == 0)
        return;
    struct str shown = diag_quote(arena, first);
    struct diag *diag =
        n == 1 ? repo_finding(diags, RULE_GIT_REPOSITORY, "%.*s has a merge conflict in the index",
                              STR_FMT(shown))
               : repo_finding(diags, RULE_GIT_REPOSITORY,
                              "%.*s and %zu more files have merge conflicts in the index",
                              STR_FMT(shown), n - 1);
    diag_hint(diags, diag, "resolve it, then run git add; --all checks the work tree instead");
}

int tree_of_index(struct repo *repo, struct arena *arena, struct diags *diags,
                  struct tree *ret_tree)
{
    SCOPED(index_handle) git_index *index = NULL;
    struct timespec written;
    struct str conflict = {0};
    size_t conflicts = 0;
    if (index_read(repo, arena, diags, &index, &written) < 0)
        return -1;
    struct tree_builder builder = {.arena = arena,
                                   .diags = diags,
                                   .tree = {.kind = TREE_INDEX,
                                            .root = repo->root,
                                            .objects = repo->objects,
                                            .name = STR("index")}};
    for (size_t i = 0; i < git_index_entrycount(index); i++) {
        const git_index_entry *entry = git_index_get_byindex(index, i);
        /* `git add -N` only announces a file: the commit will not have it. */
        if (entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD)
            continue;
        struct str path = builder_path(&builder, (struct str){0}, str_from(entry->path));
        if (path.n == 0)
            continue;
        if (git_index_entry_stage(entry) > 0) {
            conflicts += !str_eq(conflict, path);
            conflict = path;
            continue;
        }
        struct blob_id id = blob_id_from(&entry->id);
        if (builder_add(&builder, path, &id, entry_kind_of_mode(entry->mode)) < 0)
            return -1;
    }
    report_conflicts(diags, arena, conflict, conflicts);
    *ret_tree = builder_end(&builder);
    return 0;
}
