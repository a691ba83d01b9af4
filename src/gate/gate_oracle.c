/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose word counts: what one way of sending a manifest refuses (`oracle`), and how far the server
 * would get (`stages`). All has been found by then; this takes away and weighs anew.
 */
#include "gate/gate_internal.h"

/* ---- the way of sending ---- */

/* First match counts. SEVERITY_OFF drops the finding. */
static const struct weight {
    enum oracle oracle;
    const char *rule; /* or the beginning of its id, up to the slash */
    enum severity severity;
} weights[] = {
    {ORACLE_POST, "apply/", SEVERITY_OFF},
    {ORACLE_APPLY, "apply/", SEVERITY_ERROR},
    {ORACLE_APPLY, "object/generate-name", SEVERITY_ERROR},
    /* numbers are cut to the width of the field */
    {ORACLE_APPLY, "api/out-of-range", SEVERITY_WARNING},
    /* kubectl makes JSON of the text, in which the last of equal keys is left */
    {ORACLE_KUBECTL, "yaml/duplicate-key", SEVERITY_WARNING},
    {ORACLE_KUBECTL, "object/generate-name", SEVERITY_ERROR},
    {ORACLE_KUBECTL, "apply/", SEVERITY_OFF},
};

static const struct weight *find_weight(enum oracle oracle, const struct rule *rule)
{
    const struct str id = str_from(rule->id);
    for (size_t i = 0; i < ARRAY_LEN(weights); i++) {
        const struct str wanted = str_from(weights[i].rule);
        const bool family = str_ends(wanted, STR("/"));
        if (weights[i].oracle == oracle && (family ? str_starts(id, wanted) : str_eq(id, wanted)))
            return &weights[i];
    }
    return NULL;
}

bool gate_refuses(const struct diag *diag, enum oracle oracle)
{
    const struct weight *weight = find_weight(oracle, diag->rule);
    const bool is_apply = str_starts(str_from(diag->rule->id), STR("apply/"));
    if (weight)
        return weight->severity == SEVERITY_ERROR && (is_apply || rule_is_server(diag->rule));
    return rule_is_server(diag->rule) && diag->rule->severity == SEVERITY_ERROR;
}

/* False when the finding is none. What the configuration sets by name stays so. */
static bool weigh(const struct gate_run *run, struct diag *diag)
{
    const struct weight *weight = find_weight(run->sides->config.oracle, diag->rule);
    if (!weight)
        return true;
    if (weight->severity != SEVERITY_OFF && diag->severity == diag->rule->severity)
        diag->severity = weight->severity;
    return weight->severity != SEVERITY_OFF;
}

/* ---- stages ---- */

/* In the server's order. */
enum stage { STAGE_PARSE, STAGE_KIND, STAGE_TYPE, STAGE_STRICT, STAGE_INVALID, STAGE_NONE };

static enum stage stage_of(const struct rule *rule)
{
    /* First match counts. */
    static const struct {
        const char *rule;
        enum stage stage;
    } stages[] = {
        {"yaml/duplicate-key", STAGE_STRICT},
        {"yaml/", STAGE_PARSE},
        {"api/missing-type", STAGE_KIND},
        {"api/unknown-kind", STAGE_KIND},
        {"api/removed-version", STAGE_KIND},
        {"api/not-served", STAGE_KIND},
        {"api/not-an-object", STAGE_TYPE},
        {"api/wrong-type", STAGE_TYPE},
        {"api/out-of-range", STAGE_TYPE},
        {"api/invalid-quantity", STAGE_TYPE},
        {"api/invalid-time", STAGE_TYPE},
        {"api/invalid-duration", STAGE_TYPE},
        {"api/invalid-base64", STAGE_TYPE},
        {"api/unknown-field", STAGE_STRICT},
        {"apply/duplicate-entry", STAGE_TYPE},
        {"api/", STAGE_INVALID},
        {"apply/", STAGE_INVALID},
        {"server/", STAGE_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(stages); i++)
        if (str_starts(str_from(rule->id), str_from(stages[i].rule)))
            return stages[i].stage;
    return STAGE_NONE;
}

static struct str object_key(struct arena *arena, const struct diag *diag)
{
    const struct diag_object *object = &diag->object;
    const struct str path = diag->source ? diag->source->path : STR("");
    return str_format(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_FMT(diag->set),
                      STR_FMT(path), STR_FMT(object->api_version), STR_FMT(object->kind),
                      STR_FMT(object->namespace), STR_FMT(object->name));
}

/* Object -> the first stage that refuses it, in an enum stage of the arena. */
static void find_stages(struct arena *arena, const struct diags *diags, struct map *stages)
{
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        const enum stage stage = stage_of(diag->rule);
        if (stage == STAGE_NONE || diag->severity != SEVERITY_ERROR)
            continue;
        const struct str key = object_key(arena, diag);
        enum stage *first = map_get(stages, key);
        if (!first) {
            first = ARENA_NEW(arena, enum stage);
            *first = stage;
            map_put(stages, key, first);
        }
        *first = MIN_OF(*first, stage);
    }
}

static bool is_reached(struct arena *arena, const struct map *stages, const struct diag *diag)
{
    const enum stage stage = stage_of(diag->rule);
    if (stage == STAGE_NONE)
        return true;
    const enum stage *first = map_get(stages, object_key(arena, diag));
    return !first || stage <= *first;
}

void gate_narrow(const struct gate_run *run, struct diags *diags)
{
    const bool by_stages = run->sides->config.stages;
    struct arena arena SCOPED(arena) = {0};
    struct map stages = {.arena = &arena};
    size_t n = 0;
    for (size_t i = 0; i < diags->n; i++)
        if (weigh(run, &diags->items[i]))
            diags->items[n++] = diags->items[i];
    diags->n = n;
    if (!by_stages)
        return;
    find_stages(&arena, diags, &stages);
    n = 0;
    for (size_t i = 0; i < diags->n; i++)
        if (is_reached(&arena, &stages, &diags->items[i]))
            diags->items[n++] = diags->items[i];
    diags->n = n;
}
