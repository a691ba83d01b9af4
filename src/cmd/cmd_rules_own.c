/* SPDX-License-Identifier: Apache-2.0 */
/* The rules and policies of the repository, and finding one by its id. */
#include "base/limits.h"
#include "base/suggest.h"
#include "cmd/cmd_rules.h"
#include "config/config.h"
#include "object/object.h"
#include "pack/pack.h"

static const char *example_of(struct arena *arena, const struct node *list)
{
    const struct node *manifest = node_get(node_at(list, 0), STR("manifest"));
    return manifest ? str_to_c(arena, node_text(manifest)) : NULL;
}

static const char *text_or(struct arena *arena, struct str text, const char *otherwise)
{
    return text.n ? str_to_c(arena, text) : otherwise;
}

static struct rule rule_of(struct arena *arena, const struct rule_file *file)
{
    const char *bad = example_of(arena, file->fail), *good = example_of(arena, file->pass);
    return (struct rule){
        .id = str_to_c(arena, file->id),
        .severity = file->severity,
        .summary = text_or(arena, file->summary, "a rule of the repository"),
        .why = text_or(arena, file->why, "The repository says so; its rule gives no reason."),
        .bad = bad && good ? bad : NULL,
        .good = bad && good ? good : NULL,
        .fix = text_or(arena, file->remedy,
                       "Change the object so that the expressions of the rule "
                       "are true."),
    };
}

static bool add_rule(struct call *call, const struct doc *doc, struct diags *diags,
                     struct rules_own *own)
{
    struct rules_own_rule found = {.source = doc->source};
    diags->at = (struct diag_at){.source = doc->source};
    if (!rule_file_read(call->arena, doc, RULE_FILE_OWN, diags, &found.file))
        return false;
    found.rule = rule_of(call->arena, &found.file);
    VEC_PUSH(call->arena, own, found);
    return true;
}

static void add_policy(struct call *call, const struct doc *doc, struct rules_own *own)
{
    static const char *const kinds[] = {"ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"};
    static const char *const summaries[] = {"a ValidatingAdmissionPolicy of the repository",
                                            "a MutatingAdmissionPolicy of the repository"};
    struct object object;
    if (!object_read(doc, doc->root, &object) || !object.name.n)
        return;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!object_is(&object, "admissionregistration.k8s.io", kinds[i]))
            continue;
        const struct str name = diag_quote(call->arena, object.name);
        const struct str id = str_format(call->arena, "policy/%.*s", STR_FMT(name));
        VEC_PUSH(call->arena, own,
                 ((struct rules_own_rule){
                     .source = doc->source,
                     .is_policy = true,
                     .rule = {.id = str_to_c(call->arena, id),
                              .severity = SEVERITY_ERROR,
                              .summary = summaries[i],
                              .why = "The API server refuses, warns, logs or changes as the policy "
                                     "and its bindings tell it to.",
                              .fix = "Change the object so that the expressions of the policy are "
                                     "true, or the policy."}}));
    }
}

static int read_file(struct call *call, struct str path, struct diags *diags, struct rules_own *own)
{
    struct source *source;
    struct doc_list docs = {0};
    const int code = rules_read(call, path, &source);
    if (code != EXIT_OK)
        return code;
    diags->at = (struct diag_at){.source = source};
    bool good = doc_read_file(call->arena, source, diags, &docs) == 0;
    for (size_t i = 0; i < docs.n; i++) {
        const struct doc *doc = &docs.items[i];
        good &= !doc->broken;
        if (doc->root && rule_file_is(doc->root))
            good &= add_rule(call, doc, diags, own);
        else if (doc->root)
            add_policy(call, doc, own);
    }
    return good ? EXIT_OK : EXIT_USAGE;
}

static bool is_test(struct str path)
{
    return str_ends(path, STR("_test.yaml")) || str_ends(path, STR("_test.yml"));
}

int rules_own_read(struct call *call, const struct config *config, struct rules_own *ret_own)
{
    const struct common_args *common = call->args;
    struct diags diags SCOPED(diags) = {0};
    struct str_list files = {0};
    *ret_own = (struct rules_own){0};
    int code = rules_own_files(call, config, &files);
    for (size_t i = 0; code == EXIT_OK && i < files.n; i++)
        if (!is_test(files.items[i]))
            code = read_file(call, files.items[i], &diags, ret_own);
    diags_sort(&diags);
    if (code == EXIT_USAGE && diags.n)
        output_findings(&diags, common);
    return code;
}

const struct rules_own_rule *rules_own_find(const struct rules_own *own, struct str id)
{
    for (size_t i = 0; i < own->n; i++)
        if (str_is(id, own->items[i].rule.id))
            return &own->items[i];
    return NULL;
}

int rules_unknown(struct call *call, const struct rules_own *own, struct str id)
{
    struct suggest suggest;
    suggest_init(&suggest, id);
    for (int i = 0; i < RULE_COUNT; i++)
        suggest_offer(&suggest, str_from(rule_get((enum rule_id)i)->id));
    for (size_t i = 0; i < PACK_COUNT; i++)
        suggest_offer(&suggest, str_from(pack_rules[i].rule.id));
    for (size_t i = 0; i < own->n; i++)
        suggest_offer(&suggest, str_from(own->items[i].rule.id));
    const struct str quoted = diag_quote(call->arena, id);
    if (suggest.best.n)
        return usage_error("there is no rule '%.*s'; did you mean '%.*s'?", STR_FMT(quoted),
                           STR_FMT(suggest.best));
    return usage_error("there is no rule '%.*s'; `tidegate explain` lists them", STR_FMT(quoted));
}
