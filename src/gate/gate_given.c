/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are read besides those of the sets: CRDs as schemas, and policies. The configuration
 * names files in the tree, of each side its own. The command line names files of the machine, the
 * same for both sides and as trustworthy as the caller; but between two commits what it names of
 * the repository is in the tree as well: the work tree has what the change made of it.
 */
#include "base/file.h"
#include "gate/gate_internal.h"

struct given_kind {
    const char *option;
    const char *hint;
    bool all_files; /* what an overlay uses or what looks like no manifest is read as well */
};

static const struct given_kind crd_kind = {
    "--crd", "give a file or a folder with CustomResourceDefinitions", false};
static const struct given_kind policy_kind = {
    "--policy", "give a file or a folder with policies, bindings, params or rules", true};

typedef void (*take_fn)(struct gate_run *run, void *ctx, struct manifest *manifest);

static bool is_test(struct str path)
{
    return str_ends(path, STR("_test.yaml")) || str_ends(path, STR("_test.yml"));
}

/* Named on purpose: no guess by name or content leaves it out. */
static void name_all(const struct selection *selection)
{
    for (size_t i = 0; i < selection->manifests.n; i++) {
        struct manifest *manifest = selection->manifests.items[i];
        if (manifest->entry->kind != ENTRY_FILE || manifest->skip == SKIP_KUSTOMIZATION ||
            manifest->skip == SKIP_CONFIGURATION || is_test(manifest->path))
            continue;
        manifest->given = true;
        manifest->skip = SKIP_NONE;
        manifest->state = MANIFEST_UNREAD;
    }
}

/* The manifests of `paths` in a tree, whatever the sets are. */
static int select_given(struct gate_run *run, const struct given_kind *kind,
                        const struct tree *tree, const struct str_list *paths,
                        struct selection *ret_selection)
{
    struct config plain;
    config_init(&plain, &run->sides->arena);
    const struct render_input input = {.tree = tree, .config = &plain, .paths = paths};
    if (render_select(&input, run->diags, ret_selection) < 0)
        return -1;
    if (kind->all_files)
        name_all(ret_selection);
    gate_own(run, ret_selection);
    return 0;
}

/* ---- the command line ---- */

/* As the caller would find it: a path below the top may be of another file. */
static void name_as_given(struct gate_run *run, struct str path, const struct tree *tree,
                          const struct selection *selection)
{
    for (size_t i = 0; i < selection->manifests.n; i++) {
        struct manifest *manifest = selection->manifests.items[i];
        const bool is_file = tree->n == 1 && str_ends(path, manifest->path);
        manifest->path =
            is_file ? path : path_join(&run->sides->arena, path, manifest->entry->path);
    }
}

static int tree_of_path(struct gate_run *run, const struct given_kind *kind, struct str path,
                        struct tree *ret_tree)
{
    struct arena *arena = &run->sides->arena;
    struct file_info info;
    struct str resolved;
    int error = path_resolve(arena, str_to_c(arena, path), &resolved);
    if (error == 0)
        error = file_stat(str_to_c(arena, resolved), &info);
    const bool leads_out = error == 0 && gate_leads_out(run, path, resolved);
    if (error < 0 || leads_out) {
        const char *why = leads_out ? "a symlink leads out of the repository" : strerror(-error);
        struct diag *diag = diag_add(run->diags, RULE_FILE_UNREADABLE, (struct span){0, 0}, STR(""),
                                     "%s %.*s: %s", kind->option, STR_FMT(path), why);
        diag_hint(run->diags, diag, "%s", kind->hint);
        return -1;
    }
    *ret_tree = (struct tree){.kind = TREE_FOLDER};
    if (info.kind == FILE_DIRECTORY)
        return tree_of_folder(arena, str_to_c(arena, resolved), run->diags, ret_tree);
    ret_tree->root = path_dir(resolved);
    ret_tree->entries = ARENA_NEW(arena, struct tree_entry);
    ret_tree->entries[0].path = path_base(resolved);
    ret_tree->n = 1;
    return 0;
}

static int read_path(struct gate_run *run, const struct given_kind *kind, struct str path,
                     take_fn take)
{
    struct gate_side side = {.tree = {.kind = TREE_FOLDER}};
    if (tree_of_path(run, kind, path, &side.tree) < 0 ||
        select_given(run, kind, &side.tree, NULL, &side.selection) < 0)
        return -1;
    name_as_given(run, path, &side.tree, &side.selection);
    const int result = gate_read_all(run, &side);
    for (size_t i = 0; i < side.selection.manifests.n; i++) {
        take(run, NULL, side.selection.manifests.items[i]);
        diags_copy(run->diags, &side.selection.manifests.items[i]->diags);
    }
    arena_take(&run->sides->arena, &side.selection.arena);
    return result;
}

static void take_crd(struct gate_run *run, void *ctx, struct manifest *manifest)
{
    (void)ctx;
    VEC_PUSH(&run->sides->arena, &run->sides->head.crds, manifest);
    VEC_PUSH(&run->sides->arena, &run->sides->base.crds, manifest);
}

static void take_policy(struct gate_run *run, void *ctx, struct manifest *manifest)
{
    (void)ctx;
    const struct judge_policy_file file = {.manifest = manifest};
    VEC_PUSH(&run->sides->arena, &run->sides->head.policies, file);
    VEC_PUSH(&run->sides->arena, &run->sides->base.policies, file);
}

static bool is_in_tree(const struct tree *tree, struct str path)
{
    const struct str_list one = {.items = &path, .n = 1};
    for (size_t i = 0; i < tree->n; i++)
        if (render_path_is_in(&one, tree->entries[i].path))
            return true;
    return false;
}

/* Reads what is of the machine; what is of the change goes to a list, to be read of each side. */
static int read_given(struct gate_run *run, const struct given_kind *kind,
                      const struct str_list *paths, take_fn take, struct str_list *of_change)
{
    const struct gate_sides *sides = run->sides;
    for (size_t i = 0; i < paths->n; i++) {
        const struct str below =
            gate_base_has_policies(run) ? gate_below_root(run, paths->items[i]) : (struct str){0};
        if (below.n &&
            (is_in_tree(&sides->head.tree, below) || is_in_tree(&sides->base.tree, below)))
            VEC_PUSH(&run->sides->arena, of_change, below);
        else if (read_path(run, kind, paths->items[i], take) < 0)
            return -1;
    }
    return 0;
}

int gate_read_given(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    const struct gate_options *options = run->options;
    if (read_given(run, &crd_kind, &options->crds, take_crd, &run->given_crds) < 0 ||
        read_given(run, &policy_kind, &options->policies, take_policy, &run->given_policies) < 0)
        return -1;
    sides->base.crds_given = sides->base.crds.n;
    sides->head.crds_given = sides->head.crds.n;
    return 0;
}

/* ---- the configuration ---- */

/* With a base or for a hook, reading waits until it is known which of them matter. */
static int read_crds(struct gate_run *run, struct gate_side *side, const struct str_list *paths)
{
    struct gate_side crds = {.tree = side->tree};
    if (!paths->n)
        return 0;
    if (select_given(run, &crd_kind, &side->tree, paths, &crds.selection) < 0)
        return -1;
    const int result = run->sides->has_base || gate_is_narrow(run) ? 0 : gate_read_all(run, &crds);
    for (size_t i = 0; i < crds.selection.manifests.n; i++)
        VEC_PUSH(&run->sides->arena, &side->crds, crds.selection.manifests.items[i]);
    arena_take(&run->sides->arena, &crds.selection.arena);
    return result;
}

/* A policy that is not there would pass everything. A change may be about to bring it, so only the
 * head must have it. */
static int check_found(struct gate_run *run, const struct gate_side *side,
                       const struct str_list *paths, const struct selection *selection)
{
    for (size_t p = 0; side == &run->sides->head && p < paths->n; p++) {
        const struct str_list one = {.items = &paths->items[p], .n = 1};
        bool found = false;
        for (size_t i = 0; i < selection->manifests.n && !found; i++)
            found = render_path_is_in(&one, selection->manifests.items[i]->path);
        if (found)
            continue;
        struct diag *diag = diag_add(run->diags, RULE_CONFIG_VALUE, (struct span){0, 0}, STR(""),
                                     "policies: no file is in %.*s", STR_FMT(paths->items[p]));
        diag_hint(run->diags, diag,
                  "name files or folders with policies, relative to the top of the repository");
        run->usage_error = true;
        return -1;
    }
    return 0;
}

static int read_policies(struct gate_run *run, struct gate_side *side, const struct str_list *paths,
                         const struct config_set *set)
{
    struct gate_side policies = {.tree = side->tree};
    if (!paths->n)
        return 0;
    if (select_given(run, &policy_kind, &side->tree, paths, &policies.selection) < 0 ||
        check_found(run, side, paths, &policies.selection) < 0) {
        arena_take(&run->sides->arena, &policies.selection.arena);
        return -1;
    }
    const int result = gate_read_all(run, &policies);
    for (size_t i = 0; i < policies.selection.manifests.n; i++) {
        struct manifest *manifest = policies.selection.manifests.items[i];
        VEC_PUSH(&run->sides->arena, &side->policies,
                 ((struct judge_policy_file){.manifest = manifest, .set = set}));
        diags_copy(&side->diags, &manifest->diags);
    }
    arena_take(&run->sides->arena, &policies.selection.arena);
    return result;
}

int gate_read_configured(struct gate_run *run, struct gate_side *side)
{
    const struct config *config = &run->sides->config;
    if (read_crds(run, side, &run->given_crds) < 0 || read_crds(run, side, &config->crds) < 0 ||
        read_policies(run, side, &run->given_policies, NULL) < 0 ||
        read_policies(run, side, &config->policies, NULL) < 0)
        return -1;
    for (size_t i = 0; i < config->sets.n; i++)
        if (read_policies(run, side, &config->sets.items[i].policies, &config->sets.items[i]) < 0)
            return -1;
    return 0;
}

static bool has_equal(const struct gate_side *side, const struct judge_policy_file *file)
{
    for (size_t i = 0; i < side->policies.n; i++) {
        const struct judge_policy_file *other = &side->policies.items[i];
        if (other->set == file->set && str_eq(other->manifest->path, file->manifest->path) &&
            other->manifest->source && file->manifest->source &&
            str_eq(other->manifest->source->text, file->manifest->source->text))
            return true;
    }
    return false;
}

bool gate_policies_differ(const struct gate_sides *sides)
{
    if (sides->base.policies.n != sides->head.policies.n)
        return true;
    for (size_t i = 0; i < sides->head.policies.n; i++)
        if (!has_equal(&sides->base, &sides->head.policies.items[i]))
            return true;
    return false;
}
