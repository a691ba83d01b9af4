/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change that edits tidegate.yaml or the baseline: the base's configuration has decided, and the
 * head's is tried as well, so that everybody sees its effect before it is merged. What it alone
 * objects to is told as information; what is wrong with the file itself is an error, because the
 * merge would break the gate.
 */
#include "base/map.h"
#include "gate/gate_internal.h"

static bool is_same_text(const struct source *a, const struct source *b)
{
    if (!a || !b)
        return a == b;
    return str_eq(a->path, b->path) && str_eq(a->text, b->text);
}

static struct str fingerprint(struct arena *arena, const struct diag *diag)
{
    char hex[33];
    diag_fingerprint(diag, hex);
    return str_dup(arena, str_from(hex));
}

/* Or about what keeps it from being read. */
static bool is_about_config(const struct diag *diag, const struct source *config)
{
    return str_starts(str_from(diag->rule->id), STR("config/")) ||
           diag->rule == rule_get(RULE_SNAPSHOT_UNUSABLE) ||
           (config && diag->source && str_eq(diag->source->path, config->path));
}

/* Findings that only the new configuration brings. */
static void tell_difference(struct diags *diags, const struct diags *preview,
                            const struct source *file)
{
    struct arena arena SCOPED(arena) = {0};
    struct map known = {.arena = &arena};
    for (size_t i = 0; i < diags->n; i++)
        map_put(&known, fingerprint(&arena, &diags->items[i]), diags);
    for (size_t i = 0; i < preview->n; i++) {
        const struct diag *diag = &preview->items[i];
        bool config = is_about_config(diag, file);
        if (diag->state != DIAG_NEW || diag->severity < SEVERITY_WARNING ||
            (!config && map_has(&known, fingerprint(&arena, diag))))
            continue;
        struct diag *copy = diags_add_copy(diags, diag);
        if (config || !copy)
            continue;
        copy->severity = SEVERITY_INFO;
        diag_hint(diags, copy, "the changed configuration would object to this once it is merged");
    }
}

static void tell_edit(struct gate_run *run, struct source *source)
{
    struct diags *diags = &run->sides->head.diags;
    diags->at = (struct diag_at){.source = source};
    struct diag *diag =
        diag_add(diags, RULE_CONFIG_CHANGED, (struct span){0, 0}, STR(""),
                 "this change edits the configuration; %s decides here", gate_decider(run));
    diag_hint(diags, diag,
              run->options->config_of_head
                  ? "look at the edit twice: it says what this very change is judged by"
                  : "look at the edit twice: it takes effect with the merge");
}

void gate_preview(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    if (!gate_base_decides(run) && !gate_head_decides(run))
        return;
    bool baseline = gate_tell_baseline(run);
    struct source *old = NULL, *new = NULL;
    if (gate_find_config(run, &sides->base.tree, &old) < 0 ||
        gate_find_config(run, &sides->head.tree, &new) < 0)
        return;
    bool config = !is_same_text(old, new);
    if (!config && !baseline)
        return;
    if (config)
        tell_edit(run, new ? new : old);
    if (gate_head_decides(run))
        return;
    struct gate_options options = *run->options;
    options.preview = true;
    options.dry_run = (struct gate_dry_run){0};
    sides->preview = xcalloc(1, sizeof *sides->preview);
    gate_run(&options, sides->preview);
    tell_difference(&sides->head.diags, &sides->preview->diags, new);
}
