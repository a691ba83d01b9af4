/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What admission costs an object: the files are read once, then judged many times, stage by stage.
 * Prints the number of objects and the nanoseconds of processor time an object takes in each stage.
 */
#include "admit/admit.h"
#include "bench_common.h"

enum { ROUNDS = 50, STAGES = 3 };

static const char *const stage_names[STAGES] = {"decode", "default", "validate"};

static void add_crds(struct schema_view *view, const struct object_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (object_is_crd(&set->items[i]))
            schema_view_add_crd(view, set->items[i].root, set->items[i].source);
}

/* One round over all objects; adds to what each stage has taken. */
static void judge_all(const struct schema_view *view, const struct object_set *set,
                      int64_t ns[STAGES])
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct admit_ctx ctx = {.view = view, .arena = &arena, .diags = &diags};
    struct admitted *admitted = ARENA_ARRAY(&arena, struct admitted, set->n);
    const int64_t start = bench_now();
    for (size_t i = 0; i < set->n; i++) {
        diags.at.source = set->items[i].source;
        admit_decode(&ctx, &set->items[i], &admitted[i]);
    }
    const int64_t decoded = bench_now();
    for (size_t i = 0; i < set->n; i++)
        admit_default(&ctx, &admitted[i]);
    const int64_t defaulted = bench_now();
    for (size_t i = 0; i < set->n; i++) {
        diags.at.source = set->items[i].source;
        admit_validate(&ctx, &admitted[i], NULL);
    }
    ns[0] += decoded - start;
    ns[1] += defaulted - decoded;
    ns[2] += bench_now() - defaulted;
}

int main(int argc, char **argv)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct schema_view view;
    struct object_set set = {.arena = &arena, .name = STR("bench")};
    int64_t ns[STAGES] = {0};
    schema_view_init(&view, &arena, schema_minor_max());
    for (int i = 1; i < argc; i++)
        bench_add_file(&set, &view, argv[i], &diags);
    object_set_index(&set);
    add_crds(&view, &set);
    for (int round = 0; round < ROUNDS && set.n; round++)
        judge_all(&view, &set, ns);
    printf("objects %zu\n", set.n);
    for (int i = 0; i < STAGES && set.n; i++)
        printf("%s %lld\n", stage_names[i], (long long)(ns[i] / ROUNDS / (int64_t)set.n));
    schema_view_release(&view);
    return 0;
}
