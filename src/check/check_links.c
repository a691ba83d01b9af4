/* SPDX-License-Identifier: Apache-2.0 */
/* Links of the kinds that the rules know. */
#include "check/check_links.h"

#include "check/check_join.h"

enum { WORDS_MAX = 12 };

/* `near` is what join_expects() looks for by name, `maker` what may make Pods. */
static const char near[] = "near", maker[] = "maker", host[] = "host", scaled[] = "scaled";

/* What stands in a file that names such a thing, and in a file that has it. */
static const struct link_words {
    const char *what;
    const char *naming[WORDS_MAX];
    const char *having[WORDS_MAX];
} words[] = {
    {near,
     {"Service", "PodDisruptionBudget", "NetworkPolicy", "HorizontalPodAutoscaler",
      "VerticalPodAutoscaler", "Ingress", "StatefulSet", "HTTPRoute", "GRPCRoute", "TCPRoute",
      "TLSRoute"},
     {"Service", "containers"}},
    {maker, {"Service", "PodDisruptionBudget", "NetworkPolicy", "PodMonitor"}, {""}},
    {host, {"Ingress"}, {"Ingress"}},
    {scaled,
     {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"},
     {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"}},
    {"Service",
     {"Ingress", "StatefulSet", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"},
     {"Service"}},
    {"Deployment", {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"}, {"Deployment"}},
    {"StatefulSet", {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"}, {"StatefulSet"}},
    {"ReplicaSet", {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"}, {"ReplicaSet"}},
    {"DaemonSet", {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"}, {"DaemonSet"}},
    {"ReplicationController",
     {"HorizontalPodAutoscaler", "VerticalPodAutoscaler"},
     {"ReplicationController"}},
    {"ConfigMap", {"configMapKeyRef", "configMapRef", "configMap"}, {"ConfigMap"}},
    {"Secret", {"secretKeyRef", "secretRef", "secret", "secretName"}, {"Secret"}},
    {"PersistentVolumeClaim", {"claimName"}, {"PersistentVolumeClaim"}},
    {"Role", {"RoleBinding", "ClusterRoleBinding"}, {"Role"}},
    {"ClusterRole", {"RoleBinding", "ClusterRoleBinding"}, {"ClusterRole"}},
    {"ServiceAccount", {"RoleBinding", "ClusterRoleBinding"}, {"ServiceAccount"}},
};

/* The same of labels: who selects, and who has them. */
static const struct link_words label_words[] = {
    {"Pod", {"Service", "PodDisruptionBudget", "NetworkPolicy", "PodMonitor"}, {""}},
    {"ClusterRole", {"clusterRoleSelectors"}, {"ClusterRole"}},
};

const char *const *check_link_words(const struct check_link *link)
{
    static const char *const nobody[] = {NULL};
    const bool is_label = link->kind == LINK_HAS || link->kind == LINK_PICKS;
    const struct link_words *rows = is_label ? label_words : words;
    const size_t n = is_label ? ARRAY_LEN(label_words) : ARRAY_LEN(words);
    for (size_t i = 0; i < n; i++)
        if (str_is(str_from(link->what), rows[i].what))
            return link->kind == LINK_HAS || link->kind == LINK_IS ? rows[i].naming
                                                                   : rows[i].having;
    return nobody;
}

bool check_links_miss(const struct pack_choice *choice)
{
    static const enum pack_id rules[] = {
        PACK_NETWORKING_DANGLING_MONITOR,   PACK_NETWORKING_UNPROTECTED_INGRESS,
        PACK_NETWORKING_UNPROTECTED_EGRESS, PACK_RELIABILITY_MISSING_DISRUPTION_BUDGET,
        PACK_HYGIENE_DANGLING_CONFIG,       PACK_NETWORKING_DANGLING_INGRESS_SECRET,
        PACK_HYGIENE_UNUSED_CONFIG,
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (pack_is_on(choice, &pack_rules[rules[i]]))
            return true;
    return false;
}

/* ---- links of an object ---- */

struct linking {
    struct arena *arena;
    const struct object *object;
    struct check_links *links;
};

static void add(const struct linking *linking, enum check_link_kind kind, const char *what,
                struct str name)
{
    if (name.n)
        VEC_PUSH(linking->arena, linking->links,
                 ((struct check_link){.kind = kind, .what = what, .name = name}));
}

static void has(const struct linking *linking, const char *what, const struct node *labels)
{
    for (struct entry e = map_first(labels); e.key; e = map_next(e))
        if (node_kind(e.value) == NODE_STRING && !selector_is_broad(node_text(e.key)))
            VEC_PUSH(linking->arena, linking->links,
                     ((struct check_link){.kind = LINK_HAS,
                                          .what = what,
                                          .name = node_text(e.value),
                                          .key = node_text(e.key)}));
}

static void picks(const struct linking *linking, const char *what, struct selector selector)
{
    const uint32_t number = ++linking->links->selectors;
    for (struct selector_pair pair = selector_first(&selector); pair.key.n;
         pair = selector_next(&selector, pair)) {
        VEC_PUSH(linking->arena, linking->links,
                 ((struct check_link){.kind = LINK_PICKS,
                                      .what = what,
                                      .name = pair.value,
                                      .key = pair.key,
                                      .selector = number,
                                      .is_common = selector_is_common(pair.key)}));
        if (selector_is_common(pair.key))
            continue;
        add(linking, LINK_NAMES, near, pair.value);
        add(linking, LINK_NAMES, maker, pair.value);
    }
}

/* ---- Pods ---- */

static void source_of(const struct linking *linking, const struct node *source, bool is_secret,
                      const char *name)
{
    add(linking, LINK_NAMES, is_secret ? "Secret" : "ConfigMap",
        node_get_text(source, str_from(name)));
}

static void link_container(const struct linking *linking, const struct node *container)
{
    const struct node *env = node_get(container, STR("env"));
    for (struct item it = list_first(env); it.value; it = list_next(it)) {
        source_of(linking, node_way(it.value, "valueFrom.configMapKeyRef"), false, "name");
        source_of(linking, node_way(it.value, "valueFrom.secretKeyRef"), true, "name");
    }
}

static void link_pod(const struct linking *linking, const struct pod *pod)
{
    has(linking, "Pod", node_get(pod->metadata, STR("labels")));
    add(linking, LINK_IS, near, linking->object->name);
    for (struct container c = container_first(pod); c.node; c = container_next(c))
        link_container(linking, c.node);
    const struct node *volumes = node_get(pod->spec, STR("volumes"));
    for (struct item it = list_first(volumes); it.value; it = list_next(it)) {
        source_of(linking, node_get(it.value, STR("configMap")), false, "name");
        source_of(linking, node_get(it.value, STR("secret")), true, "secretName");
        add(linking, LINK_NAMES, "PersistentVolumeClaim",
            node_get_text(node_get(it.value, STR("persistentVolumeClaim")), STR("claimName")));
        const struct node *sources = node_way(it.value, "projected.sources");
        for (struct item s = list_first(sources); s.value; s = list_next(s)) {
            source_of(linking, node_get(s.value, STR("configMap")), false, "name");
            source_of(linking, node_get(s.value, STR("secret")), true, "name");
        }
    }
}

/* ---- the other kinds ---- */

static void link_service(const struct linking *linking)
{
    add(linking, LINK_IS, near, linking->object->name);
    add(linking, LINK_NAMES, near, linking->object->name);
    picks(linking, "Pod", selector_of_map(join_get(linking->object, "spec.selector")));
}

static void link_selecting(const struct linking *linking)
{
    add(linking, LINK_NAMES, near, linking->object->name);
    picks(linking, "Pod", selector_of(join_get(linking->object, "spec.selector")));
}

static void link_peers(const struct linking *linking, const struct node *rules, const char *peers)
{
    for (struct item it = list_first(rules); it.value; it = list_next(it)) {
        const struct node *list = node_get(it.value, str_from(peers));
        for (struct item p = list_first(list); p.value; p = list_next(p))
            picks(linking, "Pod", selector_of(node_get(p.value, STR("podSelector"))));
    }
}

static void link_network_policy(const struct linking *linking)
{
    const struct node *spec = node_get(linking->object->root, STR("spec"));
    add(linking, LINK_NAMES, near, linking->object->name);
    picks(linking, "Pod", selector_of(node_get(spec, STR("podSelector"))));
    link_peers(linking, node_get(spec, STR("ingress")), "from");
    link_peers(linking, node_get(spec, STR("egress")), "to");
}

/* The row of a kind, whose name lives as long as the program. */
static const char *known(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(kind, words[i].what))
            return words[i].what;
    return NULL;
}

static void link_scaler(const struct linking *linking)
{
    const struct node *spec = node_get(linking->object->root, STR("spec"));
    const struct node *target = node_get(spec, STR("scaleTargetRef"));
    if (node_is_null(target))
        target = node_get(spec, STR("targetRef"));
    const char *kind = known(node_get_text(target, STR("kind")));
    add(linking, LINK_NAMES, near, linking->object->name);
    add(linking, LINK_NAMES, near, node_get_text(target, STR("name")));
    add(linking, LINK_IS, scaled, node_get_text(target, STR("name")));
    add(linking, LINK_NAMES, scaled, node_get_text(target, STR("name")));
    if (kind)
        add(linking, LINK_NAMES, kind, node_get_text(target, STR("name")));
}

static void link_backend(const struct linking *linking, const struct node *backend)
{
    static const char *const ways[] = {"service.name", "serviceName"};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        const struct str name = node_text(node_way(backend, ways[i]));
        add(linking, LINK_NAMES, "Service", name);
        add(linking, LINK_NAMES, near, name);
    }
}

static void link_ingress(const struct linking *linking)
{
    const struct node *spec = node_get(linking->object->root, STR("spec"));
    add(linking, LINK_NAMES, near, linking->object->name);
    link_backend(linking, node_get(spec, STR("defaultBackend")));
    link_backend(linking, node_get(spec, STR("backend")));
    for (struct item it = list_first(node_get(spec, STR("rules"))); it.value; it = list_next(it)) {
        const struct str name = node_get_text(it.value, STR("host"));
        add(linking, LINK_IS, host, name);
        add(linking, LINK_NAMES, host, name);
        const struct node *paths = node_way(it.value, "http.paths");
        for (struct item p = list_first(paths); p.value; p = list_next(p))
            link_backend(linking, node_get(p.value, STR("backend")));
    }
    for (struct item it = list_first(node_get(spec, STR("tls"))); it.value; it = list_next(it))
        add(linking, LINK_NAMES, "Secret", node_get_text(it.value, STR("secretName")));
}

static void link_route(const struct linking *linking)
{
    const struct node *rules = join_get(linking->object, "spec.rules");
    add(linking, LINK_NAMES, near, linking->object->name);
    for (struct item it = list_first(rules); it.value; it = list_next(it)) {
        const struct node *refs = node_get(it.value, STR("backendRefs"));
        for (struct item r = list_first(refs); r.value; r = list_next(r)) {
            add(linking, LINK_NAMES, "Service", node_get_text(r.value, STR("name")));
            add(linking, LINK_NAMES, near, node_get_text(r.value, STR("name")));
        }
    }
}

static void link_stateful_set(const struct linking *linking)
{
    add(linking, LINK_NAMES, near, linking->object->name);
    add(linking, LINK_NAMES, "Service", node_text(join_get(linking->object, "spec.serviceName")));
}

static void link_binding(const struct linking *linking)
{
    const struct node *role = node_get(linking->object->root, STR("roleRef"));
    const struct node *subjects = node_get(linking->object->root, STR("subjects"));
    const bool is_local = str_is(node_get_text(role, STR("kind")), "Role");
    add(linking, LINK_NAMES, is_local ? "Role" : "ClusterRole", node_get_text(role, STR("name")));
    for (struct item it = list_first(subjects); it.value; it = list_next(it))
        add(linking, LINK_NAMES, "ServiceAccount", node_get_text(it.value, STR("name")));
}

static void link_cluster_role(const struct linking *linking)
{
    const struct node *selectors =
        join_get(linking->object, "aggregationRule.clusterRoleSelectors");
    has(linking, "ClusterRole", labels_of(linking->object));
    for (struct item it = list_first(selectors); it.value; it = list_next(it))
        picks(linking, "ClusterRole", selector_of(it.value));
}

/* By kind alone: groups tell little that would be worth a closer look here. */
static const struct {
    const char *kind;
    void (*link)(const struct linking *linking);
} kinds[] = {
    {"Service", link_service},
    {"PodDisruptionBudget", link_selecting},
    {"NetworkPolicy", link_network_policy},
    {"HorizontalPodAutoscaler", link_scaler},
    {"VerticalPodAutoscaler", link_scaler},
    {"Ingress", link_ingress},
    {"HTTPRoute", link_route},
    {"GRPCRoute", link_route},
    {"TCPRoute", link_route},
    {"TLSRoute", link_route},
    {"UDPRoute", link_route},
    {"StatefulSet", link_stateful_set},
    {"RoleBinding", link_binding},
    {"ClusterRoleBinding", link_binding},
    {"ClusterRole", link_cluster_role},
};

void check_links_of(struct arena *arena, const struct object *object, struct check_links *links)
{
    const struct linking linking = {arena, object, links};
    const char *kind = known(object->gvk.kind);
    struct pod pod;
    if (kind)
        add(&linking, LINK_IS, kind, object->name);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(object->gvk.kind, kinds[i].kind))
            kinds[i].link(&linking);
    if (pod_of(object, &pod) || join_custom_pod_of(object, &pod))
        link_pod(&linking, &pod);
    if (!schema_group_is_builtin(object->gvk.group)) {
        add(&linking, LINK_IS, maker, object->name);
        has(&linking, "Pod", labels_of(object));
    }
}
