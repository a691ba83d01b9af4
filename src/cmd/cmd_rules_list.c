/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate rules list`: the rules of packs and of the repository, and which of them are on. */
#include "base/glob.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "cmd/cmd_rules.h"
#include "config/config.h"
#include "doc/doc.h"
#include "pack/pack.h"

struct row {
    const struct rule *rule;
    enum severity severity; /* with what the configuration says; SEVERITY_OFF: it is off */
    bool is_default;
    bool is_builtin;
    struct str path; /* of a rule of the repository */
    struct str docs;
};

struct rows {
    VEC(struct row);
};

static enum severity severity_of(const struct config *config, const struct rule *rule)
{
    for (size_t i = 0; i < config->rules.n; i++)
        if (glob_match(config->rules.items[i].pattern, str_from(rule->id)))
            return config->rules.items[i].severity;
    return rule->severity;
}

static bool is_listed(const struct str_list *packs, struct str id)
{
    for (size_t i = 0; i < packs->n; i++)
        if (str_starts(id, packs->items[i]) && id.n > packs->items[i].n &&
            id.p[packs->items[i].n] == '/')
            return true;
    return packs->n == 0;
}

/* Packs that only some sets ask for count as well. */
static struct str_list asked_packs(struct arena *arena, const struct config *config)
{
    struct str_list packs = {0};
    for (size_t i = 0; i < config->packs.n; i++)
        VEC_PUSH(arena, &packs, config->packs.items[i]);
    for (size_t s = 0; s < config->sets.n; s++)
        for (size_t i = 0; i < config->sets.items[s].packs.n; i++)
            VEC_PUSH(arena, &packs, config->sets.items[s].packs.items[i]);
    return packs;
}

static void add_packs(struct call *call, const struct config *config, struct rows *rows)
{
    const struct rules_args *args = call->args;
    const struct str_list asked = asked_packs(call->arena, config);
    const struct pack_choice choice = {.packs = &asked, .settings = &config->rules};
    for (size_t i = 0; i < PACK_COUNT; i++) {
        const struct pack_rule *rule = &pack_rules[i];
        if (!is_listed(&args->packs, str_from(rule->rule.id)))
            continue;
        const bool is_on = pack_is_on(&choice, rule);
        VEC_PUSH(call->arena, rows,
                 ((struct row){.rule = &rule->rule,
                               .severity = is_on ? severity_of(config, &rule->rule) : SEVERITY_OFF,
                               .is_default = rule->is_default,
                               .is_builtin = rule->is_builtin,
                               .docs = rule->docs}));
    }
}

static void add_own(struct call *call, const struct config *config, const struct rules_own *own,
                    struct rows *rows)
{
    const struct rules_args *args = call->args;
    for (size_t i = 0; i < own->n; i++) {
        const struct rules_own_rule *rule = &own->items[i];
        if (is_listed(&args->packs, str_from(rule->rule.id)))
            VEC_PUSH(call->arena, rows,
                     ((struct row){.rule = &rule->rule,
                                   .severity = severity_of(config, &rule->rule),
                                   .is_default = true,
                                   .path = rule->source->path,
                                   .docs = rule->file.docs}));
    }
}

static void write_text(struct arena *arena, const struct rows *rows, struct buf *out)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *row = &rows->items[i];
        const bool is_on = row->severity != SEVERITY_OFF;
        const struct str path = diag_quote(arena, row->path);
        const struct str summary = diag_quote(arena, str_from(row->rule->summary));
        buf_format(out, "%-44s %-8s %-4s %.*s%s%.*s%s\n", row->rule->id,
                   severity_name(is_on ? row->severity : row->rule->severity), is_on ? "on" : "off",
                   STR_FMT(summary), path.n ? " (" : "", STR_FMT(path), path.n ? ")" : "");
    }
}

static void write_json(const struct rows *rows, struct buf *out)
{
    struct jsonw json = {.out = out, .indent = 2};
    jsonw_open_list(&json);
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *row = &rows->items[i];
        const bool is_on = row->severity != SEVERITY_OFF;
        jsonw_open_map(&json);
        jsonw_put_text(&json, "id", str_from(row->rule->id));
        jsonw_put_text(&json, "severity",
                       str_from(severity_name(is_on ? row->severity : row->rule->severity)));
        jsonw_key(&json, "on");
        jsonw_bool(&json, is_on);
        jsonw_key(&json, "default");
        jsonw_bool(&json, row->is_default);
        jsonw_key(&json, "builtin");
        jsonw_bool(&json, row->is_builtin);
        jsonw_put_text(&json, "summary", str_from(row->rule->summary));
        if (row->docs.n)
            jsonw_put_text(&json, "docs", row->docs);
        if (row->path.n)
            jsonw_put_text(&json, "path", row->path);
        jsonw_close_map(&json);
    }
    jsonw_close_list(&json);
    buf_add_char(out, '\n');
}

static int unknown_pack(struct call *call, struct str name)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < PACK_COUNT; i++) {
        const struct str id = str_from(pack_rules[i].rule.id);
        suggest_offer(&suggest, str_sub(id, 0, (size_t)str_find_last_char(id, '/')));
    }
    const struct str quoted = diag_quote(call->arena, name);
    return usage_error("there is no pack '%.*s'%s%.*s%s", STR_FMT(quoted),
                       suggest.best.n ? "; did you mean '" : "", STR_FMT(suggest.best),
                       suggest.best.n ? "'?" : "");
}

int rules_list(struct call *call)
{
    const struct rules_args *args = call->args;
    struct config config;
    struct rules_own own;
    struct rows rows = {0};
    int code = rules_config(call, &config);
    if (code == EXIT_OK)
        code = rules_own_read(call, &config, &own);
    if (code != EXIT_OK)
        return code;
    add_packs(call, &config, &rows);
    add_own(call, &config, &own, &rows);
    for (size_t i = 0; i < args->packs.n; i++) {
        bool is_known = pack_exists(args->packs.items[i]);
        for (size_t k = 0; !is_known && k < own.n; k++)
            is_known = str_starts(str_from(own.items[k].rule.id), args->packs.items[i]);
        if (!is_known)
            return unknown_pack(call, args->packs.items[i]);
    }
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    if (str_is(args->format, "json"))
        write_json(&rows, &out);
    else
        write_text(call->arena, &rows, &out);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}
