/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what mutating policies make of objects: for each line of standard input, which is a JSON
 * object with `set` (policies, bindings, params, Namespaces, CRDs), `object` and maybe `old`, one
 * with the `object` as rules see it and the `findings` of mutating, of validating and of validating
 * policies.
 *
 * usage: mutated MINOR
 */
#include "admit/admit.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "policy/policy.h"

#include <stdio.h>
#include <unistd.h>

struct asking {
    struct arena *arena;
    struct source *source;
    struct schema_view view;
    struct policy_set *policies;
};

static void add(struct asking *asking, struct object_set *set, const struct node *root,
                struct diags *diags)
{
    struct doc *doc = ARENA_NEW(asking->arena, struct doc);
    *doc =
        (struct doc){.source = asking->source, .root = root, .span = node_span(root), .json = true};
    object_set_add_doc(set, &asking->view, doc, diags);
}

static const struct admitted *admit(struct asking *asking, const struct object *object,
                                    const struct admitted *old, struct admitted *admitted,
                                    struct policy_mutated *mutated, struct diags *diags)
{
    struct admit_ctx ctx = {.view = &asking->view, .arena = asking->arena, .diags = diags};
    admit_decode(&ctx, object, admitted);
    admit_default(&ctx, admitted);
    const struct admitted *now = policy_mutate(
        asking->policies, &ctx,
        &(struct policy_request){
            .operation = old ? POLICY_UPDATE : POLICY_CREATE, .object = admitted, .old = old},
        mutated);
    admit_validate(&ctx, now, old);
    policy_check(asking->policies, asking->arena,
                 &(struct policy_request){
                     .operation = old ? POLICY_UPDATE : POLICY_CREATE, .object = now, .old = old},
                 diags);
    return now;
}

static void print_answer(const struct admitted *now, const struct diags *diags)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    buf_add_c(&out, "{\"object\":");
    doc_write_json(&out, now->value, 0);
    buf_add_c(&out, ",\"findings\":[");
    bool is_first = true;
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->severity != SEVERITY_ERROR && diag->rule != rule_get(RULE_POLICY_UNDECIDED))
            continue;
        buf_add_c(&out, is_first ? "{\"rule\":" : ",{\"rule\":");
        jsonw_quote(&out, str_from(diag->rule->id));
        buf_add_c(&out, ",\"message\":");
        jsonw_quote(&out, diag->message);
        buf_add_char(&out, '}');
        is_first = false;
    }
    buf_add_c(&out, "]}");
    puts(out.p);
}

static void answer(struct asking *asking, const struct node *line)
{
    struct diags dropped SCOPED(diags) = {.at = {.source = asking->source}};
    struct diags diags SCOPED(diags) = {.at = {.source = asking->source}};
    struct object_set set = {.arena = asking->arena, .name = STR("set")};
    struct object_set objects = {.arena = asking->arena, .name = STR("objects")};
    struct admitted admitted, admitted_old;
    struct policy_mutated mutated, mutated_old;
    const struct admitted *old = NULL;
    const struct node *parts = node_get(line, STR("set"));
    for (struct item it = list_first(parts); it.value; it = list_next(it)) {
        if (str_is(node_get_text(it.value, STR("kind")), "CustomResourceDefinition"))
            (void)schema_view_add_crd(&asking->view, it.value, asking->source);
        add(asking, &set, it.value, &dropped);
    }
    object_set_index(&set);
    const struct policy_source source = {.objects = &set, .policies = &set, .view = &asking->view};
    asking->policies = policy_set_new(asking->arena, &source);
    add(asking, &objects, node_get(line, STR("object")), &dropped);
    if (node_get(line, STR("old")))
        add(asking, &objects, node_get(line, STR("old")), &dropped);
    if (objects.n > 1)
        old = admit(asking, &objects.items[1], NULL, &admitted_old, &mutated_old, &dropped);
    if (objects.n > 0)
        print_answer(admit(asking, &objects.items[0], old, &admitted, &mutated, &diags), &diags);
    else
        puts("null");
    policy_set_free(asking->policies);
}

static int answer_line(unsigned minor, struct str text)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc doc;
    struct asking asking = {.arena = &arena};
    asking.source = source_new(&arena, STR("input"), text);
    diags.at.source = asking.source;
    if (doc_read_json(&arena, asking.source, &diags, &doc) || !doc.root)
        return -1;
    schema_view_init(&asking.view, &arena, minor);
    answer(&asking, doc.root);
    schema_view_release(&asking.view);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct str text, line;
    unsigned minor;
    if (argc != 2 || sscanf(argv[1], "1.%u", &minor) != 1)
        return 2;
    if (fd_read_all(&arena, STDIN_FILENO, LIMIT_FILE_BYTES, &text))
        return 2;
    while (str_split(&text, '\n', &line))
        if (line.n && answer_line(minor, line))
            return 1;
    return 0;
}
