/* SPDX-License-Identifier: Apache-2.0 */
/* `params`, the one setting whose values are not the table's but those of rules. */
#include "base/suggest.h"
#include "config/config_internal.h"
#include "pack/pack.h"

static void mistake(struct config_checker *checker, const struct node *at, const struct path *path,
                    struct str meant, const char *what)
{
    const struct str name = diag_quote(checker->arena, path_format(checker->arena, path));
    config_mistake(checker, RULE_CONFIG_VALUE, node_span(at), path, meant, NULL,
                   str_format(checker->arena, "%.*s %s", STR_FMT(name), what));
}

/* The params of a rule that comes with the program, NULL of any other. */
static const struct node *defaults_of(struct config_checker *checker, const struct pack_rule *rule)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc;
    if (!rule || !rule->body.n)
        return NULL;
    dropped.at.source = source_new(checker->arena, str_from(rule->rule.id), rule->body);
    return doc_read_json(checker->arena, dropped.at.source, &dropped, &doc) < 0
               ? NULL
               : node_get(doc.root, STR("params"));
}

static bool is_number(const struct node *node)
{
    double value;
    return node_double(node, &value);
}

static bool is_alike(const struct node *value, const struct node *preset)
{
    return node_kind(value) == node_kind(preset) || (is_number(value) && is_number(preset));
}

static void check_value(struct config_checker *checker, const struct entry *entry,
                        const struct node *defaults, const struct path *path)
{
    const struct node *preset = node_get(defaults, path->name);
    struct suggest suggest;
    if (preset && is_alike(entry->value, preset))
        return;
    if (preset) {
        mistake(
            checker, entry->written, path, (struct str){0},
            str_to_c(checker->arena, str_format(checker->arena, "must be a %s, as its default is",
                                                node_kind_name(node_kind(preset)))));
        return;
    }
    suggest_init(&suggest, path->name);
    for (struct entry e = map_first(defaults); e.key; e = map_next(e))
        suggest_offer(&suggest, node_text(e.key));
    mistake(checker, entry->key, path, suggest.best, "is not a param of the rule");
}

static void check_rule(struct config_checker *checker, const struct entry *entry,
                       const struct path *path)
{
    struct str meant = {0};
    const char *problem =
        config_form_rule_id.problem(checker->arena, node_text(entry->key), &meant);
    const struct pack_rule *rule = pack_find(node_text(entry->key));
    if (problem) {
        mistake(checker, entry->key, path, meant, problem);
        return;
    }
    if (node_kind(entry->value) != NODE_MAP) {
        mistake(checker, entry->written, path, (struct str){0},
                "must be a map of params with their values");
        return;
    }
    const struct node *defaults = defaults_of(checker, rule);
    for (struct entry e = map_first(entry->value); e.key && rule; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        check_value(checker, &e, defaults, &at);
    }
}

struct node *config_check_params(struct config_checker *checker, const struct node *value,
                                 const struct node *written, const struct path *path)
{
    if (node_kind(value) != NODE_MAP) {
        mistake(checker, written, path, (struct str){0}, "must be a map of rules");
        return NULL;
    }
    for (struct entry e = map_first(value); e.key; e = map_next(e)) {
        const struct path at = {
            .up = path, .name = node_text(e.key), .is_key = true, .node = e.value};
        check_rule(checker, &e, &at);
    }
    return node_copy(checker->arena, value);
}
