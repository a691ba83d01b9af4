/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot of a cluster that a run is held against. What lies in the repository is read from
 * the side that decides: a change must not bring the cluster that it is judged by. One that is old,
 * of the future, damaged or not there closes the gate, as nobody knows what it would have said.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "gate/gate_internal.h"
#include "schema/schema.h"

static const char what[] = "snapshot";

static int refuse(struct gate_run *run, struct str file, struct str why, const char *hint)
{
    struct str quoted = diag_quote(&run->sides->arena, file);
    struct diag *diag =
        diag_add(run->diags, RULE_SNAPSHOT_UNUSABLE, (struct span){0, 0}, STR(""),
                 "the snapshot %.*s can't be used: %.*s", STR_FMT(quoted), STR_FMT(why));
    diag_hint(run->diags, diag, "%s", hint);
    return -1;
}

/* ---- reading ---- */

static int read_outside(struct gate_run *run, struct str path, struct source **ret_source)
{
    struct arena *arena = &run->sides->arena;
    struct str text;
    const int error = file_read(arena, str_to_c(arena, path), LIMIT_SNAPSHOT_BYTES, &text);
    if (error < 0)
        return refuse(run, path, str_from(strerror(-error)),
                      "write one with `tidegate cluster export`");
    *ret_source = source_new(arena, path, text);
    return 0;
}

static bool is_in(const struct tree *tree, struct str path)
{
    return (tree->kind == TREE_COMMIT || tree->kind == TREE_INDEX) && tree_find(tree, path);
}

/* Of the command line: a file of the repository between two commits is the base's; what no commit
 * has, somebody else has written, who runs the gate. */
static int read_given(struct gate_run *run, struct source **ret_source)
{
    const struct gate_sides *sides = run->sides;
    struct arena *arena = &run->sides->arena;
    const struct str given = run->options->snapshot;
    const struct str below = gate_below_root(run, given);
    const bool has_two = gate_base_has_policies(run);
    const bool is_base = below.n && has_two && is_in(&sides->base.tree, below);
    if (below.n && has_two && !is_base && is_in(&sides->head.tree, below))
        return refuse(run, given, STR("only this change has it"),
                      "merge it first, without --snapshot; then it decides");
    if (!is_base && (!below.n || !is_in(&sides->head.tree, below)))
        return read_outside(run, given, ret_source);
    return gate_read_setting(run, is_base ? &sides->base.tree : &sides->head.tree, what,
                             str_to_c(arena, below), ret_source);
}

static int read_configured(struct gate_run *run, struct source **ret_source)
{
    const struct gate_sides *sides = run->sides;
    const struct str file = sides->config.snapshot.file;
    const struct tree *tree = gate_base_has_policies(run) && !run->options->preview
                                  ? &sides->base.tree
                                  : &sides->head.tree;
    if (gate_read_setting(run, tree, what, str_to_c(&run->sides->arena, file), ret_source) < 0)
        return -1;
    if (*ret_source)
        return 0;
    return refuse(run, file, STR("it is not there"),
                  "write one with `tidegate cluster export`, or take `snapshot:` out of the "
                  "configuration");
}

/* ---- age and version ---- */

static int read_max_age(struct gate_run *run, int64_t *ret_seconds)
{
    const struct str given = run->options->snapshot_max_age;
    const struct str configured = run->sides->config.snapshot.max_age;
    const struct str text = given.n ? given : configured;
    *ret_seconds = SNAPSHOT_AGE_S;
    if (!text.n || config_age_parse(text, ret_seconds))
        return 0;
    struct str quoted = diag_quote(&run->sides->arena, text);
    struct diag *diag = diag_add(run->diags, RULE_CONFIG_VALUE, (struct span){0, 0}, STR(""),
                                 "--snapshot-max-age can't be '%.*s'", STR_FMT(quoted));
    diag_hint(run->diags, diag, "write an age as 7d, 12h or 30m, at most 366d");
    return -1;
}

/* The cluster's minor is the one to check for, unless another was asked for. */
static int take_version(struct gate_run *run, const struct snapshot *snapshot)
{
    struct config *config = &run->sides->config;
    struct arena *arena = &run->sides->arena;
    const struct str minor = str_format(arena, "1.%u", snapshot->minor);
    const struct str_list *asked =
        run->options->versions.n ? &run->options->versions : &config->versions;
    if (!run->options->versions.n && !config->has_versions) {
        if (snapshot->minor < schema_minor_min() || snapshot->minor > schema_minor_max())
            return refuse(run, snapshot->source->path,
                          str_format(arena, "Kubernetes %.*s is not supported", STR_FMT(minor)),
                          "choose a supported version with --kubernetes-version");
        config->versions = (struct str_list){0};
        VEC_PUSH(arena, &config->versions, minor);
        return 0;
    }
    for (size_t i = 0; i < asked->n; i++) {
        unsigned wanted;
        if (schema_minor_parse(asked->items[i], &wanted) && wanted == snapshot->minor)
            return 0;
    }
    struct diag *diag = diag_add(run->diags, RULE_SNAPSHOT_VERSION, (struct span){0, 0}, STR(""),
                                 "the cluster %.*s has Kubernetes %.*s, which is not checked for",
                                 STR_FMT(snapshot->name), STR_FMT(minor));
    diag_hint(run->diags, diag, "check for %.*s as well, or leave the version out", STR_FMT(minor));
    return 0;
}

int gate_read_snapshot(struct gate_run *run)
{
    struct arena *arena = &run->sides->arena;
    const struct str given = run->options->snapshot;
    const int64_t now = clock_now();
    struct source *source = NULL;
    struct str error = {0};
    int64_t max_age;
    if (run->options->no_snapshot || (!given.n && !run->sides->config.snapshot.file.n))
        return 0;
    if (read_max_age(run, &max_age) < 0) {
        run->usage_error = true;
        return -1;
    }
    if ((given.n ? read_given(run, &source) : read_configured(run, &source)) < 0)
        return -1;
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    if (snapshot_read(arena, source, snapshot, &error) < 0)
        return refuse(run, source->path, error, "write it anew with `tidegate cluster export`");
    const struct str problem = snapshot_age_problem(arena, snapshot, now, max_age);
    if (problem.n)
        return refuse(run, source->path, problem,
                      "write it anew with `tidegate cluster export`; --snapshot-max-age says how "
                      "old it may be");
    run->snapshot_title = snapshot_title(arena, snapshot, now);
    run->sides->snapshot = snapshot;
    return take_version(run, snapshot);
}
