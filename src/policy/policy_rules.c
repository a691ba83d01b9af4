/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of rules, and which of them are about a kind. */
#include "policy/policy_rule.h"

#include "base/suggest.h"
#include "schema/schema.h"

/* order: policy_rule_pod.c. Those of other groups that are called alike make no Pods. */
static const struct {
    const char *group, *kind;
} workloads[] = {
    {"", "Pod"},
    {"", "PodTemplate"},
    {"", "ReplicationController"},
    {"apps", "Deployment"},
    {"apps", "ReplicaSet"},
    {"apps", "StatefulSet"},
    {"apps", "DaemonSet"},
    {"batch", "Job"},
    {"batch", "CronJob"},
};

struct policy_rules *policy_rules_new(struct arena *arena)
{
    struct policy_rules *rules = xcalloc(1, sizeof *rules);
    rules->arena = arena;
    rules->ids.arena = arena;
    rules->kinds.arena = arena;
    if (pthread_mutex_init(&rules->lock, NULL) != 0)
        BUG("a lock can't be made");
    rules->later = (struct cel_later){&rules->lock, &rules->lazy};
    return rules;
}

void policy_rules_set_params(struct policy_rules *rules, const struct node *by_id)
{
    rules->params = by_id;
}

/* ---- kinds ---- */

static void add_kind(struct policy_rules *rules, struct policy_rule *rule, struct str group,
                     bool any_group, struct str kind)
{
    void **slot = map_slot(&rules->kinds, kind);
    if (!*slot)
        *slot = ARENA_NEW(rules->arena, struct policy_kind);
    struct policy_kind *list = *slot;
    VEC_PUSH(rules->arena, list, ((struct policy_kind_rule){group, any_group, rule}));
}

static void index_kind(struct policy_rules *rules, struct policy_rule *rule, struct str text)
{
    if (str_is(text, "workloads")) {
        for (size_t i = 0; i < ARRAY_LEN(workloads); i++)
            add_kind(rules, rule, str_from(workloads[i].group), false, str_from(workloads[i].kind));
        return;
    }
    const ptrdiff_t slash = str_find_last_char(text, '/');
    rule->on_all |= str_is(text, "*");
    add_kind(rules, rule, str_sub(text, 0, slash < 0 ? 0 : (size_t)slash), slash < 0,
             str_from_offset(text, (size_t)(slash + 1)));
}

bool policy_rule_is_on_pods(const struct node *kinds)
{
    for (struct item it = list_first(kinds); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        bool is_one = str_is(text, "workloads");
        for (size_t i = 0; i < ARRAY_LEN(workloads) && !is_one; i++) {
            const size_t group = strlen(workloads[i].group);
            is_one = str_is(text, workloads[i].kind) ||
                     (group && str_starts(text, str_from(workloads[i].group)) && text.n > group &&
                      text.p[group] == '/' &&
                      str_is(str_from_offset(text, group + 1), workloads[i].kind));
        }
        if (!is_one)
            return false;
    }
    return true;
}

/* ---- adding ---- */

static struct policy_rule *add_rule(struct policy_rules *rules, struct str id)
{
    struct policy_rule *rule = ARENA_NEW(rules->arena, struct policy_rule);
    rule->given = node_get(rules->params, id);
    VEC_PUSH(rules->arena, rules, rule);
    map_put(&rules->ids, id, rule);
    return rule;
}

void policy_rules_add_pack(struct policy_rules *rules, const struct pack_rule *pack)
{
    const struct str id = str_from(pack->rule.id);
    if (pack->is_builtin || map_has(&rules->ids, id))
        return;
    struct policy_rule *rule = add_rule(rules, id);
    rule->rule = &pack->rule;
    rule->pack = pack;
    for (size_t i = 0; pack->kinds[i]; i++)
        index_kind(rules, rule, str_from(pack->kinds[i]));
}

void policy_rules_add_packs(struct policy_rules *rules, const struct pack_choice *choice)
{
    for (size_t i = 0; i < PACK_COUNT; i++)
        if (pack_is_on(choice, &pack_rules[i]))
            policy_rules_add_pack(rules, &pack_rules[i]);
}

static const char *text_or(struct arena *arena, struct str text, const char *otherwise)
{
    return text.n ? str_to_c(arena, text) : otherwise;
}

bool policy_rules_add(struct policy_rules *rules, const struct rule_file *file, struct diags *diags)
{
    struct arena *arena = rules->arena;
    if (map_has(&rules->ids, file->id)) {
        const struct str id = diag_quote(arena, file->id);
        diag_add(diags, RULE_POLICY_RULE, node_span(node_get(file->root, STR("id"))), STR("id"),
                 "%.*s is the id of another rule too", STR_FMT(id));
        return false;
    }
    if (file->is_builtin || !policy_rule_compiles(arena, file, diags))
        return false;
    struct rule *own = ARENA_NEW(arena, struct rule);
    *own = (struct rule){
        .id = str_to_c(arena, file->id),
        .severity = file->severity,
        .summary = text_or(arena, file->summary, "a rule of the repository does not hold"),
        .why = text_or(arena, file->why, "A rule of the repository says so."),
        .fix =
            text_or(arena, file->remedy, "Change the object so that the rule holds, or the rule."),
    };
    struct policy_rule *rule = add_rule(rules, file->id);
    rule->rule = own;
    rule->file = *file;
    for (struct item it = list_first(file->kinds); it.value; it = list_next(it))
        index_kind(rules, rule, node_text(it.value));
    return true;
}

/* A later version of tidegate may bring more rules of its families. */
static bool is_own_family(struct str id)
{
    const struct str family = str_sub(id, 0, (size_t)str_find_char(id, '/') + 1);
    for (enum rule_id i = 0; i < RULE_COUNT; i++)
        if (str_starts(str_from(rule_get(i)->id), family))
            return true;
    return pack_exists(str_sub(family, 0, family.n - 1));
}

bool policy_rules_read(struct policy_rules *rules, const struct doc *doc, struct diags *diags)
{
    struct rule_file file;
    diags->at.source = doc->source;
    if (!rule_file_read(rules->arena, doc, RULE_FILE_OWN, diags, &file))
        return false;
    if (is_own_family(file.id)) {
        const struct str id = diag_quote(rules->arena, file.id);
        diag_add(diags, RULE_POLICY_RULE, node_span(node_get(file.root, STR("id"))), STR("id"),
                 "%.*s is in a family of tidegate's own rules; begin it with another word",
                 STR_FMT(id));
        return false;
    }
    return policy_rules_add(rules, &file, diags);
}

/* ---- params ---- */

static void check_names(const struct policy_rules *rules, const struct policy_rule *rule,
                        struct diags *diags)
{
    for (struct entry e = map_first(rule->given); e.key; e = map_next(e)) {
        if (node_get(rule->file.params, node_text(e.key)))
            continue;
        struct suggest suggest;
        suggest_init(&suggest, node_text(e.key));
        for (struct entry p = map_first(rule->file.params); p.key; p = map_next(p))
            suggest_offer(&suggest, node_text(p.key));
        const struct str name = diag_quote(rules->arena, node_text(e.key));
        diag_add(diags, RULE_CONFIG_VALUE, node_span(e.key), STR("params"),
                 "%.*s is not a param of rule %.*s%s%.*s%s", STR_FMT(name), STR_FMT(rule->file.id),
                 suggest.best.n ? "; did you mean '" : "", STR_FMT(suggest.best),
                 suggest.best.n ? "'?" : "");
    }
}

void policy_rules_check_params(const struct policy_rules *rules, struct source *source,
                               bool has_all, struct diags *diags)
{
    struct source *const before = diags->at.source;
    diags->at.source = source;
    for (struct entry e = map_first(rules->params); e.key; e = map_next(e)) {
        const struct policy_rule *rule = map_get(&rules->ids, node_text(e.key));
        const struct str id = diag_quote(rules->arena, node_text(e.key));
        if (rule && !rule->pack)
            check_names(rules, rule, diags);
        else if (!rule && has_all && !pack_find(node_text(e.key)))
            diag_add(diags, RULE_CONFIG_VALUE, node_span(e.key), STR("params"),
                     "params are given to %.*s, which is no rule of the repository", STR_FMT(id));
    }
    diags->at.source = before;
}

/* ---- asking ---- */

size_t policy_rules_count(const struct policy_rules *rules)
{
    return rules ? rules->n : 0;
}

static bool sees_objects(const struct node *node)
{
    static const char *const keys[] = {"expression", "messageExpression", "valueExpression"};
    for (struct item it = list_first(node); it.value; it = list_next(it))
        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
            if (pack_names_others(node_get_text(it.value, str_from(keys[i]))))
                return true;
    return false;
}

bool policy_rules_see_objects(const struct policy_rules *rules)
{
    for (size_t i = 0; rules && i < rules->n; i++) {
        const struct policy_rule *rule = rules->items[i];
        if (rule->pack ? pack_sees_others(rule->pack)
                       : sees_objects(rule->file.variables) ||
                             sees_objects(rule->file.validations) || sees_objects(rule->file.fix))
            return true;
    }
    return false;
}

static bool is_equal(const struct policy_rule *a, const struct policy_rule *b)
{
    const bool same =
        a->pack || b->pack ? a->pack == b->pack : node_equal(a->file.root, b->file.root);
    return same && (a->given && b->given ? node_equal(a->given, b->given) : a->given == b->given);
}

bool policy_rules_eq(const struct policy_rules *a, const struct policy_rules *b)
{
    if (policy_rules_count(a) != policy_rules_count(b))
        return false;
    for (size_t i = 0; a && i < a->n; i++)
        if (!is_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

void policy_rules_free(struct policy_rules *rules)
{
    if (!rules)
        return;
    for (size_t i = 0; i < rules->n; i++)
        for (size_t m = 0; m < RULE_MINORS; m++) {
            struct policy *policy = atomic_load(&rules->items[i]->compiled[m]);
            if (policy)
                policy_release(policy);
        }
    arena_release(&rules->lazy);
    pthread_mutex_destroy(&rules->lock);
    free(rules);
}
