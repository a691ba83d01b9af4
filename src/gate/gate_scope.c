/* SPDX-License-Identifier: Apache-2.0 */
/* The trees of both sides: what is read, and against what it is compared. */
#include "base/file.h"
#include "gate/gate_internal.h"
#include "render/overlay.h"

static bool wants_base(const struct gate_options *options)
{
    if (options->all)
        return false;
    return options->staged || options->base.n || options->base_dir.n || options->find_base ||
           (options->in_ci && !options->paths.n);
}

static int open_repository(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (sides->repo)
        return 0;
    return repo_open(&sides->arena, str_to_c(&sides->arena, run->root), run->diags, &sides->repo);
}

static int need_repository(struct gate_run *run)
{
    if (open_repository(run) < 0)
        return -1;
    if (run->sides->repo)
        return 0;
    struct diag *diag = diag_add(run->diags, RULE_GIT_REPOSITORY, (struct span){0, 0}, STR(""),
                                 "this is no git repository, so there is no base to compare with");
    diag_hint(run->diags, diag,
              "run inside a repository, use --base-dir, or check everything with --all");
    return -1;
}

/* Files that were named one by one need no walk through the folders around them. */
static bool only_files(const struct gate_run *run)
{
    struct arena arena SCOPED(arena) = {0};
    for (size_t i = 0; i < run->paths.n; i++) {
        struct str path = path_join(&arena, run->root, run->paths.items[i]);
        struct file_info info;
        if (file_stat(str_to_c(&arena, path), &info) < 0 || info.kind != FILE_REGULAR)
            return false;
    }
    return run->paths.n > 0;
}

static int path_cmp(const void *a, const void *b)
{
    const struct tree_entry *left = a;
    const struct tree_entry *right = b;
    return str_cmp(left->path, right->path);
}

static void tree_of_files(struct gate_run *run, struct tree *ret_tree)
{
    struct arena *arena = &run->sides->arena;
    struct tree tree = {.kind = TREE_FOLDER, .root = run->root, .name = run->root};
    tree.entries = ARENA_ARRAY(arena, struct tree_entry, run->paths.n);
    for (tree.n = 0; tree.n < run->paths.n; tree.n++)
        tree.entries[tree.n].path = run->paths.items[tree.n];
    qsort(tree.entries, tree.n, sizeof *tree.entries, path_cmp);
    size_t n = 0;
    for (size_t i = 0; i < tree.n; i++)
        if (!n || !str_eq(tree.entries[n - 1].path, tree.entries[i].path))
            tree.entries[n++] = tree.entries[i];
    tree.n = n;
    *ret_tree = tree;
}

static bool is_there(struct arena *arena, struct str folder, const char *name)
{
    struct file_info info;
    return file_stat(str_to_c(arena, path_join(arena, folder, str_from(name))), &info) == 0;
}

/* An overlay or a chart that is named is made of files elsewhere as well. */
static bool names_overlay(const struct gate_run *run)
{
    struct arena arena SCOPED(arena) = {0};
    for (size_t i = 0; i < run->paths.n && !run->options->no_render; i++) {
        const struct str path = path_join(&arena, run->root, run->paths.items[i]);
        bool is_overlay = overlay_is_file(path);
        for (size_t n = 0; overlay_files[n] && !is_overlay; n++)
            is_overlay = is_there(&arena, path, overlay_files[n]);
        if (is_overlay)
            return true;
    }
    return false;
}

/* Whether nothing outside of the given paths can matter: no base to compare with, no hook that
 * reads what its files refer to, no configuration that may name CRDs elsewhere, no overlay. */
static bool needs_only_paths(const struct gate_run *run)
{
    struct arena arena SCOPED(arena) = {0};
    const struct gate_options *options = run->options;
    if (!run->paths.n || run->sides->has_base || options->hook || options->config.n ||
        names_overlay(run))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(config_file_names); i++)
        if (is_there(&arena, run->root, config_file_names[i]))
            return false;
    return true;
}

static int work_tree(struct gate_run *run, struct tree *ret_tree)
{
    struct gate_sides *sides = run->sides;
    if (only_files(run) && !sides->has_base && !run->options->hook && !names_overlay(run)) {
        tree_of_files(run, ret_tree);
        return 0;
    }
    if (open_repository(run) < 0)
        return -1;
    if (sides->repo && repo_work_dir(sides->repo).n)
        return tree_of_work(sides->repo, &sides->arena, run->diags, ret_tree);
    return tree_of_paths(&sides->arena, str_to_c(&sides->arena, run->root),
                         needs_only_paths(run) ? &run->paths : NULL, run->diags, ret_tree);
}

/* Without a commit there is nothing to compare with: all is new. */
static int staged(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (tree_of_index(sides->repo, &sides->arena, run->diags, &sides->head.tree) < 0)
        return -1;
    struct diags dropped SCOPED(diags) = {0};
    run->how = STR("staged");
    if (tree_of_commit(sides->repo, &sides->arena, STR("HEAD"), &dropped, &sides->base.tree) < 0)
        sides->base.tree = (struct tree){.kind = TREE_NONE, .name = STR("nothing")};
    return 0;
}

static struct str wanted_head(const struct gate_run *run)
{
    struct str head = run->options->head;
    return head.n && !str_is(head, "WORK") ? head : STR("HEAD");
}

static int commit_alone(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    struct str head;
    if (need_repository(run) < 0 ||
        repo_resolve(sides->repo, &sides->arena, wanted_head(run), run->diags, &head) < 0)
        return -1;
    return tree_of_commit(sides->repo, &sides->arena, head, run->diags, &sides->head.tree);
}

/* Everything counts: the commit or the index that was asked for, or the files as they lie there. */
static int without_base(struct gate_run *run)
{
    const struct gate_options *options = run->options;
    if (options->head.n && !str_is(options->head, "WORK"))
        return commit_alone(run);
    if (options->staged && run->sides->repo)
        return tree_of_index(run->sides->repo, &run->sides->arena, run->diags,
                             &run->sides->head.tree);
    return work_tree(run, &run->sides->head.tree);
}

/* The target branch, or what stands for it where the clone has no such branch. */
static struct str target(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    const struct gate_options *options = run->options;
    struct diags dropped SCOPED(diags) = {0};
    struct str id;
    if (!options->other.n ||
        repo_resolve(sides->repo, &sides->arena, options->target, &dropped, &id) == 0)
        return options->target;
    return options->other;
}

static int find_base(struct gate_run *run, struct str head, struct str *ret_base)
{
    struct gate_sides *sides = run->sides;
    const struct gate_options *options = run->options;
    enum base_rung rung = options->base.n ? BASE_GIVEN : BASE_MERGE_BASE;
    int result;
    if (run->fetched.n) {
        *ret_base = run->fetched;
        run->how = STR("fetch");
        return 0;
    }
    if (options->base.n)
        result = repo_resolve(sides->repo, &sides->arena, options->base, run->diags, ret_base);
    else if (str_eq(head, options->change))
        result =
            repo_merge_base(sides->repo, &sides->arena, head, target(run), run->diags, ret_base);
    else
        result = repo_find_base(sides->repo, &sides->arena, head, target(run), run->diags, ret_base,
                                &rung);
    if (result < 0)
        return -1;
    run->how = options->base.n && options->how.n ? options->how : str_from(base_rung_name(rung));
    return 0;
}

/* Where HEAD is the target branch, the change is elsewhere, unless a test merge is checked out. */
static int find_head(struct gate_run *run, struct str *ret_head)
{
    struct gate_sides *sides = run->sides;
    const struct gate_options *options = run->options;
    if (repo_resolve(sides->repo, &sides->arena, wanted_head(run), run->diags, ret_head) < 0)
        return -1;
    if (!options->heads_target ||
        repo_is_merge_of(sides->repo, &sides->arena, *ret_head, options->change))
        return 0;
    return repo_resolve(sides->repo, &sides->arena, options->change, run->diags, ret_head);
}

/* Two changes may each be fine and break each other. Where a test merge is checked out already,
 * that is the merge. */
static int merge(struct gate_run *run, struct str head)
{
    struct gate_sides *sides = run->sides;
    struct arena *arena = &sides->arena;
    struct str into = run->fetched;
    int result = 0;
    if (run->options->base.n)
        result = repo_resolve(sides->repo, arena, run->options->base, run->diags, &into);
    else if (!into.n)
        result = repo_find_target(sides->repo, arena, target(run), run->diags, &into);
    if (result < 0 || tree_of_commit(sides->repo, arena, into, run->diags, &sides->base.tree) < 0)
        return -1;
    run->how = STR("merge");
    return tree_of_merge(sides->repo, arena, into, head, run->diags, &sides->head.tree);
}

/* Base and head as commits; head may be the work tree. */
static int commits(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    bool work = str_is(run->options->head, "WORK");
    struct str head, base;
    if (find_head(run, &head) < 0 || find_base(run, head, &base) < 0)
        return -1;
    if (run->options->merge && !str_is(run->how, base_rung_name(BASE_FIRST_PARENT)))
        return merge(run, head);
    if (base.n) {
        if (tree_of_commit(sides->repo, &sides->arena, base, run->diags, &sides->base.tree) < 0)
            return -1;
    } else {
        sides->base.tree = (struct tree){.kind = TREE_NONE, .name = STR("nothing")};
    }
    if (work)
        return work_tree(run, &sides->head.tree);
    return tree_of_commit(sides->repo, &sides->arena, head, run->diags, &sides->head.tree);
}

static int base_dir(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    run->how = STR("base-dir");
    if (tree_of_folder(&sides->arena, str_to_c(&sides->arena, run->options->base_dir), run->diags,
                       &sides->base.tree) < 0)
        return -1;
    if (!run->options->paths.n)
        return work_tree(run, &sides->head.tree);
    /* The new tree is the folder that was given: both sides are seen from their own top. */
    if (run->options->paths.n == 1 && !only_files(run)) {
        run->root = path_join(&sides->arena, run->root, run->paths.items[0]);
        run->paths = (struct str_list){0};
        return tree_of_folder(&sides->arena, str_to_c(&sides->arena, run->root), run->diags,
                              &sides->head.tree);
    }
    return work_tree(run, &sides->head.tree);
}

static int with_base(struct gate_run *run)
{
    run->sides->has_base = true;
    if (run->options->base_dir.n)
        return base_dir(run);
    if (need_repository(run) < 0)
        return -1;
    return run->options->staged ? staged(run) : commits(run);
}

/* The ladder: what is there, then what can be fetched. */
static int with_any_base(struct gate_run *run)
{
    if (with_base(run) == 0)
        return 0;
    if (gate_fetch(run) < 0)
        return -1;
    diags_release(run->diags);
    return with_base(run);
}

int gate_scope(struct gate_run *run)
{
    const struct gate_options *options = run->options;
    if (options->paths.n && str_is(options->paths.items[0], "-"))
        return 0;
    if (!wants_base(options))
        return without_base(run);
    struct diags before SCOPED(diags) = {0};
    diags_merge(&before, run->diags);
    if (with_any_base(run) == 0) {
        diags_merge(run->diags, &before);
        return 0;
    }
    const bool asked = gate_ask_touched(run) == 0;
    if (!asked && !options->base_missing_all) {
        diags_merge(run->diags, &before);
        return -1;
    }
    /* It was asked for: without a base everything counts as new. The reason is in the report's
     * scope. */
    diags_release(run->diags);
    diags_merge(run->diags, &before);
    run->sides->has_base = false;
    run->how = asked ? STR("api") : STR("base-missing");
    return without_base(run);
}
