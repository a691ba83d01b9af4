/* SPDX-License-Identifier: Apache-2.0 */
/* ConfigMaps and Secrets, their keys, and who uses them. */
#include "base/suggest.h"
#include "check/check_join.h"

/* ---- references ---- */

struct config_ref {
    bool is_secret;
    bool is_optional;
    const struct node *name;
    const struct node *key; /* NULL: all of it */
};

typedef void ref_fn(const struct join *join, const struct join_object *in,
                    const struct config_ref *ref);

static void each_source(const struct join *join, const struct join_object *in, ref_fn *fn,
                        const struct node *source, bool is_secret, bool is_volume)
{
    struct config_ref ref = {
        .is_secret = is_secret,
        .is_optional = node_bool(node_get(source, STR("optional"))),
        .name = node_get(source, is_volume && is_secret ? STR("secretName") : STR("name")),
        .key = node_get(source, STR("key"))};
    if (node_kind(source) != NODE_MAP || !node_text(ref.name).n)
        return;
    const struct node *items = node_get(source, STR("items"));
    if (!list_first(items).value)
        fn(join, in, &ref);
    for (struct item it = list_first(items); it.value; it = list_next(it)) {
        ref.key = node_get(it.value, STR("key"));
        fn(join, in, &ref);
    }
}

static void each_of_container(const struct join *join, const struct join_object *in, ref_fn *fn,
                              const struct node *container)
{
    const struct node *env = node_get(container, STR("env"));
    for (struct item it = list_first(env); it.value; it = list_next(it)) {
        const struct node *from = node_get(it.value, STR("valueFrom"));
        each_source(join, in, fn, node_get(from, STR("configMapKeyRef")), false, false);
        each_source(join, in, fn, node_get(from, STR("secretKeyRef")), true, false);
    }
    env = node_get(container, STR("envFrom"));
    for (struct item it = list_first(env); it.value; it = list_next(it)) {
        each_source(join, in, fn, node_get(it.value, STR("configMapRef")), false, false);
        each_source(join, in, fn, node_get(it.value, STR("secretRef")), true, false);
    }
}

static void each_of_pod(const struct join *join, const struct join_pod *pod, ref_fn *fn)
{
    for (struct container c = container_first(&pod->pod); c.node; c = container_next(c))
        each_of_container(join, pod->in, fn, c.node);
    const struct node *volumes = node_get(pod->pod.spec, STR("volumes"));
    for (struct item it = list_first(volumes); it.value; it = list_next(it)) {
        each_source(join, pod->in, fn, node_get(it.value, STR("configMap")), false, true);
        each_source(join, pod->in, fn, node_get(it.value, STR("secret")), true, true);
        const struct node *sources = node_way(it.value, "projected.sources");
        for (struct item s = list_first(sources); s.value; s = list_next(s)) {
            each_source(join, pod->in, fn, node_get(s.value, STR("configMap")), false, false);
            each_source(join, pod->in, fn, node_get(s.value, STR("secret")), true, false);
        }
    }
}

/* ---- keys ---- */

static const char *const places_of_keys[2][2] = {{"data", "binaryData"}, {"data", "stringData"}};

static bool has_key(const struct object *object, bool is_secret, struct str key)
{
    for (size_t i = 0; i < 2; i++)
        if (node_entry(node_get(object->root, str_from(places_of_keys[is_secret][i])), key).key)
            return true;
    return false;
}

/* What is written empty, or says that it is copied from elsewhere, is filled in the cluster. */
static bool is_filled_later(const struct object *object, bool is_secret)
{
    static const char *const words[] = {"inject", "reflect", "replicat", "service-account"};
    const struct node *maps[] = {join_get(object, "metadata.annotations"), labels_of(object)};
    bool is_empty = true;
    for (size_t i = 0; i < 2; i++)
        is_empty &= !map_first(node_get(object->root, str_from(places_of_keys[is_secret][i]))).key;
    for (size_t m = 0; m < ARRAY_LEN(maps); m++)
        for (struct entry e = map_first(maps[m]); e.key; e = map_next(e))
            for (size_t w = 0; w < ARRAY_LEN(words); w++)
                if (str_has(node_text(e.key), str_from(words[w])))
                    return true;
    return is_empty || str_starts(node_get_text(object->root, STR("type")),
                                  STR("kubernetes.io/service-account-token"));
}

static void suggest_keys(struct suggest *suggest, const struct object *object, bool is_secret)
{
    for (size_t i = 0; i < 2; i++) {
        const struct node *map = node_get(object->root, str_from(places_of_keys[is_secret][i]));
        for (struct entry e = map_first(map); e.key; e = map_next(e))
            suggest_offer(suggest, node_text(e.key));
    }
}

static const char *kind_of_ref(bool is_secret)
{
    return is_secret ? "Secret" : "ConfigMap";
}

/* The first of those that could be meant when none of them has the key. */
static const struct object *lacking(const struct join *join, const struct join_object *in,
                                    bool is_secret, struct str name, struct str key)
{
    const struct join_found found =
        join_find(join, in, "", kind_of_ref(is_secret), in->namespace, name);
    for (size_t i = 0; i < found.n; i++) {
        const struct object *object = found.items[i]->object;
        if (has_key(object, is_secret, key) || is_filled_later(object, is_secret) ||
            !join_is_near(join, in->object, object))
            return NULL;
    }
    return found.n ? found.items[0]->object : NULL;
}

static void say_key(const struct join *join, const struct join_object *in, bool is_secret,
                    const struct object *object, const struct node *place, struct str key)
{
    const struct str title = join_title(join, object);
    const struct str quoted = join_quote(join, key);
    struct diag *diag = check_report(join->diags, RULE_REF_CONFIG_KEY, in->object, place,
                                     "%.*s has no key \"%.*s\"", STR_FMT(title), STR_FMT(quoted));
    struct suggest suggest;
    suggest_init(&suggest, key);
    suggest_keys(&suggest, object, is_secret);
    const struct str best = join_quote(join, suggest.best);
    if (best.n)
        diag_hint(join->diags, diag, "did you mean \"%.*s\"?", STR_FMT(best));
    else
        diag_hint(join->diags, diag, "add the key, or say `optional: true`");
    join_relate(join, diag, object, is_secret ? "the Secret" : "the ConfigMap");
}

static void check_key(const struct join *join, const struct join_object *in,
                      const struct config_ref *ref)
{
    if (ref->is_optional || !node_text(ref->key).n)
        return;
    const struct object *object =
        lacking(join, in, ref->is_secret, node_text(ref->name), node_text(ref->key));
    if (object)
        say_key(join, in, ref->is_secret, object, ref->key, node_text(ref->key));
}

static void check_certificate(const struct join *join, const struct join_object *in,
                              const struct node *name)
{
    static const char *const keys[] = {"tls.crt", "tls.key"};
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        const struct object *object = lacking(join, in, true, node_text(name), str_from(keys[k]));
        if (!object)
            continue;
        say_key(join, in, true, object, name, str_from(keys[k]));
        return;
    }
}

static void check_certificates(const struct join *join)
{
    const struct join_list *list = join_kind(join, "networking.k8s.io", "Ingress");
    for (size_t i = 0; list && i < list->n; i++) {
        const struct join_object *in = &join->objects.items[list->items[i]];
        const struct node *tls = join_get(in->object, "spec.tls");
        for (struct item it = list_first(tls); in->is_own && it.value; it = list_next(it))
            check_certificate(join, in, node_get(it.value, STR("secretName")));
    }
}

void joined_config_keys(const struct join *join)
{
    for (size_t i = 0; i < join->pods.n; i++)
        if (join->pods.items[i].in->is_own)
            each_of_pod(join, &join->pods.items[i], check_key);
    check_certificates(join);
}

/* ---- that are not there ---- */

static void check_dangling(const struct join *join, const struct join_object *in,
                           const struct config_ref *ref)
{
    const struct str name = node_text(ref->name);
    const char *kind = kind_of_ref(ref->is_secret);
    if (ref->is_optional || str_is(name, "kube-root-ca.crt") ||
        join_find(join, in, "", kind, in->namespace, name).n || join_is_generated(join, name) ||
        join_is_external(join, kind, in->namespace, name))
        return;
    const struct str quoted = join_quote(join, name);
    (void)join_report(join, PACK_HYGIENE_DANGLING_CONFIG, in->object, ref->name,
                      "no %s \"%.*s\" is declared in its namespace", kind, STR_FMT(quoted));
}

void joined_dangling_config(const struct join *join)
{
    for (size_t i = 0; i < join->pods.n; i++)
        if (join->pods.items[i].in->is_own)
            each_of_pod(join, &join->pods.items[i], check_dangling);
}

/* ---- that nobody uses ---- */

/* Found by what reads all of a kind, or by the cluster. */
static bool is_found_otherwise(const struct join_object *in)
{
    static const char *const types[] = {"helm.sh/", "bootstrap.kubernetes.io/",
                                        "kubernetes.io/service-account-token"};
    const struct str type = node_get_text(in->object->root, STR("type"));
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_starts(type, str_from(types[i])))
            return true;
    const struct node *labels = labels_of(in->object);
    for (struct entry e = map_first(labels); e.key; e = map_next(e))
        if (str_has(node_text(e.key), STR("grafana")) ||
            str_has(node_text(e.key), STR("dashboard")))
            return true;
    return str_is(in->namespace, "kube-system") || str_is(in->object->name, "kube-root-ca.crt");
}

void joined_unused_config(const struct join *join)
{
    for (size_t k = 0; k < 2; k++) {
        const struct join_list *list = join_kind(join, "", kind_of_ref(k));
        for (size_t i = 0; list && i < list->n; i++) {
            const struct join_object *in = &join->objects.items[list->items[i]];
            if (in->is_own && in->object->name.n && !is_found_otherwise(in) &&
                !join_is_mentioned(join, in->object->name))
                (void)join_report(join, PACK_HYGIENE_UNUSED_CONFIG, in->object,
                                  join_get(in->object, "metadata.name"),
                                  "nothing in the set names it");
        }
    }
}
