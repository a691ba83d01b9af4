/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster that a test or an example describes: types, objects, policies and rules. */
#include "trial/trial_internal.h"

void trial_world_init(struct trial_world *world, unsigned minor)
{
    *world = (struct trial_world){0};
    schema_view_init(&world->view, &world->arena, minor);
    world->objects.arena = world->olds.arena = world->library.arena = &world->arena;
    world->rules = policy_rules_new(&world->arena);
}

void trial_world_release(struct trial_world *world)
{
    policy_set_free(world->policies);
    policy_rules_free(world->rules);
    schema_view_release(&world->view);
    diags_release(&world->dropped);
    arena_release(&world->arena);
}

void trial_world_add_types(struct trial_world *world, const struct trial_docs *docs)
{
    for (size_t i = 0; i < docs->n; i++) {
        const struct doc *doc = &docs->items[i];
        struct object object;
        if (object_read(doc, doc->root, &object) && object_is_crd(&object))
            schema_view_add_crd(&world->view, doc->root, doc->source);
    }
}

void trial_world_add(struct trial_world *world, struct object_set *set,
                     const struct trial_docs *docs)
{
    for (size_t i = 0; i < docs->n; i++) {
        world->dropped.at = (struct diag_at){.source = docs->items[i].source};
        object_set_add_doc(set, &world->view, &docs->items[i], &world->dropped);
    }
}

void trial_world_finish(struct trial_world *world)
{
    object_set_index(&world->objects);
    object_set_index(&world->olds);
    object_set_index(&world->library);
    world->policies =
        policy_set_new(&world->arena, &(struct policy_source){.objects = &world->objects,
                                                              .policies = &world->objects,
                                                              .library = &world->library,
                                                              .rules = world->rules,
                                                              .view = &world->view});
}

bool trial_world_admit(struct trial_world *world, const struct object *object,
                       struct admitted *ret_admitted, struct str *ret_text)
{
    struct diags found SCOPED(diags) = {
        .at = {.source = object->source, .object = object_diag(object)}};
    struct admit_ctx ctx = {.view = &world->view, .arena = &world->arena, .diags = &found};
    admit_decode(&ctx, object, ret_admitted);
    const bool good = ret_admitted->state == KIND_SERVED && !ret_admitted->type_error &&
                      !ret_admitted->strict_error;
    for (size_t i = 0; !good && i < found.n; i++)
        if (found.items[i].severity == SEVERITY_ERROR || i + 1 == found.n) {
            *ret_text = str_dup(&world->arena, found.items[i].message);
            break;
        }
    if (!good && !ret_text->n)
        *ret_text = STR("the server does not know its kind");
    admit_default(&ctx, ret_admitted);
    return good;
}
