/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate explain RULE`: why a rule exists and what to do, offline. */
#include "base/limits.h"
#include "base/suggest.h"
#include "cmd/cmd_internal.h"

static const struct opt options[] = {COMMON_OPTIONS};

static void list_rules(struct buf *out)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule *rule = rule_get((enum rule_id)i);
        buf_format(out, "%-32s %-8s %s\n", rule->id, severity_name(rule->severity), rule->summary);
    }
}

static int unknown_rule(struct call *call, struct str id)
{
    struct suggest suggest;
    suggest_init(&suggest, id);
    for (int i = 0; i < RULE_COUNT; i++)
        suggest_offer(&suggest, str_from(rule_get((enum rule_id)i)->id));
    struct str quoted = diag_quote(call->arena, id);
    if (suggest.best.n)
        return usage_error("there is no rule '%.*s'; did you mean '%.*s'?", STR_FMT(quoted),
                           STR_FMT(suggest.best));
    return usage_error("there is no rule '%.*s'; `tidegate explain` lists them", STR_FMT(quoted));
}

static int run(struct call *call)
{
    struct report_options report_options = output_options(call->args);
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    if (!call->rest.n)
        list_rules(&out);
    for (size_t i = 0; i < call->rest.n; i++) {
        const struct rule *rule = rule_find(call->rest.items[i]);
        if (!rule)
            return unknown_rule(call, call->rest.items[i]);
        if (i)
            buf_add_char(&out, '\n');
        report_explain(rule, &report_options, &out);
    }
    return output_write(buf_str(&out)) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "say why a rule fires and what to do",
    .arguments = "[RULE…]",
    .about = "Without a rule, all rules are listed. Works offline.\n",
    .examples = "  tidegate explain api/unknown-field\n",
    .options = options,
    .args_size = sizeof(struct common_args),
    .run = run,
};
