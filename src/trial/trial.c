/* SPDX-License-Identifier: Apache-2.0 */
/* Files of rules and of tests, counts and failures. */
#include "trial/trial.h"

#include <stdarg.h>

#include "pack/pack.h"
#include "trial/trial_internal.h"

enum { FAILURE_BYTES = 4096 };

void trial_init(struct trial *trial, struct arena *arena, unsigned minor)
{
    *trial = (struct trial){.arena = arena, .minor = minor};
}

void trial_fail(struct trial *trial, struct source *source, struct span span, struct str name,
                const char *fmt, ...)
{
    char text[FAILURE_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    VEC_PUSH(trial->arena, trial,
             ((struct trial_failure){.source = source,
                                     .span = span,
                                     .name = name,
                                     .text = str_dup(trial->arena, str_from(text))}));
}

/* ---- rules of the program ---- */

void trial_pack_rule(struct trial *trial, const struct pack_rule *rule)
{
    struct str path = str_format(trial->arena, "rules/%s.yaml", rule->rule.id);
    struct source *source = source_new(trial->arena, path, rule->text);
    struct diags diags SCOPED(diags) = {.at = {.source = source}};
    struct doc_list docs = {0};
    struct rule_file file;
    if (doc_read_stream(trial->arena, source, &diags, &docs) < 0 || docs.n != 1 ||
        !rule_file_read(trial->arena, &docs.items[0], RULE_FILE_PACK, &diags, &file))
        BUG("the rule %s was compiled in and can't be read", rule->rule.id);
    trial->rules++;
    trial_run_examples(trial, &file, rule);
}

/* ---- files ---- */

bool trial_is_test(struct str path)
{
    return str_ends(path, STR("_test.yaml")) || str_ends(path, STR("_test.yml"));
}

static int run_tests(struct trial *trial, const struct doc *doc, struct diags *diags)
{
    struct trial_tests tests;
    if (trial_read(trial, doc, diags, &tests) < 0)
        return -1;
    for (size_t i = 0; i < tests.n; i++)
        trial_run_test(trial, doc->source, &tests, &tests.items[i]);
    return 0;
}

static int run_rule(struct trial *trial, const struct doc *doc, struct diags *diags)
{
    struct rule_file file;
    struct arena scratch SCOPED(arena) = {0};
    diags->at = (struct diag_at){.source = doc->source};
    if (!rule_file_read(trial->arena, doc, RULE_FILE_OWN, diags, &file))
        return -1;
    struct policy_rules *rules = policy_rules_new(&scratch);
    const bool good = policy_rules_add(rules, &file, diags);
    policy_rules_free(rules);
    if (!good)
        return -1;
    trial->rules++;
    trial_run_examples(trial, &file, NULL);
    return 0;
}

int trial_file(struct trial *trial, struct source *source, struct diags *diags)
{
    const bool is_test = trial_is_test(source->path);
    struct trial_docs docs = {0};
    int result = trial_read_docs(trial->arena, source, diags, &docs);
    if (is_test && result == 0 && !docs.n) {
        diag_add(diags, RULE_POLICY_RULE, (struct span){0, 0}, STR(""),
                 "the file of tests is empty; it needs policies and tests");
        return -1;
    }
    for (size_t i = 0; i < docs.n; i++)
        if (is_test
                ? run_tests(trial, &docs.items[i], diags) < 0
                : rule_file_is(docs.items[i].root) && run_rule(trial, &docs.items[i], diags) < 0)
            result = -1;
    return result;
}
