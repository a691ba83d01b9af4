/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings of the day the gate was put up, which may stay: the baseline excuses as many of a kind
 * as it counts. Those that the base of a change has as well use it up first, so that a change can't
 * add one more. In a pull request the base's baseline decides, as its configuration does.
 */
#include "base/file.h"
#include "base/limits.h"
#include "config/baseline.h"
#include "gate/gate_internal.h"

static const char what[] = "baseline";

static struct str file_of(const struct gate_run *run)
{
    if (run->options->baseline.n)
        return run->options->baseline;
    if (run->sides->config.baseline.n || !run->options->measure)
        return run->sides->config.baseline;
    return str_from(baseline_file_name);
}

static const struct tree *deciding_tree(const struct gate_run *run)
{
    bool base = gate_base_has_policies(run) && !run->options->preview;
    return base ? &run->sides->base.tree : &run->sides->head.tree;
}

static int not_there(struct gate_run *run, struct str path)
{
    run->diags->at = (struct diag_at){.source = run->sides->config.source};
    struct diag *diag = diag_add(run->diags, RULE_CONFIG_VALUE, (struct span){0, 0}, STR(""),
                                 "the baseline %.*s is not there", STR_FMT(path));
    diag_hint(run->diags, diag,
              "write it with `tidegate baseline write`, or take it out of the configuration");
    run->diags->at = (struct diag_at){0};
    return -1;
}

/* Named by an option, it may come with this very change: then it excuses nothing yet. */
static bool comes_with_change(const struct gate_run *run, struct str path)
{
    const struct gate_sides *sides = run->sides;
    return run->options->baseline.n && deciding_tree(run) != &sides->head.tree &&
           tree_find(&sides->head.tree, path);
}

static int read(struct gate_run *run, struct str path, struct source **ret_source,
                struct baseline *ret_baseline)
{
    struct arena *arena = &run->sides->arena;
    struct source *source = NULL;
    const char *name = str_to_c(arena, path);
    if (gate_read_setting(run, deciding_tree(run), what, name, &source) < 0)
        return -1;
    if (!source && (run->options->measure || comes_with_change(run, path)))
        return 0;
    if (!source)
        return not_there(run, path);
    if (baseline_read(arena, source, run->diags, ret_baseline) < 0)
        return -1;
    *ret_source = source;
    return 0;
}

/* What is an update's is the change's own, and not of any day before. */
static bool can_cover(const struct diag *diag)
{
    return diag->source && diag->state != DIAG_SUPPRESSED && !diag->of_update &&
           diag->severity >= SEVERITY_WARNING && gate_can_ignore(diag->rule);
}

static void cover(struct baseline *baseline, struct diags *diags, enum diag_state state)
{
    struct arena arena SCOPED(arena) = {0};
    for (size_t i = 0; i < diags->n; i++) {
        struct diag *diag = &diags->items[i];
        if (diag->state != state || !can_cover(diag))
            continue;
        struct baseline_entry key = baseline_key(&arena, diag);
        struct baseline_entry *entry = baseline_find(&arena, baseline, &key);
        if (!entry || entry->seen++ >= entry->count || state != DIAG_NEW)
            continue;
        diag->state = DIAG_SUPPRESSED;
        diag->reason = STR("in the baseline");
    }
}

static void report_stale(struct gate_run *run, struct source *source,
                         const struct baseline *baseline)
{
    run->diags->at = (struct diag_at){.source = source};
    for (size_t i = 0; i < baseline->entries.n; i++) {
        const struct baseline_entry *entry = baseline->entries.items[i];
        if (entry->seen >= entry->count)
            continue;
        struct str rule = diag_quote(&run->sides->arena, entry->rule);
        size_t gone = entry->count - entry->seen;
        struct diag *diag = diag_add(run->diags, RULE_BASELINE_STALE, entry->span, STR(""),
                                     "%zu finding%s of %.*s that may stay %s gone", gone,
                                     gone == 1 ? "" : "s", STR_FMT(rule), gone == 1 ? "is" : "are");
        diag_hint(run->diags, diag, "run `tidegate baseline prune`");
    }
    run->diags->at = (struct diag_at){0};
}

/* ---- measuring, for the command ---- */

/* What is there now, counted by the same keys. */
static void count_now(struct arena *arena, const struct diags *diags, struct baseline *now)
{
    for (size_t i = 0; i < diags->n; i++) {
        if (!can_cover(&diags->items[i]))
            continue;
        struct baseline_entry key = baseline_key(arena, &diags->items[i]);
        baseline_add(arena, now, &key)->count++;
    }
}

static void note(struct arena *arena, struct buf *out, const char *begin,
                 const struct baseline_entry *entry, size_t n)
{
    struct str object = diag_quote(arena, entry->object.n ? entry->object : entry->file);
    struct str rule = diag_quote(arena, entry->rule);
    struct str field = diag_quote(arena, entry->field);
    buf_format(out, "%s: %.*s", begin, STR_FMT(rule));
    if (object.n)
        buf_format(out, " in %.*s", STR_FMT(object));
    if (field.n)
        buf_format(out, " at %.*s", STR_FMT(field));
    buf_format(out, n > 1 ? " (%zu times)\n" : "\n", n);
}

static struct str write_text(struct arena *arena, struct baseline *baseline,
                             struct gate_baseline *result)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_CONFIG_BYTES);
    baseline_write(baseline, &out);
    result->too_large |= out.full;
    return str_dup(arena, buf_str(&out));
}

static void compare(struct arena *arena, struct baseline *old, struct baseline *now,
                    struct gate_baseline *result)
{
    struct buf notes SCOPED(buf) = {0};
    buf_init(&notes, LIMIT_REPORT_BYTES);
    result->text = write_text(arena, now, result);
    for (size_t i = 0; i < now->entries.n; i++) {
        const struct baseline_entry *entry = now->entries.items[i];
        const struct baseline_entry *had = baseline_find(arena, old, entry);
        size_t covered = had ? MIN_OF(had->count, entry->count) : 0;
        result->findings += entry->count;
        result->covered += covered;
        if (covered < entry->count)
            note(arena, &notes, "not in the baseline", entry, entry->count - covered);
    }
    for (size_t i = 0; i < old->entries.n; i++) {
        struct baseline_entry *entry = old->entries.items[i];
        const struct baseline_entry *is = baseline_find(arena, now, entry);
        size_t left = is ? MIN_OF(is->count, entry->count) : 0;
        result->stale += entry->count - left;
        if (left < entry->count)
            note(arena, &notes, "no longer there", entry, entry->count - left);
        entry->count = left;
    }
    result->rest = write_text(arena, old, result);
    result->notes = str_dup(arena, buf_str(&notes));
}

static void measure(struct gate_run *run, struct str path, const struct source *source,
                    struct baseline *old)
{
    struct arena *arena = &run->sides->arena;
    struct gate_baseline *result = &run->sides->baseline;
    struct baseline now = {.known = {.arena = arena}};
    *result = (struct gate_baseline){
        .path = path, .file = path_join(arena, run->root, path), .exists = source != NULL};
    count_now(arena, &run->sides->head.diags, &now);
    compare(arena, old, &now, result);
}

const struct gate_baseline *gate_baseline(const struct gate_result *result)
{
    return &result->sides->baseline;
}

int gate_apply_baseline(struct gate_run *run)
{
    struct str path = file_of(run);
    struct baseline baseline = {.known = {.arena = &run->sides->arena}};
    struct source *source = NULL;
    if (!path.n)
        return 0;
    if (read(run, path, &source, &baseline) < 0) {
        /* What git or the disk could not give is no mistake in the file. */
        run->usage_error = !run->diags->limit_hit;
        return -1;
    }
    if (run->options->measure) {
        measure(run, path, source, &baseline);
        return 0;
    }
    struct diags *diags = &run->sides->head.diags;
    diags_sort(diags);
    cover(&baseline, diags, DIAG_PREEXISTING);
    cover(&baseline, diags, DIAG_NEW);
    if (gate_is_whole(run))
        report_stale(run, source, &baseline);
    return 0;
}

/* ---- a change that edits it ---- */

/* How many findings a excuses that b does not. */
static size_t more_than(struct arena *arena, const struct baseline *a, const struct baseline *b)
{
    size_t more = 0;
    for (size_t i = 0; i < a->entries.n; i++) {
        const struct baseline_entry *entry = a->entries.items[i];
        const struct baseline_entry *other = baseline_find(arena, b, entry);
        size_t count = other ? other->count : 0;
        more += entry->count > count ? entry->count - count : 0;
    }
    return more;
}

/* One that can't be read excuses nothing; the run under the head's configuration tells it. */
static void read_quietly(struct arena *arena, struct source *source, struct baseline *baseline)
{
    struct diags diags SCOPED(diags) = {0};
    if (source && baseline_read(arena, source, &diags, baseline) < 0)
        *baseline = (struct baseline){.known = {.arena = arena}};
}

bool gate_tell_baseline(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    struct arena *arena = &sides->arena;
    const char *name = str_to_c(arena, file_of(run));
    struct source *old = NULL, *new = NULL;
    if (!*name || gate_read_setting(run, &sides->base.tree, what, name, &old) < 0 ||
        gate_read_setting(run, &sides->head.tree, what, name, &new) < 0)
        return false;
    if (old && new ? str_eq(old->text, new->text) : old == new)
        return false;
    struct baseline before = {.known = {.arena = arena}}, after = before;
    read_quietly(arena, old, &before);
    read_quietly(arena, new, &after);
    sides->head.diags.at = (struct diag_at){.source = new ? new : old};
    struct diag *diag = diag_add(
        &sides->head.diags, RULE_BASELINE_CHANGED, (struct span){0, 0}, STR(""),
        "this change edits the baseline: %zu more and %zu fewer findings "
        "may stay; %s decides here",
        more_than(arena, &after, &before), more_than(arena, &before, &after), gate_decider(run));
    diag_hint(&sides->head.diags, diag, "ask why each that comes can't be mended now");
    return true;
}
