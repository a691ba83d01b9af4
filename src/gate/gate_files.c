/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a tree that are no plain files, and would be left out without a word. */
#include "base/file.h"
#include "base/limits.h"
#include "gate/gate_internal.h"

static struct source *at_entry(struct gate_run *run, struct gate_side *side,
                               const struct tree_entry *entry)
{
    struct source *source = source_new(&run->sides->arena, entry->path, (struct str){0});
    side->diags.at =
        (struct diag_at){.source = source, .versions = (UINT32_C(1) << run->versions.n) - 1};
    return source;
}

/* A link inside the tree leads to a file that is checked at its own place. */
static void check_symlink(struct gate_run *run, struct gate_side *side, struct tree_reader *reader,
                          const struct tree_entry *entry)
{
    struct arena *arena = &run->sides->arena;
    struct str target, normal;
    if (tree_read_link(reader, entry, arena, &target) < 0)
        target = STR("?");
    bool absolute = str_starts(target, STR("/"));
    if (!absolute && path_normal(arena, path_join(arena, path_dir(entry->path), target), &normal))
        return;
    at_entry(run, side, entry);
    struct str quoted = diag_quote(arena, target);
    struct diag *diag = diag_add(&side->diags, RULE_FILE_SYMLINK, (struct span){0, 0}, STR(""),
                                 "this symlink leads out of the repository (to %.*s), so it is not "
                                 "followed",
                                 STR_FMT(quoted));
    diag_hint(&side->diags, diag, "put the manifest itself here, or exclude the link");
}

static void check_submodule(struct gate_run *run, struct gate_side *side,
                            const struct tree_entry *entry)
{
    at_entry(run, side, entry);
    struct diag *diag = diag_add(&side->diags, RULE_FILE_SUBMODULE, (struct span){0, 0}, STR(""),
                                 "this is a submodule: its manifests are not checked here");
    diag_hint(&side->diags, diag, "run tidegate in the submodule's own repository as well");
}

int gate_check_files(struct gate_run *run, struct gate_side *side)
{
    struct tree_reader *reader = NULL;
    for (size_t i = 0; i < side->selection.manifests.n; i++) {
        const struct manifest *manifest = side->selection.manifests.items[i];
        if (manifest->skip == SKIP_SUBMODULE)
            check_submodule(run, side, manifest->entry);
        if (manifest->skip != SKIP_SYMLINK)
            continue;
        if (!reader && !(reader = tree_reader_open(&side->tree, run->diags)))
            return -1;
        check_symlink(run, side, reader, manifest->entry);
    }
    tree_reader_close(reader);
    return 0;
}
