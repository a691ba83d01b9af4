/* SPDX-License-Identifier: Apache-2.0 */
/* The pull-request pipeline, one call a stage. */
#include "gate/gate.h"

#include "base/clock.h"
#include "base/pool.h"
#include "edit/edit.h"
#include "gate/gate_internal.h"

static int judge_side(struct gate_run *run, struct gate_side *side, const struct verdict *old);

/* An update of what the base could not show would pass as a creation. */
static void tell_unreadable(struct gate_run *run, const struct gate_side *base)
{
    const struct rule *unreadable = rule_get(RULE_FILE_UNREADABLE);
    for (size_t i = 0; i < base->diags.n; i++) {
        const struct diag *diag = &base->diags.items[i];
        if (diag->rule != unreadable)
            continue;
        run->diags->at = (struct diag_at){.source = diag->source};
        struct diag *told = diag_add(run->diags, RULE_FILE_UNREADABLE, diag->span, STR(""),
                                     "at the base: %.*s", STR_FMT(diag->message));
        diag_hint(run->diags, told,
                  "a clone with --filter has no old files: fetch them with git fetch --refetch "
                  "--no-filter, or clone without; git fsck finds damage");
    }
    run->diags->at = (struct diag_at){0};
}

static int run_stages(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (gate_find_root(run) < 0 || gate_scope(run) < 0)
        return -1;
    if (run->options->scope_only)
        return 0;
    if (gate_configure(run) < 0)
        return -1;
    if (gate_select(run) < 0 || gate_read(run) < 0)
        return -1;
    if (sides->has_base && judge_side(run, &sides->base, NULL) < 0)
        return -1;
    if (judge_side(run, &sides->head, sides->has_base ? &sides->base.verdict : NULL) < 0)
        return -1;
    if (gate_dry_run(run) < 0 || (sides->has_base && gate_move_to_origins(run, &sides->base) < 0) ||
        gate_move_to_origins(run, &sides->head) < 0)
        return -1;
    gate_ignore_inline(run);
    if (sides->has_base) {
        tell_unreadable(run, &sides->base);
        gate_mark_preexisting(run);
    }
    if (run->is_touched)
        gate_mark_untouched(run);
    gate_ignore_configured(run);
    if (gate_apply_baseline(run) < 0)
        return -1;
    gate_preview(run);
    return 0;
}

void gate_run(const struct gate_options *options, struct gate_result *ret_result)
{
    uint64_t start = clock_ms();
    *ret_result = (struct gate_result){0};
    struct gate_sides *sides = xcalloc(1, sizeof *sides);
    ret_result->sides = sides;
    struct gate_run run = {.options = options,
                           .sides = sides,
                           .diags = &ret_result->diags,
                           .workers = options->jobs ? options->jobs : pool_default_workers()};
    sides->memory = render_memory_new(run.workers);
    /* What was found before a stage could not go on is told all the same. */
    (void)run_stages(&run);
    diags_merge(&ret_result->diags, &sides->head.diags);
    diags_sort(&ret_result->diags);
    edit_realize(&ret_result->diags);
    gate_fill_report(&run, ret_result);
    ret_result->report.took_ms = MAX_OF(clock_ms() - start, UINT64_C(1));
}

/* The object that holds a place: a document's, or the item of a List. */
static bool object_at(const struct manifest *manifest, uint32_t offset, struct object *ret_object)
{
    for (size_t i = 0; i < manifest->docs.n; i++) {
        const struct doc *doc = &manifest->docs.items[i];
        if (!doc->root || offset < doc->span.start || offset > doc->span.end)
            continue;
        const struct node *items = node_get(doc->root, STR("items"));
        for (struct item it = list_first(items); it.value; it = list_next(it)) {
            struct span span = node_span(it.written);
            if (offset >= span.start && offset <= span.end)
                return object_read(doc, it.value, ret_object);
        }
        return object_read(doc, doc->root, ret_object);
    }
    return false;
}

/* Readers know no objects, but findings are compared by object and not by path. */
static void name_object(struct diags *diags, struct diag *diag, const struct manifest *manifest)
{
    struct object object;
    if (diag->object.kind.n || !object_at(manifest, diag->span.start, &object))
        return;
    struct diag_object name = object_diag(&object);
    diag->object = (struct diag_object){.api_version = str_dup(&diags->arena, name.api_version),
                                        .kind = str_dup(&diags->arena, name.kind),
                                        .namespace = str_dup(&diags->arena, name.namespace),
                                        .name = str_dup(&diags->arena, name.name)};
}

/* Reading's findings belong to the set that the file is in; a file in two sets has them twice. */
static void take_reading_findings(struct gate_run *run, struct gate_side *side)
{
    uint32_t all = (UINT32_C(1) << run->versions.n) - 1;
    side->diags.at = (struct diag_at){.versions = all};
    diags_copy(&side->diags, &side->selection.diags);
    for (size_t i = 0; i < side->selection.manifests.n; i++) {
        const struct manifest *manifest = side->selection.manifests.items[i];
        if (!manifest->diags.n)
            continue;
        side->diags.at = (struct diag_at){.set = side->selection.sets.items[manifest->set].name,
                                          .versions = all};
        size_t first = side->diags.n;
        diags_copy(&side->diags, &manifest->diags);
        for (size_t d = first; d < side->diags.n; d++)
            name_object(&side->diags, &side->diags.items[d], manifest);
    }
}

static int judge_side(struct gate_run *run, struct gate_side *side, const struct verdict *old)
{
    /* A change must not be able to switch off the policies that it is judged by. */
    const struct gate_side *deciding =
        old && gate_base_has_policies(run) ? &run->sides->base : side;
    const struct judge_input input = {
        .selection = &side->selection,
        .config = &run->sides->config,
        .versions = &run->versions,
        .old = old,
        .crd_manifests = side->crds.items,
        .crd_count = side->crds.n,
        .policies = {deciding->policies.items, deciding->policies.n},
        .after = {side->policies.items, side->policies.n},
        .base_has_policies = deciding != side,
        .workers = run->workers,
        .snapshot = run->sides->snapshot,
        .digests = run->options->digests && (!old || run->options->whole) && !gate_is_narrow(run),
        .progress = run->options->progress,
        .progress_ctx = run->options->progress_ctx};
    side->diags.settings = &run->settings;
    take_reading_findings(run, side);
    if (gate_check_files(run, side) < 0)
        return -1;
    if (judge_run(&input, &side->diags, &side->verdict) == 0) {
        gate_narrow(run, &side->diags);
        return 0;
    }
    run->usage_error = true;
    diags_merge(run->diags, &side->diags);
    return -1;
}

static void release_side(struct gate_side *side)
{
    diags_release(&side->diags);
    verdict_release(&side->verdict);
    selection_release(&side->selection);
}

void gate_result_release(struct gate_result *result)
{
    struct gate_sides *sides = result->sides;
    diags_release(&result->diags);
    if (sides) {
        release_side(&sides->base);
        release_side(&sides->head);
        for (size_t i = 0; i < sides->owned.n; i++)
            manifest_free(sides->owned.items[i]);
        if (sides->preview)
            gate_result_release(sides->preview);
        free(sides->preview);
        render_memory_free(sides->memory);
        repo_close(sides->repo);
        arena_release(&sides->arena);
        free(sides);
    }
    arena_release(&result->arena);
    *result = (struct gate_result){0};
}
