/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which policies a set is judged by. Its own, and those of files that are no part of it. In a pull
 * request those of the base decide, so that a change can't switch off what it is judged by; its own
 * are tried as well, and what they alone object to is told as information.
 */
#include "judge/judge_internal.h"

/* What is no object is a rule: judge_rules.c. */
static void add_file(struct object_set *library, const struct judge_set *set,
                     const struct judge_policy_file *file, struct diags *diags)
{
    const struct manifest *manifest = file->manifest;
    if (manifest->state != MANIFEST_READ || (file->set && file->set != set->selection->config))
        return;
    for (size_t i = 0; i < manifest->docs.n; i++) {
        struct object object;
        const struct doc *doc = &manifest->docs.items[i];
        if (!doc->root)
            continue;
        diags->at.source = doc->source;
        if (object_read(doc, doc->root, &object))
            object_set_add_doc(library, &set->views[0], doc, diags);
    }
}

static struct judge_sources read_files(struct arena *arena, const struct judge_set *set,
                                       const struct judge_policy_files *files, struct diags *diags)
{
    struct object_set *library = ARENA_NEW(arena, struct object_set);
    *library = (struct object_set){.arena = arena,
                                   .name = set->selection->name,
                                   .default_namespace = set->selection->namespace};
    for (size_t i = 0; i < files->n; i++)
        add_file(library, set, &files->items[i], diags);
    object_set_index(library);
    return (struct judge_sources){.policies = set->objects, .library = library};
}

uint32_t judge_all_bits(const struct judge_set *set)
{
    uint32_t bits = 0;
    for (size_t v = 0; v < set->view_count; v++)
        bits |= set->bits[v];
    return bits;
}

static struct policy_source source_of(const struct judge_input *input, const struct judge_set *set,
                                      size_t version, const struct judge_sources *sources)
{
    return (struct policy_source){.objects = set->objects,
                                  .policies = sources->policies,
                                  .library = sources->library,
                                  .cluster = set->cluster,
                                  .rules = sources->rules,
                                  .packs = set->packs,
                                  .view = &set->views[version],
                                  .profile = set->profile,
                                  .is_strict = input->config->strict};
}

static struct policy_set *new_set(const struct judge_input *input, struct arena *arena,
                                  const struct judge_set *set, size_t version,
                                  const struct judge_sources *sources)
{
    const struct policy_source source = source_of(input, set, version, sources);
    return policy_set_new(arena, &source);
}

void judge_make_policies(const struct judge_input *input, struct arena *arena,
                         struct judge_rules *shared, struct judge_set *set, struct diags *diags)
{
    static const struct object_set nothing;
    struct diags dropped SCOPED(diags) = {0};
    set->policies = ARENA_ARRAY(arena, struct policy_set *, set->view_count);
    set->after = ARENA_ARRAY(arena, struct policy_set *, set->view_count);
    diags->at = (struct diag_at){.set = set->selection->name, .versions = judge_all_bits(set)};
    set->coming = read_files(arena, set, &input->after, diags);
    diags->at = (struct diag_at){0};
    set->coming.rules = judge_file_rules(input, arena, &input->after, &shared->coming,
                                         &set->own.coming, set, diags);
    set->deciding = set->coming;
    if (input->base_has_policies) {
        set->deciding = read_files(arena, set, &input->policies, &dropped);
        set->deciding.rules = judge_file_rules(input, arena, &input->policies, &shared->deciding,
                                               &set->own.deciding, set, &dropped);
        set->deciding.policies = set->old ? &set->old->objects : &nothing;
    }
    for (size_t i = 0; i < set->view_count; i++) {
        set->policies[i] = new_set(input, arena, set, i, &set->deciding);
        if (!input->base_has_policies)
            continue;
        set->after[i] = new_set(input, arena, set, i, &set->coming);
        const struct object *changed;
        if (policy_set_eq(set->policies[i], set->after[i], &changed)) {
            policy_set_free(set->after[i]);
            set->after[i] = NULL;
        }
        set->changed = changed ? changed : set->changed;
    }
}

void judge_release_policies(struct judge_set *set)
{
    for (size_t v = 0; set->policies && v < set->view_count; v++) {
        policy_set_free(set->policies[v]);
        policy_set_free(set->after[v]);
    }
    judge_release_rules(&set->own);
}

/* ---- the policies themselves ---- */

static void judge_policy_object(const struct judge_set *set, size_t version,
                                const struct object *object, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    struct admit_ctx ctx = {
        .view = &set->views[version], .arena = &arena, .diags = diags, .profile = set->profile};
    struct admitted admitted;
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    admit_validate(&ctx, &admitted, NULL);
}

static void tell_changed(const struct judge_set *set, struct diags *diags)
{
    const struct object *object = set->changed;
    if (!object)
        return;
    diags->at.source = object->source;
    diags->at.object = object_diag(object);
    const struct lookup name = path_find(object->root, STR("metadata.name"));
    struct diag *diag =
        diag_add(diags, RULE_POLICY_CHANGED, node_span(name.value), STR("metadata.name"),
                 "this change edits policies, bindings or params; those of the base decide here");
    diag_hint(diags, diag, "what the new ones would refuse is told as information");
    if (diag)
        diag->of_update = true;
}

static void judge_types(const struct judge_input *input, const struct judge_set *set,
                        struct diags *diags)
{
    for (size_t v = 0; v < set->view_count; v++) {
        const struct policy_source source = source_of(input, set, v, &set->coming);
        struct diags one SCOPED(diags) = {.settings = diags->settings};
        one.at = (struct diag_at){.set = set->selection->name, .versions = set->bits[v]};
        policy_check_types(&source, &one);
        diags_fold(diags, &one);
    }
}

/* The server would not take a policy that is wrong, so it would refuse nothing. Those of a set are
 * judged as its objects. */
void judge_library(const struct judge_input *input, const struct judge_set *set,
                   struct diags *diags)
{
    const struct object_set *library = set->coming.library;
    const struct policy_source source = source_of(input, set, 0, &set->coming);
    diags->at = (struct diag_at){.set = set->selection->name, .versions = judge_all_bits(set)};
    tell_changed(set, diags);
    diags->at.source = NULL;
    diags->at.object = (struct diag_object){0};
    policy_check_bindings(&source, &input->config->externals, diags);
    diags->at = (struct diag_at){0};
    judge_types(input, set, diags);
    for (size_t i = 0; i < library->n; i++) {
        const struct object *object = &library->items[i];
        if (object_set_find(set->objects, object->identity))
            continue;
        for (size_t v = 0; v < set->view_count; v++) {
            struct diags one SCOPED(diags) = {.settings = diags->settings};
            one.at = (struct diag_at){.source = object->source,
                                      .set = set->selection->name,
                                      .object = object_diag(object),
                                      .versions = set->bits[v]};
            judge_policy_object(set, v, object, &one);
            diags_fold(diags, &one);
        }
    }
}
