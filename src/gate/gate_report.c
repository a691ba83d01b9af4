/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and found, in the form that every reporter takes, and the exit code. */
#include "gate/gate_internal.h"

/* What closes the gate is told wherever it is. */
static bool closes_gate(const struct diag *diag)
{
    struct str id = str_from(diag->rule->id);
    return str_starts(id, STR("limit/")) || str_starts(id, STR("io/"));
}

/* A hook names the files it is about; findings elsewhere are somebody else's. */
static void keep_given(struct gate_run *run, struct diags *diags)
{
    size_t n = 0;
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        bool keep = !diag->source || closes_gate(diag);
        for (size_t p = 0; p < run->paths.n && !keep; p++)
            keep = str_eq(diag->source->path, run->paths.items[p]);
        if (keep)
            diags->items[n++] = diags->items[i];
    }
    diags->n = n;
}

static void count_files(const struct gate_side *head, struct arena *arena, struct report *report)
{
    for (size_t i = 0; i < head->selection.manifests.n; i++) {
        const struct manifest *manifest = head->selection.manifests.items[i];
        if (manifest->state == MANIFEST_SKIPPED) {
            VEC_PUSH(
                arena, &report->skips,
                ((struct report_skip){manifest->path, str_from(skip_reason_name(manifest->skip))}));
            continue;
        }
        report->files++;
        report->files_read += manifest->state != MANIFEST_UNREAD;
    }
    for (size_t i = 0; i < head->verdict.sets.n; i++) {
        const struct verdict_set *set = &head->verdict.sets.items[i];
        if (set->objects.n || set->objects.name.n)
            VEC_PUSH(arena, &report->sets,
                     ((struct report_set){set->objects.name, set->objects.n, set->digest}));
    }
}

/* Whether the paths and patterns fit nothing at all: a change may well remove the last manifest.
 * Nobody may be kept from a commit because a repository has no manifest yet. */
static bool found_nothing(const struct gate_run *run, const struct report *report)
{
    const struct gate_options *options = run->options;
    const struct selection *base = &run->sides->base.selection;
    bool removed = false;
    for (size_t i = 0; i < base->manifests.n && !removed; i++)
        removed = base->manifests.items[i]->state != MANIFEST_SKIPPED;
    return !report->files && !removed && !options->allow_empty && !options->hook &&
           !options->staged;
}

static void report_nothing(struct gate_run *run, struct diags *diags, const struct report *report)
{
    const struct str_list *paths = &run->options->paths;
    diags->at = (struct diag_at){0};
    if (paths->n && str_is(paths->items[0], "-")) {
        struct diag *diag = diag_add(diags, RULE_FILE_EMPTY, (struct span){0, 0}, STR(""),
                                     "no manifest was found on standard input");
        diag_hint(diags, diag,
                  "see whether the program before the pipe failed, or pass --allow-empty");
        return;
    }
    struct diag *diag =
        diag_add(diags, RULE_FILE_EMPTY, (struct span){0, 0}, STR(""),
                 "no manifest was found in %.*s (%zu file%s left out)", STR_FMT(run->root),
                 report->skips.n, report->skips.n == 1 ? " was" : "s were");
    diag_hint(diags, diag,
              "check the paths and the include and exclude patterns, or pass --allow-empty");
}

/* First match wins. */
static int exit_code(const struct gate_run *run, const struct diags *diags, bool nothing)
{
    enum severity fail_on = run->sides->config.fail_on;
    if (run->usage_error)
        return EXIT_USAGE;
    if (diags->limit_hit)
        return EXIT_NOT_EVALUATED;
    if (fail_on != SEVERITY_OFF && diags_worst(diags) >= fail_on)
        return EXIT_FINDINGS;
    return nothing ? EXIT_NOTHING : EXIT_OK;
}

static bool has_manifest(const struct selection *selection, size_t set)
{
    for (size_t i = 0; i < selection->manifests.n; i++)
        if (selection->manifests.items[i]->set == set)
            return true;
    return false;
}

/* A declared set without a file is a slip in its paths, and what it should hold is in no set. */
static void report_empty_sets(struct gate_run *run, struct diags *diags)
{
    const struct gate_sides *sides = run->sides;
    const struct selection *head = &sides->head.selection;
    for (size_t i = 0; i < head->sets.n; i++) {
        const struct selection_set *set = &head->sets.items[i];
        if (!set->config || has_manifest(head, i))
            continue;
        diags->at = (struct diag_at){.source = sides->config.source, .set = set->name};
        struct diag *diag = diag_add(diags, RULE_FILE_EMPTY, set->config->span, STR(""),
                                     "the set %.*s has no file", STR_FMT(set->name));
        diag_hint(diags, diag, "correct its paths, or remove it");
        if (!diag)
            continue;
        diag->severity = SEVERITY_WARNING;
        if (sides->has_base && !has_manifest(&sides->base.selection, i))
            diag->state = DIAG_PREEXISTING;
    }
    diags_sort(diags);
}

/* order: oracle */
static const char *const oracle_names[] = {NULL, "post", "apply", "kubectl"};

void gate_fill_report(struct gate_run *run, struct gate_result *result)
{
    const struct gate_sides *sides = run->sides;
    struct report *report = &result->report;
    report_empty_sets(run, &result->diags);
    if (run->options->hook)
        keep_given(run, &result->diags);
    report->diags = &result->diags;
    const bool by_files = sides->has_base ? run->options->changed_files : run->is_touched;
    report->scope.mode = by_files ? "changed-files" : sides->has_base ? "new" : "all";
    report->scope.base = sides->base.tree.name;
    report->scope.head = sides->head.tree.name;
    report->scope.how = run->how;
    report->scope.notes = run->notes;
    report->scope.oracle = oracle_names[sides->config.oracle];
    report->scope.stages = sides->config.stages;
    report->versions = run->versions;
    report->documents = sides->head.verdict.documents;
    report->objects = sides->head.verdict.objects;
    report->no_schema = sides->head.verdict.no_schema;
    report->fail_on = sides->config.fail_on;
    report->show_preexisting = run->options->show_preexisting;
    report->cluster = run->cluster;
    report->scope.snapshot = run->snapshot_title;
    count_files(&sides->head, &result->arena, report);
    bool nothing = found_nothing(run, report);
    report->exit_code = exit_code(run, &result->diags, nothing);
    if (nothing && report->exit_code == EXIT_NOTHING)
        report_nothing(run, &result->diags, report);
}
