/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What merging one commit into another makes, when nobody has made that merge. Files that both
 * sides changed are merged as git does it, and are written to the object store, as `git merge-tree`
 * does; no reference leads to them, so git cleans them away in time.
 */
#include "repo/repo_internal.h"

static int find(struct repo *repo, struct str name, struct diags *diags, git_commit **ret_commit)
{
    git_oid id;
    if (git_oid_fromstrn(&id, name.p, name.n) < 0 ||
        git_commit_lookup(ret_commit, repo->handle, &id) < 0)
        return library_report(diags, "commit %.*s cannot be read", STR_FMT(name));
    return 0;
}

static void report_conflict(struct arena *arena, struct diags *diags, const char *path)
{
    struct str shown = diag_quote(arena, str_from(path));
    struct diag *diag = repo_finding(
        diags, RULE_GIT_REPOSITORY, "%.*s was changed on both sides, so there is no merge to check",
        STR_FMT(shown));
    diag_hint(diags, diag, "merge or rebase the target branch into the change, and resolve it");
}

/* -1 when there is one; each file is told. */
static int check_conflicts(struct arena *arena, git_index *index, struct diags *diags)
{
    git_index_conflict_iterator *iterator = NULL;
    const git_index_entry *sides[3]; /* ancestor, ours, theirs */
    if (!git_index_has_conflicts(index))
        return 0;
    if (git_index_conflict_iterator_new(&iterator, index) < 0)
        return library_report(diags, "the merge cannot be read");
    while (git_index_conflict_next(&sides[0], &sides[1], &sides[2], iterator) == 0) {
        size_t i = 0;
        while (i + 1 < ARRAY_LEN(sides) && !sides[i])
            i++;
        if (sides[i])
            report_conflict(arena, diags, sides[i]->path);
    }
    git_index_conflict_iterator_free(iterator);
    return -1;
}

static int list(struct repo *repo, struct arena *arena, git_index *index, struct str name,
                struct diags *diags, struct tree *ret_tree)
{
    struct tree_builder builder = {
        .arena = arena,
        .diags = diags,
        .tree = {.kind = TREE_COMMIT, .root = repo->root, .objects = repo->objects, .name = name}};
    for (size_t i = 0; i < git_index_entrycount(index); i++) {
        const git_index_entry *entry = git_index_get_byindex(index, i);
        struct str path = builder_path(&builder, (struct str){0}, str_from(entry->path));
        struct blob_id id = blob_id_from(&entry->id);
        if (path.n && builder_add(&builder, path, &id, entry_kind_of_mode(entry->mode)) < 0)
            return -1;
    }
    *ret_tree = builder_end(&builder);
    return 0;
}

int tree_of_merge(struct repo *repo, struct arena *arena, struct str into, struct str merged,
                  struct diags *diags, struct tree *ret_tree)
{
    SCOPED(commit_handle) git_commit *ours = NULL;
    SCOPED(commit_handle) git_commit *theirs = NULL;
    SCOPED(index_handle) git_index *index = NULL;
    git_merge_options options;
    struct str base;
    /* Two histories with nothing in common would merge as if everything was new. */
    if (repo_merge_base(repo, arena, merged, into, diags, &base) < 0 ||
        find(repo, into, diags, &ours) < 0 || find(repo, merged, diags, &theirs) < 0)
        return -1;
    if (git_merge_options_init(&options, GIT_MERGE_OPTIONS_VERSION) < 0 ||
        git_merge_commits(&index, repo->handle, ours, theirs, &options) < 0)
        return library_report(diags, "commit %.*s cannot be merged into %.*s", STR_FMT(merged),
                              STR_FMT(into));
    if (check_conflicts(arena, index, diags) < 0)
        return -1;
    return list(repo, arena, index, merged, diags, ret_tree);
}
