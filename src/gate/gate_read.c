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

void gate_own(struct gate_run *run, const struct selection *selection)
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
                                       .versions = run->options->versions.n
                                                       ? &run->sides->config.versions
                                                       : &run->options->versions,
                                       .overlays = !run->options->no_render,
                                       .workers = run->workers,
                                       .settings = &run->settings,
                                       .looked = &run->sides->looked};
    side->diags.settings = &run->settings;
    if (render_select(&input, run->diags, &side->selection) < 0)
        return -1;
    gate_own(run, &side->selection);
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
    gate_own(run, &head->selection);
}

int gate_select(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (is_stdin(run)) {
        select_stdin(run);
        return 0;
    }
    sides->looked.arena = &sides->arena;
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

int gate_read_all(struct gate_run *run, const struct gate_side *side)
{
    struct arena arena SCOPED(arena) = {0};
    struct manifest **wanted = ARENA_ARRAY(&arena, struct manifest *, side->selection.manifests.n);
    size_t n = 0;
    for (size_t i = 0; i < side->selection.manifests.n; i++)
        if (side->selection.manifests.items[i]->state == MANIFEST_UNREAD)
            wanted[n++] = side->selection.manifests.items[i];
    return gate_read_manifests(run, side, wanted, n);
}

int gate_read(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (gate_read_given(run) < 0)
        return -1;
    if (is_stdin(run))
        return read_stdin(run);
    if ((sides->has_base && gate_read_configured(run, &sides->base) < 0) ||
        gate_read_configured(run, &sides->head) < 0)
        return -1;
    if (gate_is_narrow(run))
        return gate_read_named(run);
    return sides->has_base ? gate_read_affected(run) : gate_read_all(run, &sides->head);
}
