/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which configuration decides. In a pull request that is the base's: a change must not be able to
 * switch off the checks that it is judged by. Locally (work tree, index) it is the one at hand.
 */
#include "admit/profile.h"
#include "base/file.h"
#include "base/limits.h"
#include "gate/gate_internal.h"
#include "schema/schema.h"

bool gate_base_decides(const struct gate_run *run)
{
    const struct gate_sides *sides = run->sides;
    return gate_base_has_policies(run) && !run->options->preview && !run->options->config_of_head &&
           (!run->options->config.n || (run->given.n && tree_find(&sides->base.tree, run->given)));
}

bool gate_base_has_policies(const struct gate_run *run)
{
    const struct gate_sides *sides = run->sides;
    return sides->has_base && !run->options->config_of_head &&
           sides->base.tree.kind == TREE_COMMIT && sides->head.tree.kind == TREE_COMMIT;
}

bool gate_head_decides(const struct gate_run *run)
{
    const struct gate_sides *sides = run->sides;
    return sides->has_base && run->options->config_of_head && !run->options->config.n &&
           sides->base.tree.kind == TREE_COMMIT && sides->head.tree.kind == TREE_COMMIT;
}

const char *gate_decider(const struct gate_run *run)
{
    return run->options->config_of_head ? "the change's own" : "the base's";
}

static bool is_object_store(const struct tree *tree)
{
    return tree->kind == TREE_COMMIT || tree->kind == TREE_INDEX;
}

/* Half a gate is worse than none: a configuration that is there must be readable. */
static int cant_read(struct gate_run *run, const char *what, const char *name, const char *why)
{
    struct diag *diag = diag_add(run->diags, RULE_CONFIG_SYNTAX, (struct span){0, 0}, STR(""),
                                 "the %s %s can't be read: %s", what, name, why);
    diag_hint(run->diags, diag, "make it a regular file that tidegate may read, or remove it");
    return -1;
}

/* In a repository a change could make it a link to any file of the machine. */
static bool is_linked(struct gate_run *run, const char *path, struct str written)
{
    struct str resolved;
    return gate_in_repository(run) && path_resolve(&run->sides->arena, path, &resolved) == 0 &&
           !str_eq(resolved, written);
}

static int read_stored(struct gate_run *run, const struct tree *tree, const char *what,
                       const char *name, size_t max, struct source **ret_source)
{
    const struct tree_entry *entry = tree_find(tree, str_from(name));
    if (!entry)
        return 0;
    if (entry->kind != ENTRY_FILE)
        return cant_read(run, what, name, "it is no regular file");
    struct tree_reader *reader = tree_reader_open(tree, run->diags);
    if (!reader)
        return -1;
    struct str text;
    int error = tree_read(reader, entry, &run->sides->arena, max, &text);
    tree_reader_close(reader);
    if (error < 0)
        return cant_read(run, what, name, strerror(-error));
    *ret_source = source_new(&run->sides->arena, str_from(name), text);
    return 0;
}

int gate_read_setting(struct gate_run *run, const struct tree *tree, const char *what,
                      const char *name, struct source **ret_source)
{
    const size_t max = strcmp(what, "snapshot") == 0 ? LIMIT_SNAPSHOT_BYTES : LIMIT_CONFIG_BYTES;
    if (is_object_store(tree))
        return read_stored(run, tree, what, name, max, ret_source);
    struct arena *arena = &run->sides->arena;
    const struct str written = path_join(arena, run->root, str_from(name));
    const char *path = str_to_c(arena, written);
    struct file_info info;
    struct str text;
    if (file_stat(path, &info) == -ENOENT)
        return 0;
    if (is_linked(run, path, written))
        return cant_read(run, what, name, "a symlink leads to it");
    int error = file_read(arena, path, max, &text);
    if (error < 0)
        return cant_read(run, what, name, strerror(-error));
    *ret_source = source_new(arena, str_from(name), text);
    return 0;
}

int gate_find_config(struct gate_run *run, const struct tree *tree, struct source **ret_source)
{
    struct source *sources[ARRAY_LEN(config_file_names)] = {NULL};
    struct source *found = NULL;
    if (run->given.n)
        return gate_read_setting(run, tree, "configuration",
                                 str_to_c(&run->sides->arena, run->given), ret_source);
    for (size_t i = 0; i < ARRAY_LEN(config_file_names); i++) {
        if (gate_read_setting(run, tree, "configuration", config_file_names[i], &sources[i]) < 0)
            return -1;
        if (found && sources[i])
            return cant_read(run, "configuration", config_file_names[i],
                             "there is a tidegate.yaml as well");
        found = sources[i] ? sources[i] : found;
    }
    *ret_source = found;
    return 0;
}

/* One of the repository is the base's, as that at the top; what no commit has, somebody else has
 * written, who runs the gate. */
static int given_source(struct gate_run *run, struct source **ret_source)
{
    struct arena *arena = &run->sides->arena;
    const struct gate_sides *sides = run->sides;
    struct str path = run->options->config;
    struct str text;
    if (gate_base_decides(run))
        return gate_find_config(run, &sides->base.tree, ret_source);
    if (run->given.n &&
        (!is_object_store(&sides->head.tree) || tree_find(&sides->head.tree, run->given))) {
        const int result = gate_find_config(run, &sides->head.tree, ret_source);
        if (result < 0 || *ret_source)
            return result;
    }
    int error = file_read(arena, str_to_c(arena, path), LIMIT_CONFIG_BYTES, &text);
    if (error == 0) {
        *ret_source = source_new(arena, path, text);
        return 0;
    }
    struct diag *diag =
        diag_add(run->diags, RULE_CONFIG_SYNTAX, (struct span){0, 0}, STR(""),
                 "the configuration %.*s can't be read: %s", STR_FMT(path), strerror(-error));
    diag_hint(run->diags, diag, "write one with `tidegate init`, or leave out --config");
    return -1;
}

static int usage(struct gate_run *run, const char *option, struct str value, const char *hint)
{
    struct str quoted = diag_quote(&run->sides->arena, value);
    struct diag *diag = diag_add(run->diags, RULE_CONFIG_VALUE, (struct span){0, 0}, STR(""),
                                 "%s can't be '%.*s'", option, STR_FMT(quoted));
    diag_hint(run->diags, diag, "%s", hint);
    return -1;
}

/* "v1.36.2" and "1.36" are the same target; reports say 1.36. */
static int normalise(struct gate_run *run, struct str_list *versions)
{
    for (size_t i = 0; i < versions->n; i++) {
        unsigned minor;
        if (!schema_minor_parse(versions->items[i], &minor)) {
            struct str hint = str_format(&run->sides->arena, "choose from 1.%u to 1.%u",
                                         schema_minor_min(), schema_minor_max());
            return usage(run, "a Kubernetes version", versions->items[i],
                         str_to_c(&run->sides->arena, hint));
        }
        versions->items[i] = str_format(&run->sides->arena, "1.%u", minor);
    }
    return 0;
}

static bool has_version(const struct str_list *versions, struct str version)
{
    for (size_t i = 0; i < versions->n; i++)
        if (str_eq(versions->items[i], version))
            return true;
    return false;
}

static int add_versions(struct gate_run *run, struct str_list *versions)
{
    if (normalise(run, versions) < 0)
        return -1;
    for (size_t i = 0; i < versions->n; i++)
        if (!has_version(&run->versions, versions->items[i]))
            VEC_PUSH(&run->sides->arena, &run->versions, versions->items[i]);
    if (run->versions.n <= LIMIT_TARGET_VERSIONS)
        return 0;
    return usage(run, "the list of Kubernetes versions", STR("that long"), "name at most 16");
}

static int collect_versions(struct gate_run *run)
{
    struct config *config = &run->sides->config;
    if (run->options->versions.n) {
        /* The caller's list is read again by the next run, so this one gets its own. */
        config->versions = (struct str_list){0};
        for (size_t i = 0; i < run->options->versions.n; i++)
            VEC_PUSH(&run->sides->arena, &config->versions, run->options->versions.items[i]);
        return add_versions(run, &config->versions);
    }
    if (add_versions(run, &config->versions) < 0)
        return -1;
    for (size_t i = 0; i < config->sets.n; i++)
        if (add_versions(run, &config->sets.items[i].versions) < 0)
            return -1;
    return 0;
}

static int override(struct gate_run *run)
{
    static const struct {
        const char *name;
        enum missing_schema value;
    } missing[] = {{"warn", MISSING_WARN}, {"error", MISSING_ERROR}, {"skip", MISSING_SKIP}};
    static const struct {
        const char *name;
        enum oracle value;
    } oracles[] = {{"both", ORACLE_BOTH},
                   {"post", ORACLE_POST},
                   {"apply", ORACLE_APPLY},
                   {"kubectl", ORACLE_KUBECTL}};
    const struct gate_options *options = run->options;
    struct config *config = &run->sides->config;
    config->strict |= options->strict;
    config->stages |= options->stages;
    for (size_t i = 0; i < ARRAY_LEN(oracles); i++)
        if (str_is(options->oracle, oracles[i].name))
            config->oracle = oracles[i].value;
    if (str_is(options->fail_on, "never"))
        config->fail_on = SEVERITY_OFF;
    else if (options->fail_on.n && !severity_parse(options->fail_on, &config->fail_on))
        return usage(run, "--fail-on", options->fail_on, "use error, warning or never");
    for (size_t i = 0; i < ARRAY_LEN(missing); i++)
        if (str_is(options->missing_schema, missing[i].name))
            config->missing_schema = missing[i].value;
    for (size_t i = 0; i < options->externals.n; i++) {
        const struct str name = options->externals.items[i];
        const char *problem = config_object_problem(&run->sides->arena, name);
        if (problem)
            return usage(run, "--external", name, problem);
        VEC_PUSH(&run->sides->arena, &config->externals, name);
    }
    for (size_t i = 0; i < options->packs.n; i++) {
        const struct str name = options->packs.items[i];
        const char *problem = config_pack_problem(&run->sides->arena, name);
        if (problem)
            return usage(run, "--pack", name, problem);
        VEC_PUSH(&run->sides->arena, &config->packs, name);
    }
    return collect_versions(run);
}

int gate_configure(struct gate_run *run)
{
    struct gate_sides *sides = run->sides;
    config_init(&sides->config, &sides->arena);
    struct source *source = NULL;
    int result = 0;
    if (run->options->config.n)
        run->given = gate_below_root(run, run->options->config);
    if (run->options->config.n)
        result = given_source(run, &source);
    else
        result = gate_find_config(
            run, gate_base_decides(run) ? &sides->base.tree : &sides->head.tree, &source);
    if (result == 0 && source) {
        run->diags->at = (struct diag_at){.source = source};
        result = config_read(&sides->arena, source, run->diags, &sides->config);
        run->diags->at = (struct diag_at){0};
    }
    if (result == 0 && gate_read_snapshot(run) < 0)
        return -1;
    if (result == 0)
        result = override(run);
    if (result == 0)
        result = profile_check(&sides->config, run->diags);
    run->usage_error = result < 0;
    run->settings = sides->config.rules;
    run->diags->settings = &run->settings;
    return result;
}
