/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule is about, as a server asks for it: resources instead of kinds. */
#include "base/ascii.h"
#include "base/limits.h"
#include "cmd/rules_export.h"
#include "object/object.h"

enum { VERSIONS_MAX = 64 };

static const char *const workloads[] = {"Pod",
                                        "PodTemplate",
                                        "ReplicationController",
                                        "apps/Deployment",
                                        "apps/ReplicaSet",
                                        "apps/StatefulSet",
                                        "apps/DaemonSet",
                                        "batch/Job",
                                        "batch/CronJob"};

static struct node *texts(struct arena *arena, const char *text)
{
    struct node *list = node_new(arena, NODE_LIST);
    if (text)
        node_add(list, node_new_text(arena, str_from(text)));
    return list;
}

/* ---- resources ---- */

static struct node *operations_of(struct exporting *exporting)
{
    static const struct {
        unsigned bit;
        const char *name;
    } table[] = {{RULE_CREATE, "CREATE"}, {RULE_UPDATE, "UPDATE"}, {RULE_DELETE, "DELETE"}};
    struct node *list = node_new(exporting->arena, NODE_LIST);
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (exporting->rule->operations & table[i].bit)
            node_add(list, node_new_text(exporting->arena, str_from(table[i].name)));
    return list;
}

/* A rule of its own for each group. All versions: the object is seen as it is sent. */
static struct node *rule_of_group(struct exporting *exporting, struct node *rules, struct str group)
{
    struct arena *arena = exporting->arena;
    for (struct node *rule = rules->first; rule; rule = rule->next)
        if (str_eq(node_text(node_at(node_get(rule, STR("apiGroups")), 0)), group))
            return rule;
    struct node *rule = node_new(arena, NODE_MAP);
    struct node *groups = texts(arena, NULL);
    node_add(groups, node_new_text(arena, group));
    node_put(arena, rule, STR("apiGroups"), groups);
    node_put(arena, rule, STR("apiVersions"), texts(arena, "*"));
    node_put(arena, rule, STR("operations"), operations_of(exporting));
    node_put(arena, rule, STR("resources"), texts(arena, NULL));
    node_add(rules, rule);
    return rule;
}

static void add_resource(struct exporting *exporting, struct node *rules, struct str group,
                         struct str plural)
{
    struct node *rule = rule_of_group(exporting, rules, group);
    struct node *list = rule->first;
    while (!str_is(node_text(list), "resources"))
        list = list->next->next;
    list = list->next;
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_eq(node_text(it.value), plural))
            return;
    node_add(list, node_new_text(exporting->arena, plural));
}

static void add_kind(struct exporting *exporting, struct node *rules, struct str text)
{
    struct kind_info infos[VERSIONS_MAX];
    const ptrdiff_t slash = str_find_last_char(text, '/');
    const struct str kind = str_from_offset(text, (size_t)(slash + 1));
    const struct str group = slash < 0 ? (struct str){0} : str_sub(text, 0, (size_t)slash);
    const size_t n = schema_kind_versions(exporting->view, kind, infos, VERSIONS_MAX);
    bool found = false;
    for (size_t i = 0; i < MIN_OF(n, (size_t)VERSIONS_MAX); i++) {
        if (slash >= 0 && !str_eq(infos[i].group, group))
            continue;
        add_resource(exporting, rules, infos[i].group, infos[i].plural);
        found = true;
    }
    if (!found)
        export_refuse(
            exporting,
            "Kubernetes 1.%u serves no %.*s, and of custom resources the name in requests "
            "is not known",
            exporting->view->minor, STR_FMT(text));
}

struct node *export_constraints(struct exporting *exporting)
{
    struct arena *arena = exporting->arena;
    struct node *constraints = node_new(arena, NODE_MAP);
    struct node *rules = node_new(arena, NODE_LIST);
    for (struct item it = list_first(exporting->rule->kinds); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        const bool is_workloads = str_is(text, "workloads");
        for (size_t i = 0; is_workloads && i < ARRAY_LEN(workloads); i++)
            add_kind(exporting, rules, str_from(workloads[i]));
        if (str_is(text, "*"))
            add_resource(exporting, rules, STR("*"), STR("*"));
        else if (!is_workloads)
            add_kind(exporting, rules, text);
    }
    node_put(arena, constraints, STR("resourceRules"), rules);
    if (exporting->rule->labels)
        node_put(arena, constraints, STR("objectSelector"),
                 node_copy(arena, exporting->rule->labels));
    return constraints;
}

/* ---- namespaces ---- */

/* Names of Namespaces are lower case letters, digits and dashes. */
static bool add_pattern(struct buf *out, struct str pattern)
{
    for (size_t i = 0; i < pattern.n; i++) {
        const char c = pattern.p[i];
        if (c == '*' || c == '?')
            buf_add_c(out, c == '?' ? "." : ".*");
        else if (ascii_is_lower_alnum(c) || c == '-')
            buf_add_char(out, c);
        else
            return false;
    }
    return true;
}

static struct str condition_of(struct exporting *exporting, struct str pattern)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    if (!add_pattern(&out, pattern))
        export_refuse(exporting, "the pattern %.*s of namespaces has more than * and ?",
                      STR_FMT(pattern));
    if (str_find_char(pattern, '*') < 0 && str_find_char(pattern, '?') < 0)
        return str_format(exporting->arena, "request.namespace == '%.*s'", STR_FMT(pattern));
    return str_format(exporting->arena, "request.namespace.matches('^%.*s$')",
                      STR_FMT(buf_str(&out)));
}

static void add_either(struct arena *arena, struct str *all, struct str one)
{
    *all = all->n ? str_format(arena, "%.*s || %.*s", STR_FMT(*all), STR_FMT(one)) : one;
}

/* Any of the patterns, and none of those with a `!`; what is in no namespace is in none of them. */
struct node *export_conditions(struct exporting *exporting)
{
    struct arena *arena = exporting->arena;
    struct str wanted = {0}, unwanted = {0}, text = STR("!has(request.namespace)");
    for (struct item it = list_first(exporting->rule->namespaces); it.value; it = list_next(it)) {
        const struct str pattern = node_text(it.value);
        const bool is_not = str_starts(pattern, STR("!"));
        add_either(arena, is_not ? &unwanted : &wanted,
                   condition_of(exporting, str_from_offset(pattern, is_not)));
    }
    if (!wanted.n && !unwanted.n)
        return NULL;
    if (wanted.n)
        text = str_format(arena, "has(request.namespace) && (%.*s)", STR_FMT(wanted));
    if (unwanted.n)
        text = str_format(arena, "%.*s %s !(%.*s)", STR_FMT(text), wanted.n ? "&&" : "||",
                          STR_FMT(unwanted));
    struct node *list = node_new(arena, NODE_LIST);
    export_add_variable(exporting, list, STR("namespaces"), text);
    return list;
}
