/* SPDX-License-Identifier: Apache-2.0 */
/* Selecting the files of both sides, and reading them: all of them, or with a base what matters. */
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "gate/gate_internal.h"

static bool is_stdin(const struct gate_run *run)
{
    const struct str_list *paths = &run->options->paths;
    return paths->n == 1 && str_is(paths->items[0], "-");
}

static void own(struct gate_run *run, struct selection *selection)
{
    for (size_t i = 0; i < selection->manifests.n; i++)
        VEC_PUSH(&run->sides->arena, &run->sides->owned, selection->manifests.items[i]);
}

static int select_side(struct gate_run *run, struct gate_side *side)
{
    /* A hook names the files that it reports on; the rest is read for what they refer to. */
    const struct str_list *paths = run->options->hook ? NULL : &run->paths;
    const struct render_input input = {.tree = &side->tree,
                                       .config = &run->sides->config,
                                       .paths = paths,
                                       .versions = &run->options->versions};
    side->diags.settings = &run->settings;
    if (render_select(&input, run->diags, &side->selection) < 0)
        return -1;
    own(run, &side->selection);
    return 0;
}

static void select_stdin(struct gate_run *run)
{
    struct gate_side *head = &run->sides->head;
    struct manifest *manifest = xcalloc(1, sizeof *manifest);
    manifest->path = STR("<stdin>");
    manifest->given = true;
    VEC_PUSH(&head->selection.arena, &head->selection.sets,
             ((struct selection_set){.versions = run->versions}));
    VEC_PUSH(&head->selection.arena, &head->selection.manifests, manifest);
    own(run, &head->selection);
}

int gate_select(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (is_stdin(run)) {
        select_stdin(run);
        return 0;
    }
    if (sides->has_base && select_side(run, &sides->base) < 0)
        return -1;
    return select_side(run, &sides->head);
}

int gate_read_manifests(struct gate_run *run, const struct gate_side *side,
                        struct manifest **manifests, size_t n)
{
    const struct render_work work = {.tree = &side->tree,
                                     .memory = run->sides->memory,
                                     .settings = &run->settings,
                                     .workers = run->workers,
                                     .progress = run->options->progress,
                                     .progress_ctx = run->options->progress_ctx};
    return render_read(&work, manifests, n, run->diags);
}

static int read_stdin(struct gate_run *run)
{
    struct manifest *manifest = run->sides->head.selection.manifests.items[0];
    struct arena *arena = &run->sides->arena;
    struct str text;
    int error = fd_read_all(arena, STDIN_FILENO, LIMIT_STREAM_BYTES, &text);
    if (error == 0) {
        render_text(arena, manifest, text, &run->settings);
        return 0;
    }
    if (error == -EFBIG)
        diag_add(run->diags, RULE_LIMIT_SIZE, (struct span){0, 0}, STR(""),
                 "standard input has more than %d MiB; split it", LIMIT_STREAM_BYTES >> 20);
    else
        diag_add(run->diags, RULE_FILE_UNREADABLE, (struct span){0, 0}, STR(""),
                 "standard input can't be read: %s", strerror(-error));
    return -1;
}

static int read_all(struct gate_run *run, struct gate_side *side)
{
    struct arena arena SCOPED(arena) = {0};
    struct manifest **wanted = ARENA_ARRAY(&arena, struct manifest *, side->selection.manifests.n);
    size_t n = 0;
    for (size_t i = 0; i < side->selection.manifests.n; i++)
        if (side->selection.manifests.items[i]->state == MANIFEST_UNREAD)
            wanted[n++] = side->selection.manifests.items[i];
    return gate_read_manifests(run, side, wanted, n);
}

/* CRDs that are named on the command line: files or folders of their own, not part of any set. */
static int read_crd_path(struct gate_run *run, struct str path)
{
    struct gate_sides *sides = run->sides;
    struct arena *arena = &sides->arena;
    const char *c_path = str_to_c(arena, path);
    struct file_info info;
    struct str resolved;
    int error = path_resolve(arena, c_path, &resolved);
    if (error == 0)
        error = file_stat(str_to_c(arena, resolved), &info);
    if (error < 0) {
        struct diag *diag = diag_add(run->diags, RULE_FILE_UNREADABLE, (struct span){0, 0}, STR(""),
                                     "--crd %.*s: %s", STR_FMT(path), strerror(-error));
        diag_hint(run->diags, diag, "give a file or a folder with CustomResourceDefinitions");
        return -1;
    }
    struct tree tree = {.kind = TREE_FOLDER};
    if (info.kind == FILE_DIRECTORY) {
        if (tree_of_folder(arena, str_to_c(arena, resolved), run->diags, &tree) < 0)
            return -1;
    } else {
        tree.root = path_dir(resolved);
        tree.entries = ARENA_NEW(arena, struct tree_entry);
        tree.entries[0].path = path_base(resolved);
        tree.n = 1;
    }
    struct config config;
    config_init(&config, arena);
    struct gate_side side = {.tree = tree};
    const struct render_input input = {.tree = &side.tree, .config = &config};
    if (render_select(&input, run->diags, &side.selection) < 0)
        return -1;
    own(run, &side.selection);
    int result = read_all(run, &side);
    for (size_t i = 0; i < side.selection.manifests.n; i++) {
        VEC_PUSH(arena, &sides->head.crds, side.selection.manifests.items[i]);
        VEC_PUSH(arena, &sides->base.crds, side.selection.manifests.items[i]);
        diags_copy(run->diags, &side.selection.manifests.items[i]->diags);
    }
    arena_take(arena, &side.selection.arena);
    return result;
}

/* CRDs that the configuration names are in the tree of each side, so a change to them shows. They
 * may be outside of all sets, excluded for example. */
static int read_config_crds(struct gate_run *run, struct gate_side *side)
{
    const struct config *config = &run->sides->config;
    if (!config->crds.n)
        return 0;
    struct config plain;
    config_init(&plain, &run->sides->arena);
    const struct render_input input = {
        .tree = &side->tree, .config = &plain, .paths = &config->crds};
    struct gate_side crds = {.tree = side->tree};
    if (render_select(&input, run->diags, &crds.selection) < 0)
        return -1;
    own(run, &crds.selection);
    /* With a base, reading waits until it is known which of them matter. */
    int result = run->sides->has_base ? 0 : read_all(run, &crds);
    for (size_t i = 0; i < crds.selection.manifests.n; i++)
        VEC_PUSH(&run->sides->arena, &side->crds, crds.selection.manifests.items[i]);
    arena_take(&run->sides->arena, &crds.selection.arena);
    return result;
}

int gate_read(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    for (size_t i = 0; i < run->options->crds.n; i++)
        if (read_crd_path(run, run->options->crds.items[i]) < 0)
            return -1;
    sides->base.crds_given = sides->base.crds.n;
    sides->head.crds_given = sides->head.crds.n;
    if (is_stdin(run))
        return read_stdin(run);
    if ((sides->has_base && read_config_crds(run, &sides->base) < 0) ||
        read_config_crds(run, &sides->head) < 0)
        return -1;
    return sides->has_base ? gate_read_affected(run) : read_all(run, &sides->head);
}
