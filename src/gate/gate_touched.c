/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rung below git: a forge says which files the change touches. There is no tree before it then,
 * and nobody can say what is new. So all findings in touched files count, and of other files those
 * that an object in another file may have caused: everything but what one object alone is found
 * wrong by. When a touched file says how others are judged (a CRD, a policy, what is no manifest),
 * or nobody can see whether it does, everything counts everywhere.
 */
#include "base/map.h"
#include "gate/gate_internal.h"

static int give_up(struct gate_run *run, struct str why)
{
    VEC_PUSH(&run->sides->arena, &run->notes,
             str_format(&run->sides->arena, "the forge does not say which files are changed: %.*s",
                        STR_FMT(why)));
    return -1;
}

/* The change's own configuration would decide on it, as the base's is not there. */
static bool edits_configuration(const struct gate_run *run)
{
    for (size_t i = 0; i < run->touched.n; i++) {
        const struct host_change *change = &run->touched.items[i];
        for (size_t k = 0; k < ARRAY_LEN(config_file_names); k++)
            if (str_is(change->path, config_file_names[k]) ||
                str_is(change->old_path, config_file_names[k]))
                return true;
        if (str_eq(change->path, run->options->config) ||
            str_eq(change->path, run->options->baseline))
            return true;
    }
    return false;
}

int gate_ask_touched(struct gate_run *run)
{
    const struct gate_options *options = run->options;
    struct str why = {0};
    if (!options->ask_touched || options->base_dir.n || options->staged || options->base.n)
        return -1;
    if (options->heads_target)
        return give_up(run, STR("the change itself is not checked out"));
    if (options->ask_touched(options->ask_touched_ctx, &run->touched, &why) < 0)
        return give_up(run, why);
    if (run->touched.is_cut)
        return give_up(run, STR("there are more than it lists"));
    if (edits_configuration(run))
        return give_up(run,
                       STR("the change edits the configuration, and that of the base decides"));
    run->is_touched = true;
    return 0;
}

/* ---- which findings count ---- */

static bool says_how_to_judge(struct str text)
{
    static const char *const words[] = {"CustomResourceDefinition", "Policy", "Kustomization",
                                        "kustomize.config"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(text, str_from(words[i])))
            return true;
    return false;
}

static bool is_read_by_us(struct str path)
{
    static const char *const ends[] = {".yaml", ".yml", ".json", ".tpl"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(path, str_from(ends[i])))
            return true;
    return false;
}

static const struct manifest *manifest_of(const struct gate_run *run, struct str path)
{
    const struct selection *selection = &run->sides->head.selection;
    for (size_t i = 0; i < selection->manifests.n; i++)
        if (str_eq(selection->manifests.items[i]->path, path))
            return selection->manifests.items[i];
    return NULL;
}

/* Whether all that it can do to other files is what objects do to each other. */
static bool is_plain(const struct gate_run *run, const struct host_change *change)
{
    const bool is_gone = str_is(change->status, "removed");
    if (!is_read_by_us(change->path) && (!change->old_path.n || !is_read_by_us(change->old_path)))
        return true;
    if (!change->patch.n || says_how_to_judge(change->patch))
        return false;
    if (is_gone) /* what was no manifest may have said what others are for */
        return str_has(change->patch, STR("apiVersion:"));
    const struct manifest *manifest = manifest_of(run, change->path);
    return manifest && manifest->state == MANIFEST_READ && manifest->source &&
           !says_how_to_judge(manifest->source->text);
}

static bool are_plain(const struct gate_run *run)
{
    for (size_t i = 0; i < run->touched.n; i++)
        if (!is_plain(run, &run->touched.items[i]))
            return false;
    return true;
}

/* Families of what one object alone is found wrong by. */
static bool is_of_one_object(const struct rule *rule)
{
    static const char *const families[] = {"yaml/",    "api/",      "apply/",        "kubectl/",
                                           "version/", "document/", "schema/missing"};
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_starts(str_from(rule->id), str_from(families[i])))
            return true;
    return false;
}

static void tell(struct gate_run *run)
{
    VEC_PUSH(&run->sides->arena, &run->notes,
             str_format(&run->sides->arena,
                        "the base is not in this clone: all findings count in the %zu files that "
                        "the forge lists as changed, and %s",
                        run->touched.n,
                        run->is_touched
                            ? "elsewhere those that hang on other objects"
                            : "everywhere, as one of these says how others are judged"));
}

/* Findings that the change excuses by itself would pass in silence. */
static void refuse_baseline(struct gate_run *run)
{
    const struct str baseline = run->sides->config.baseline;
    for (size_t i = 0; i < run->touched.n; i++) {
        if (!baseline.n || !str_eq(run->touched.items[i].path, baseline))
            continue;
        struct diag *diag = diag_add(run->diags, RULE_GIT_HISTORY, (struct span){0, 0}, STR(""),
                                     "the change edits the baseline, and that of the base, which "
                                     "decides, is not in this clone");
        diag_hint(run->diags, diag, "set fetch-depth: 2 on actions/checkout");
    }
}

void gate_mark_untouched(struct gate_run *run)
{
    struct arena arena SCOPED(arena) = {0};
    struct map touched = {.arena = &arena};
    struct diags *diags = &run->sides->head.diags;
    refuse_baseline(run);
    run->is_touched = are_plain(run);
    tell(run);
    for (size_t i = 0; i < run->touched.n; i++)
        map_put(&touched, run->touched.items[i].path, run);
    for (size_t i = 0; i < diags->n && run->is_touched; i++) {
        struct diag *diag = &diags->items[i];
        if (diag->state == DIAG_NEW && diag->source && is_of_one_object(diag->rule) &&
            !map_get(&touched, diag->source->path))
            diag->state = DIAG_PREEXISTING;
    }
}
