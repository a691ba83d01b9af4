/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate explain RULE`: why a rule exists and what to do, offline. */
#include "base/limits.h"
#include "cmd/cmd_rules.h"
#include "config/config.h"
#include "pack/pack.h"

static const struct opt options[] = {COMMON_OPTIONS};

static void list_rule(const struct rule *rule, struct buf *out)
{
    buf_format(out, "%-32s %-8s %s\n", rule->id, severity_name(rule->severity), rule->summary);
}

static void list_rules(struct buf *out)
{
    for (int i = 0; i < RULE_COUNT; i++)
        list_rule(rule_get((enum rule_id)i), out);
    for (size_t i = 0; i < PACK_COUNT; i++)
        list_rule(&pack_rules[i].rule, out);
}

/* ---- rules of packs ---- */

/* A list may be long: an item a line. */
static void write_param(struct str name, const struct node *value, struct buf *out)
{
    const bool is_list = node_kind(value) == NODE_LIST && node_real(value)->n > 0;
    buf_format(out, "  %.*s:", STR_FMT(name));
    if (!is_list) {
        buf_add_char(out, ' ');
        doc_write_json(out, value, 0);
    }
    for (struct item it = list_first(value); is_list && it.value; it = list_next(it)) {
        buf_add_c(out, "\n    - ");
        doc_write_json(out, it.value, 0);
    }
    buf_add_char(out, '\n');
}

static void write_params(const struct pack_rule *rule, struct buf *out)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc = {0};
    struct source *source = source_new(&arena, str_from(rule->rule.id), rule->body);
    dropped.at.source = source;
    if (rule->is_builtin || doc_read_json(&arena, source, &dropped, &doc) < 0)
        return;
    const struct node *params = node_get(doc.root, STR("params"));
    if (!params)
        return;
    buf_format(out, "\nparams, which `params:` in tidegate.yaml sets for %s\n", rule->rule.id);
    for (struct entry e = map_first(params); e.key; e = map_next(e))
        write_param(node_text(e.key), e.value, out);
}

static void explain_pack(const struct pack_rule *rule, const struct report_options *page,
                         struct buf *out)
{
    const struct str id = str_from(rule->rule.id);
    const struct str pack = str_sub(id, 0, (size_t)str_find_last_char(id, '/'));
    report_explain(&rule->rule, page, out);
    write_params(rule, out);
    if (!rule->is_default)
        buf_format(out,
                   "\noff unless it is asked for\n"
                   "  `--pack %.*s`,\n"
                   "  `packs: [%.*s]` in tidegate.yaml,\n"
                   "  or a severity for it under `rules:`.\n",
                   STR_FMT(pack), STR_FMT(pack));
    if (rule->docs.n)
        buf_format(out, "\nmore\n  %.*s\n", STR_FMT(rule->docs));
}

/* ---- rules of the repository ---- */

static int explain_own(struct call *call, struct rules_own *own, bool *is_read, struct str id,
                       struct buf *out)
{
    const struct report_options page = output_options(call->args);
    if (!*is_read) {
        struct config config;
        int code = rules_config(call, &config);
        if (code == EXIT_OK)
            code = rules_own_read(call, &config, own);
        if (code != EXIT_OK)
            return code;
        *is_read = true;
    }
    const struct rules_own_rule *rule = rules_own_find(own, id);
    if (!rule)
        return rules_unknown(call, own, id);
    report_explain(&rule->rule, &page, out);
    const struct str path = diag_quote(call->arena, rule->source->path);
    const struct str docs = diag_quote(call->arena, rule->file.docs);
    buf_format(out, "\nfrom\n  %.*s\n", STR_FMT(path));
    if (docs.n)
        buf_format(out, "\nmore\n  %.*s\n", STR_FMT(docs));
    return EXIT_OK;
}

int rules_explain_from(struct call *call, size_t first)
{
    const struct report_options page = output_options(call->args);
    struct rules_own own = {0};
    bool is_read = false;
    int code = EXIT_OK;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    if (call->rest.n <= first)
        list_rules(&out);
    for (size_t i = first; code == EXIT_OK && i < call->rest.n; i++) {
        const struct str id = call->rest.items[i];
        const struct rule *rule = rule_find(id);
        const struct pack_rule *pack = pack_find(id);
        if (i > first)
            buf_add_char(&out, '\n');
        if (rule)
            report_explain(rule, &page, &out);
        else if (pack)
            explain_pack(pack, &page, &out);
        else
            code = explain_own(call, &own, &is_read, id, &out);
    }
    if (code != EXIT_OK)
        return code;
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

static int run(struct call *call)
{
    return rules_explain_from(call, 0);
}

const struct command command_explain = {
    .name = "explain",
    .summary = "say why a rule fires and what to do",
    .arguments = "[RULE…]",
    .about =
        "Without a rule, all rules are listed. Works offline. Rules of the repository are those\n"
        "of the files that `policies:` names in the configuration of this folder.\n",
    .examples = "  tidegate explain api/unknown-field\n",
    .options = options,
    .args_size = sizeof(struct rules_args),
    .run = run,
};
