/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of a rule: what it finds in them, and where. */
#include "check/check.h"
#include "edit/edit.h"
#include "pack/pack.h"
#include "trial/trial_internal.h"

struct trying {
    struct trial *trial;
    const struct rule_file *rule;
    const struct pack_rule *pack; /* NULL: of a repository */
    struct span span;             /* of the example */
    struct str name;
    const struct node *node;
    struct source *manifest;
    struct trial_world world;
    struct diags found; /* of the rule alone, sorted */
};

#define FAIL(trying, ...)                                                                          \
    trial_fail((trying)->trial, (trying)->rule->source, (trying)->span, (trying)->name, __VA_ARGS__)

/* ---- what the rule finds ---- */

static void check_object(struct trying *trying, const struct object *object, struct diags *diags)
{
    struct admitted admitted;
    struct str text;
    diags->at = (struct diag_at){.source = object->source, .object = object_diag(object)};
    if (!trial_world_admit(&trying->world, object, &admitted, &text)) {
        FAIL(trying, "the manifest can't be decoded: %.*s", STR_FMT(text));
        return;
    }
    policy_check(trying->world.policies, &trying->world.arena,
                 &(struct policy_request){.operation = POLICY_CREATE, .object = &admitted}, diags);
}

/* A rule that is decided in C sees all objects at once. */
static void check_joined(struct trying *trying, struct diags *diags)
{
    const struct str_list nothing = {0};
    const struct check_version version = {trying->world.view.minor, 1};
    struct rule_setting on = {trying->rule->id, trying->rule->severity};
    const struct rule_settings settings = {.items = &on, .n = 1};
    const struct pack_choice choice = {.settings = &settings};
    diags->at = (struct diag_at){.versions = 1};
    check_run(&(struct check_input){.objects = &trying->world.objects,
                                    .externals = &nothing,
                                    .namespaces = &nothing,
                                    .versions = &version,
                                    .version_count = 1,
                                    .declared = true,
                                    .packs = &choice},
              diags);
}

/* What comes with the program shows nobody a manifest that a server refuses. */
static void check_valid(struct trying *trying, const struct object *object)
{
    struct diags found SCOPED(diags) = {
        .at = {.source = object->source, .object = object_diag(object)}};
    struct admit_ctx ctx = {
        .view = &trying->world.view, .arena = &trying->world.arena, .diags = &found};
    struct admitted admitted;
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    admit_validate(&ctx, &admitted, NULL);
    for (size_t i = 0; i < found.n; i++)
        if (rule_is_server(found.items[i].rule) && found.items[i].severity == SEVERITY_ERROR) {
            FAIL(trying, "a server would refuse the manifest: %.*s",
                 STR_FMT(found.items[i].message));
            return;
        }
}

static void keep_own(struct trying *trying, const struct diags *diags)
{
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->rule == rule_get(RULE_POLICY_UNDECIDED))
            FAIL(trying, "%.*s", STR_FMT(diag->message));
        else if (str_is(trying->rule->id, diag->rule->id))
            (void)diags_add_copy(&trying->found, diag);
    }
    diags_sort(&trying->found);
}

static void find(struct trying *trying, const struct trial_docs *docs)
{
    struct trial_world *world = &trying->world;
    struct diags diags SCOPED(diags) = {0};
    trial_world_add_types(world, docs);
    trial_world_add(world, &world->objects, docs);
    if (trying->pack && !trying->pack->is_builtin)
        policy_rules_add_pack(world->rules, trying->pack);
    else if (!trying->pack)
        (void)policy_rules_add(world->rules, trying->rule, &world->dropped);
    trial_world_finish(world);
    if (world->objects.n == 0)
        FAIL(trying, "the manifest has no object");
    for (size_t i = 0; trying->pack && i < world->objects.n; i++)
        check_valid(trying, &world->objects.items[i]);
    for (size_t i = 0; !trying->rule->is_builtin && i < world->objects.n; i++)
        check_object(trying, &world->objects.items[i], &diags);
    if (trying->rule->is_builtin)
        check_joined(trying, &diags);
    keep_own(trying, &diags);
}

/* ---- what was wanted ---- */

static uint32_t line_of(const struct diag *diag)
{
    return diag->source ? source_place(diag->source, diag->span.start).line : 0;
}

static void compare_pass(struct trying *trying)
{
    if (!trying->found.n)
        return;
    const struct diag *diag = &trying->found.items[0];
    FAIL(trying, "expected nothing, got line %u: %.*s", line_of(diag), STR_FMT(diag->message));
}

static void compare_fail(struct trying *trying)
{
    const struct str message = node_get_text(trying->node, STR("message"));
    int64_t line = 0;
    (void)node_i64(node_get(trying->node, STR("line")), &line);
    if (!trying->found.n) {
        FAIL(trying, "expected a finding at line %" PRId64 ", got none", line);
        return;
    }
    const struct diag *diag = &trying->found.items[0];
    if (line_of(diag) != (uint64_t)line)
        FAIL(trying, "expected a finding at line %" PRId64 ", got line %u: %.*s", line,
             line_of(diag), STR_FMT(diag->message));
    else if (!str_has(diag->message, message))
        FAIL(trying, "expected a message with '%.*s', got '%.*s'", STR_FMT(message),
             STR_FMT(diag->message));
}

/* ---- what mends it ---- */

/* The first line that differs says enough. */
static void compare_text(struct trying *trying, struct str want, struct str got)
{
    struct str wanted, came;
    for (unsigned line = 1; want.n || got.n; line++) {
        wanted = came = (struct str){0};
        (void)str_split(&want, '\n', &wanted);
        (void)str_split(&got, '\n', &came);
        if (str_eq(wanted, came))
            continue;
        FAIL(trying, "expected the fix to make line %u '%.*s', got '%.*s'", line, STR_FMT(wanted),
             STR_FMT(came));
        return;
    }
}

/* As `tidegate check --fix` writes it. */
static void compare_fixed(struct trying *trying, struct str want)
{
    struct edit_file *file = edit_file_new(trying->manifest);
    struct str text;
    size_t made = 0;
    edit_realize(&trying->found);
    for (size_t i = 0; i < trying->found.n; i++)
        made += trying->found.items[i].fix && edit_file_add(file, trying->found.items[i].fix);
    if (!made)
        FAIL(trying, "expected a fix, got none");
    else if (!edit_file_text(file, &text))
        FAIL(trying, "the fixes together would do something else");
    else
        compare_text(trying, want, text);
    edit_file_free(file);
}

/* ---- examples ---- */

static void compare(struct trying *trying, bool fails)
{
    const struct str fixed = node_get_text(trying->node, STR("fixed"));
    const size_t failed = trying->trial->n;
    if (!fails) {
        compare_pass(trying);
        return;
    }
    compare_fail(trying);
    if (fixed.n && trying->trial->n == failed)
        compare_fixed(trying, fixed);
}

static void run(struct trying *trying, struct str text, bool fails)
{
    struct trial *trial = trying->trial;
    struct diags broken SCOPED(diags) = {0};
    struct trial_docs docs = {0};
    trying->manifest = source_new(
        trial->arena, trying->rule->source ? trying->rule->source->path : STR("rule"), text);
    if (trial_read_docs(trial->arena, trying->manifest, &broken, &docs) < 0) {
        FAIL(trying, "the manifest can't be read: %.*s",
             STR_FMT(broken.n ? broken.items[0].message : STR("it is no YAML")));
        return;
    }
    const size_t failed = trial->n;
    trial_world_init(&trying->world, trial->minor);
    find(trying, &docs);
    if (trial->n == failed)
        compare(trying, fails);
    diags_release(&trying->found);
    trial_world_release(&trying->world);
}

static void run_list(struct trial *trial, const struct rule_file *rule,
                     const struct pack_rule *pack, const struct node *list, bool fails)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct trying trying = {.trial = trial,
                                .rule = rule,
                                .pack = pack,
                                .node = it.value,
                                .span = node_span(it.written)};
        const char *list_name = fails ? "fail" : "pass";
        const struct str fixed = node_get_text(it.value, STR("fixed"));
        const size_t failed = trial->n;
        trying.name =
            str_format(trial->arena, "%.*s, %s[%u]", STR_FMT(rule->id), list_name, it.index);
        trial->examples++;
        run(&trying, node_get_text(it.value, STR("manifest")), fails);
        if (!fixed.n || trial->n > failed)
            continue;
        trying.name = str_format(trial->arena, "%.*s, fail[%u].fixed", STR_FMT(rule->id), it.index);
        run(&trying, fixed, false);
    }
}

void trial_run_examples(struct trial *trial, const struct rule_file *rule,
                        const struct pack_rule *pack)
{
    run_list(trial, rule, pack, rule->pass, false);
    run_list(trial, rule, pack, rule->fail, true);
}
