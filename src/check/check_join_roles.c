/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings, with what the roles allow that they bind. */
#include "check/check_join.h"

static const char group[] = "rbac.authorization.k8s.io";

static struct str ref_kind(const struct object *binding)
{
    return node_get_text(node_get(binding->root, STR("roleRef")), STR("kind"));
}

static struct str ref_name(const struct object *binding)
{
    return node_get_text(node_get(binding->root, STR("roleRef")), STR("name"));
}

static struct join_found find_role(const struct join *join, const struct join_object *binding)
{
    const bool is_local = str_is(ref_kind(binding->object), "Role");
    return join_find(join, binding, group, is_local ? "Role" : "ClusterRole",
                     is_local ? binding->namespace : (struct str){0}, ref_name(binding->object));
}

static void each_binding(const struct join *join,
                         void (*fn)(const struct join *join, const struct join_object *binding))
{
    static const char *const kinds[] = {"RoleBinding", "ClusterRoleBinding"};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        const struct join_list *list = join_kind(join, group, kinds[k]);
        for (size_t i = 0; list && i < list->n; i++)
            if (join->objects.items[list->items[i]].is_own)
                fn(join, &join->objects.items[list->items[i]]);
    }
}

/* ---- to nobody ---- */

static bool has_roles(const struct join *join, const struct object *object)
{
    const unsigned *has = map_get(&join->files, object->source->path);
    return has && (*has & FILE_HAS_ROLES);
}

static bool has_accounts(const struct join *join, const struct object *object, struct str namespace)
{
    struct arena scratch SCOPED(arena) = {0};
    const struct str nowhere = {0};
    return map_has(&join->files, join_file_of(&scratch, object, namespace)) ||
           (!join->context->input->declared &&
            map_has(&join->files, join_file_of(&scratch, object, nowhere)));
}

static bool comes_with_the_cluster(struct str name)
{
    static const char *const names[] = {"cluster-admin", "admin", "edit", "view"};
    return str_starts(name, STR("system:")) || str_is_one_of(name, names, ARRAY_LEN(names));
}

/* These namespaces come with roles. */
static bool is_of_the_cluster(struct str namespace)
{
    return str_is(namespace, "kube-system") || str_is(namespace, "kube-public");
}

/* Roles of a namespace belong to their bindings; those of the cluster come from anywhere. */
static void check_role(const struct join *join, const struct join_object *binding)
{
    const struct str kind = ref_kind(binding->object);
    const struct str name = ref_name(binding->object);
    const bool is_local = str_is(kind, "Role");
    const bool is_expected =
        has_roles(join, binding->object) || (is_local && join->context->input->declared);
    if (!name.n || (!is_local && !str_is(kind, "ClusterRole")) || comes_with_the_cluster(name) ||
        !is_expected || is_of_the_cluster(binding->namespace) || find_role(join, binding).n ||
        join_is_external(join, is_local ? "Role" : "ClusterRole", binding->namespace, name))
        return;
    const struct str quoted = join_quote(join, name);
    (void)join_report(join, PACK_RBAC_DANGLING_ROLE_BINDING, binding->object,
                      join_get(binding->object, "roleRef.name"), "no %s \"%.*s\" is declared%s",
                      is_local ? "Role" : "ClusterRole", STR_FMT(quoted),
                      is_local ? " in its namespace" : "");
}

static void check_subject(const struct join *join, const struct join_object *binding,
                          const struct node *subject)
{
    const struct node *name = node_get(subject, STR("name"));
    const struct str written = node_get_text(subject, STR("namespace"));
    const struct str namespace = written.n ? written : binding->namespace;
    if (!str_is(node_get_text(subject, STR("kind")), "ServiceAccount") || !node_text(name).n ||
        str_is(node_text(name), "default") || str_is(namespace, "kube-system") ||
        !has_accounts(join, binding->object, namespace) ||
        join_find(join, binding, "", "ServiceAccount", namespace, node_text(name)).n ||
        join_is_external(join, "ServiceAccount", namespace, node_text(name)))
        return;
    const struct str quoted = join_quote(join, node_text(name));
    const struct str shown = join_quote(join, namespace);
    (void)join_report(join, PACK_RBAC_DANGLING_SUBJECT, binding->object, name,
                      "no service account \"%.*s\" is declared in namespace \"%.*s\"",
                      STR_FMT(quoted), STR_FMT(shown));
}

static void check_binding(const struct join *join, const struct join_object *binding)
{
    check_role(join, binding);
    const struct node *subjects = node_get(binding->object->root, STR("subjects"));
    for (struct item it = list_first(subjects); it.value; it = list_next(it))
        check_subject(join, binding, it.value);
}

void joined_bindings(const struct join *join)
{
    each_binding(join, check_binding);
}

/* ---- powers ---- */

enum power {
    POWER_ADMIN,
    POWER_WILDCARD,
    POWER_EXEC,
    POWER_CREATION,
    POWER_SECRETS,
    POWER_ESCALATION,
    POWERS,
};

enum { ANY_MAX = 12 };

static const struct power_row {
    enum pack_id rule;
    const char *says;
    const char *resources[ANY_MAX]; /* none: any */
    const char *verbs[ANY_MAX];
} powers[] = {
    [POWER_ADMIN] = {.rule = PACK_RBAC_BOUND_CLUSTER_ADMIN, .says = "do everything"},
    [POWER_WILDCARD] = {.rule = PACK_RBAC_BOUND_WILDCARD,
                        .says = "use a wildcard, also for what is added later"},
    [POWER_EXEC] = {.rule = PACK_RBAC_BOUND_POD_EXEC,
                    .says = "run commands in Pods",
                    .resources = {"pods/exec", "pods/attach", "pods/*"},
                    .verbs = {"create", "get"}},
    [POWER_CREATION] = {.rule = PACK_RBAC_BOUND_POD_CREATION,
                        .says = "create Pods, and so use any Secret and account beside them",
                        .resources = {"pods", "deployments", "daemonsets", "statefulsets",
                                      "replicasets", "replicationcontrollers", "jobs", "cronjobs"},
                        .verbs = {"create"}},
    [POWER_SECRETS] = {.rule = PACK_RBAC_BOUND_SECRETS,
                       .says = "read Secrets",
                       .resources = {"secrets"},
                       .verbs = {"get", "list", "watch"}},
    [POWER_ESCALATION] = {.rule = PACK_RBAC_BOUND_ESCALATION,
                          .says = "give itself more than it has",
                          .verbs = {"escalate", "bind", "impersonate"}},
};

static bool lists(const struct node *list, const char *text)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_is(node_text(it.value), text))
            return true;
    return false;
}

/* A wildcard counts, but not for verbs that only mean something on few resources. */
static bool lists_any(const struct node *list, const char *const *texts)
{
    if (lists(list, "*"))
        return true;
    for (size_t i = 0; i < ANY_MAX && texts[i]; i++)
        if (lists(list, texts[i]))
            return true;
    return false;
}

static unsigned powers_of_rule(const struct node *rule)
{
    const struct node *resources = node_get(rule, STR("resources"));
    const struct node *verbs = node_get(rule, STR("verbs"));
    const struct node *groups = node_get(rule, STR("apiGroups"));
    unsigned found = 0;
    if (!list_first(resources).value)
        return 0;
    if (lists(resources, "*") && lists(verbs, "*") && lists(groups, "*"))
        found |= 1U << POWER_ADMIN;
    if (lists(resources, "*") || lists(verbs, "*"))
        found |= 1U << POWER_WILDCARD;
    for (enum power p = POWER_EXEC; p < POWERS; p++) {
        const struct power_row *row = &powers[p];
        const bool any_verb =
            row->resources[0]
                ? lists_any(verbs, row->verbs)
                : (lists(verbs, "escalate") || lists(verbs, "bind") || lists(verbs, "impersonate"));
        if (any_verb && (!row->resources[0] || lists_any(resources, row->resources)))
            found |= 1U << p;
    }
    return found;
}

static unsigned powers_of_rules(const struct object *role)
{
    unsigned found = 0;
    const struct node *rules = node_get(role->root, STR("rules"));
    for (struct item it = list_first(rules); it.value; it = list_next(it))
        found |= powers_of_rule(it.value);
    return found;
}

/* An aggregated role has the rules of those that its selectors pick. */
static unsigned powers_of_role(const struct join *join, const struct object *role)
{
    unsigned found = powers_of_rules(role);
    const struct node *selectors = join_get(role, "aggregationRule.clusterRoleSelectors");
    const struct join_list *roles =
        list_first(selectors).value ? join_kind(join, group, "ClusterRole") : NULL;
    for (size_t i = 0; roles && i < roles->n; i++) {
        const struct object *other = join->objects.items[roles->items[i]].object;
        for (struct item it = list_first(selectors); it.value; it = list_next(it)) {
            const struct selector selector = selector_of(it.value);
            if (selector_fits(&selector, labels_of(other)))
                found |= powers_of_rules(other);
        }
    }
    return found;
}

/* Those that every cluster has. */
static unsigned powers_of_name(struct str name)
{
    const unsigned all = (1U << POWERS) - 1;
    if (str_is(name, "cluster-admin"))
        return all;
    if (str_is(name, "admin") || str_is(name, "edit"))
        return (1U << POWER_EXEC) | (1U << POWER_CREATION) | (1U << POWER_SECRETS);
    return 0;
}

static void check_powers(const struct join *join, const struct join_object *binding)
{
    const struct str name = ref_name(binding->object);
    const struct join_found roles = find_role(join, binding);
    unsigned found = str_is(ref_kind(binding->object), "ClusterRole") ? powers_of_name(name) : 0;
    if (str_starts(binding->object->name, STR("system:")))
        return;
    for (size_t i = 0; i < roles.n; i++)
        found |= powers_of_role(join, roles.items[i]->object);
    const struct str kind = ref_kind(binding->object);
    for (enum power p = 0; p < POWERS; p++) {
        if (!(found & (1U << p)) || !join_is_on(join, powers[p].rule))
            continue;
        const struct str quoted = join_quote(join, name);
        struct diag *diag = join_report(
            join, powers[p].rule, binding->object, join_get(binding->object, "roleRef.name"),
            "%.*s \"%.*s\" may %s", STR_FMT(kind), STR_FMT(quoted), powers[p].says);
        if (roles.n)
            join_relate(join, diag, roles.items[0]->object, "the role");
        /* The rest is in it. */
        if (p == POWER_ADMIN)
            return;
    }
}

void joined_powers(const struct join *join)
{
    each_binding(join, check_powers);
}
