/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a repository: whatever the file says, reading it, compiling it, holding an object
 * against it and giving a fix end within their limits; and what is refused has a finding.
 */
#include "policy/policy.h"
#include "policy/policy_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MINOR = 36 };

static const char deployment[] =
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\","
    "\"labels\":{\"app\":\"web\"}},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{\"app\":"
    "\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":["
    "{\"name\":\"a\",\"image\":\"a:1\"},{\"name\":\"b\",\"image\":\"b\"}]}}}}";

struct world {
    struct arena *arena;
    struct diags *diags;
    struct schema_view view;
    struct object_set objects;
};

static void make_world(struct world *world)
{
    struct doc *doc = ARENA_NEW(world->arena, struct doc);
    struct source *source = source_new(world->arena, STR("object"), str_from(deployment));
    world->diags->at.source = source;
    schema_view_init(&world->view, world->arena, MINOR);
    world->objects =
        (struct object_set){.arena = world->arena, .by_identity = {.arena = world->arena}};
    if (doc_read_json(world->arena, source, world->diags, doc) < 0)
        BUG("the object can't be read");
    object_set_add_doc(&world->objects, &world->view, doc, world->diags);
    object_set_index(&world->objects);
}

static void check(struct world *world, struct policy_rules *rules)
{
    struct policy_set *set = policy_set_new(
        world->arena,
        &(struct policy_source){.objects = &world->objects, .view = &world->view, .rules = rules});
    struct admit_ctx ctx = {.view = &world->view, .arena = world->arena, .diags = world->diags};
    const struct object *object = &world->objects.items[0];
    struct admitted admitted;
    world->diags->at.source = object->source;
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    for (int i = POLICY_CREATE; i <= POLICY_DELETE; i++)
        policy_check(set, world->arena,
                     &(struct policy_request){
                         .operation = (enum policy_operation)i,
                         .object = i == POLICY_DELETE ? NULL : &admitted,
                         .old = i == POLICY_CREATE ? NULL : &admitted,
                     },
                     world->diags);
    policy_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct diags found SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct world world = {.arena = &arena, .diags = &diags};
    struct source *source = source_new(&arena, STR("rule"), (struct str){(const char *)data, n});
    found.at.source = source;
    if (doc_read_stream(&arena, source, &found, &docs) < 0)
        return 0;
    make_world(&world);
    struct policy_rules *rules = policy_rules_new(&arena);
    for (size_t i = 0; i < docs.n; i++) {
        const size_t before = found.n;
        if (docs.items[i].root && !policy_rules_read(rules, &docs.items[i], &found) &&
            found.n == before)
            BUG("refused without a finding");
    }
    check(&world, rules);
    policy_rules_free(rules);
    schema_view_release(&world.view);
    return 0;
}
