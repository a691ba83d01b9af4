/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ValidatingAdmissionPolicies cost: the files are read once, their policies are compiled and
 * asked about the creation of each object many times. Prints the numbers of objects, policies and
 * expressions, the nanoseconds of processor time that compiling takes an expression, that asking
 * takes an object and a policy, and that asking all of them takes.
 */
#include "bench_common.h"
#include "policy/policy.h"

enum { ROUNDS = 5, COMPILE_ROUNDS = 50 };

static size_t count_expressions(const struct node *node)
{
    size_t n = 0;
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        n += node_kind(e.value) == NODE_STRING &&
             (str_is(key, "expression") || str_is(key, "messageExpression"));
        n += count_expressions(e.value);
    }
    for (struct item it = list_first(node); it.value; it = list_next(it))
        n += count_expressions(it.value);
    return n;
}

/* Once over all objects; the time that it takes. */
static int64_t ask_all(const struct policy_set *policies, const struct admitted *admitted, size_t n)
{
    SCOPED(diags) struct diags diags = {0};
    const int64_t start = bench_now();
    for (size_t i = 0; i < n; i++) {
        SCOPED(arena) struct arena scratch = {0};
        diags.at.source = admitted[i].object->source;
        policy_check(policies, &scratch,
                     &(struct policy_request){.operation = POLICY_CREATE, .object = &admitted[i]},
                     &diags);
    }
    return bench_now() - start;
}

/* The shortest of the rounds: what is longer waited for somebody else. */
static int64_t compile_all(const struct policy_source *source)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < COMPILE_ROUNDS; i++) {
        SCOPED(arena) struct arena arena = {0};
        const int64_t start = bench_now();
        struct policy_set *policies = policy_set_new(&arena, source);
        best = MIN_OF(best, bench_now() - start);
        policy_set_free(policies);
    }
    return best;
}

static void report(const struct policy_source *source, const struct admitted *admitted, size_t n)
{
    SCOPED(arena) struct arena arena = {0};
    size_t policies = 0, expressions = 0;
    for (size_t i = 0; i < source->policies->n; i++) {
        const struct object *object = &source->policies->items[i];
        const bool is_one =
            object_is(object, "admissionregistration.k8s.io", "ValidatingAdmissionPolicy");
        policies += is_one;
        expressions += is_one ? count_expressions(object->root) : 0;
    }
    struct policy_set *made = policy_set_new(&arena, source);
    int64_t best = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++)
        best = MIN_OF(best, ask_all(made, admitted, n));
    printf("objects %zu\npolicies %zu\nexpressions %zu\n", n, policies, expressions);
    if (expressions > 0 && n > 0) {
        printf("compile %lld\n", (long long)(compile_all(source) / (int64_t)expressions));
        printf("pair %lld\n", (long long)(best / (int64_t)(n * policies)));
        printf("all %lld\n", (long long)best);
    }
    policy_set_free(made);
}

int main(int argc, char **argv)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct schema_view view;
    struct object_set set = {.arena = &arena, .name = STR("bench")};
    schema_view_init(&view, &arena, schema_minor_max());
    for (int i = 1; i < argc; i++)
        bench_add_file(&set, &view, argv[i], &diags);
    object_set_index(&set);
    struct admit_ctx ctx = {.view = &view, .arena = &arena, .diags = &diags};
    struct admitted *admitted = ARENA_ARRAY(&arena, struct admitted, set.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < set.n; i++) {
        struct admitted *one = &admitted[n];
        if (str_is(set.items[i].gvk.group, "admissionregistration.k8s.io"))
            continue;
        admit_decode(&ctx, &set.items[i], one);
        admit_default(&ctx, one);
        n++;
    }
    report(&(struct policy_source){.objects = &set, .policies = &set, .view = &view}, admitted, n);
    schema_view_release(&view);
    return 0;
}
