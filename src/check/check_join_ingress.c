/* SPDX-License-Identifier: Apache-2.0 */
/* Ingresses and routes, and the Services that they lead to. */
#include "check/check_join.h"

static const char *const ingress_groups[] = {"networking.k8s.io", "extensions"};

static bool is_ingress(const struct object *object)
{
    return str_is(object->gvk.kind, "Ingress") &&
           str_is_one_of(object->gvk.group, ingress_groups, ARRAY_LEN(ingress_groups));
}

/* ---- one backend ---- */

struct backend {
    enum pack_id rule;
    const struct join_object *in;
    struct str namespace;
    const struct node *service; /* its name */
    const struct node *port;    /* its name or number; NULL: none */
};

static bool has_service_port(const struct object *service, const struct node *port)
{
    const struct node *ports = join_get(service, "spec.ports");
    int64_t wanted = 0;
    int64_t number = 0;
    const bool by_number = node_i64(port, &wanted);
    for (struct item it = list_first(ports); it.value; it = list_next(it)) {
        if (by_number ? node_i64(node_get(it.value, STR("port")), &number) && number == wanted
                      : str_eq(node_get_text(it.value, STR("name")), node_text(port)))
            return true;
    }
    /* One without ports, or of another name, leads to whatever port is asked for. */
    return !list_first(ports).value ||
           str_is(node_get_text(node_get(service->root, STR("spec")), STR("type")), "ExternalName");
}

static void say_port(const struct join *join, const struct backend *backend,
                     const struct object *service)
{
    const struct str port = join_quote(join, node_text(backend->port));
    const struct str title = join_title(join, service);
    const bool is_name = node_kind(backend->port) == NODE_STRING;
    struct diag *diag = join_report(join, backend->rule, backend->in->object, backend->port,
                                    "%.*s has no port %s%.*s%s", STR_FMT(title),
                                    is_name ? "\"" : "", STR_FMT(port), is_name ? "\"" : "");
    join_relate(join, diag, service, "the Service");
}

static void check_backend(const struct join *join, const struct backend *backend)
{
    const struct str name = node_text(backend->service);
    /* Of the AWS load balancer: the rest is in an annotation. */
    if (!name.n || str_is(node_text(backend->port), "use-annotation"))
        return;
    const struct join_found found =
        join_find(join, backend->in, "", "Service", backend->namespace, name);
    if (!found.n) {
        if (!join_expects(join, backend->in, FILE_HAS_SERVICES | FILE_HAS_PODS, name) ||
            join_is_external(join, "Service", backend->namespace, name))
            return;
        const struct str quoted = join_quote(join, name);
        struct diag *diag =
            join_report(join, backend->rule, backend->in->object, backend->service,
                        "no Service \"%.*s\" is declared in its namespace", STR_FMT(quoted));
        diag_hint(join->diags, diag,
                  "correct the name or declare the Service, or if it comes from elsewhere: "
                  "`external: [Service/NAMESPACE/%.*s]` in tidegate.yaml",
                  STR_FMT(quoted));
        return;
    }
    for (size_t i = 0; i < found.n; i++)
        if (node_is_null(backend->port) || has_service_port(found.items[i]->object, backend->port))
            return;
    say_port(join, backend, found.items[0]->object);
}

/* networking.k8s.io/v1, or what was before it. */
static void check_ingress_backend(const struct join *join, const struct join_object *in,
                                  const struct node *backend)
{
    const struct node *service = node_get(backend, STR("service"));
    const struct node *port = node_get(service, STR("port"));
    struct backend it = {
        .rule = PACK_NETWORKING_DANGLING_INGRESS, .in = in, .namespace = in->namespace};
    if (node_kind(service) == NODE_MAP) {
        it.service = node_get(service, STR("name"));
        it.port = node_get(port, STR("name"));
        if (node_is_null(it.port))
            it.port = node_get(port, STR("number"));
    } else {
        it.service = node_get(backend, STR("serviceName"));
        it.port = node_get(backend, STR("servicePort"));
    }
    if (join_is_on(join, it.rule))
        check_backend(join, &it);
}

/* ---- certificates ---- */

static bool has_issuer(const struct object *ingress)
{
    static const char *const marks[] = {"cert-manager.io/", "certmanager.k8s.io/",
                                        "kubernetes.io/tls-acme"};
    const struct node *annotations = join_get(ingress, "metadata.annotations");
    for (struct entry e = map_first(annotations); e.key; e = map_next(e))
        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (str_starts(node_text(e.key), str_from(marks[i])))
                return true;
    return false;
}

static void check_secret(const struct join *join, const struct join_object *in,
                         const struct node *secret)
{
    const struct str name = node_text(secret);
    if (!name.n || has_issuer(in->object) ||
        join_find(join, in, "", "Secret", in->namespace, name).n || join_is_generated(join, name) ||
        join_is_external(join, "Secret", in->namespace, name))
        return;
    const struct str quoted = join_quote(join, name);
    (void)join_report(join, PACK_NETWORKING_DANGLING_INGRESS_SECRET, in->object, secret,
                      "no Secret \"%.*s\" is declared in its namespace", STR_FMT(quoted));
}

static void check_ingress(const struct join *join, const struct join_object *in)
{
    const struct node *spec = node_get(in->object->root, STR("spec"));
    check_ingress_backend(join, in, node_get(spec, STR("defaultBackend")));
    check_ingress_backend(join, in, node_get(spec, STR("backend")));
    for (struct item it = list_first(node_get(spec, STR("rules"))); it.value; it = list_next(it)) {
        const struct node *paths = node_way(it.value, "http.paths");
        for (struct item p = list_first(paths); p.value; p = list_next(p))
            check_ingress_backend(join, in, node_get(p.value, STR("backend")));
    }
    for (struct item it = list_first(node_get(spec, STR("tls"))); it.value; it = list_next(it))
        check_secret(join, in, node_get(it.value, STR("secretName")));
}

void joined_ingresses(const struct join *join)
{
    for (size_t i = 0; i < join->objects.n; i++)
        if (join->objects.items[i].is_own && is_ingress(join->objects.items[i].object))
            check_ingress(join, &join->objects.items[i]);
}

/* ---- one path in two Ingresses ---- */

/* A canary shares the path on purpose. */
static bool is_canary(const struct object *ingress)
{
    return str_is(node_get_text(join_get(ingress, "metadata.annotations"),
                                STR("nginx.ingress.kubernetes.io/canary")),
                  "true");
}

static struct str class_of(const struct object *ingress)
{
    const struct str name =
        node_get_text(node_get(ingress->root, STR("spec")), STR("ingressClassName"));
    return name.n ? name
                  : node_get_text(join_get(ingress, "metadata.annotations"),
                                  STR("kubernetes.io/ingress.class"));
}

/* What has a key already; or NULL, and then it is this one from now on. */
static const struct join_object *first_of(const struct join *join, struct map *seen,
                                          const struct join_object *in, struct str key)
{
    void **slot = map_slot(seen, key);
    const struct join_object *first = *slot;
    if (!first)
        *slot = arena_dup(join->arena, in, sizeof *in);
    return first && in->is_own && join_is_together(join, first->object, in->object) ? first : NULL;
}

static void check_path(const struct join *join, struct map *seen, const struct join_object *in,
                       const struct node *rule, const struct node *path)
{
    const struct str host = node_get_text(rule, STR("host"));
    const struct str text = node_get_text(path, STR("path"));
    const struct str type = node_get_text(path, STR("pathType"));
    const struct str class = class_of(in->object);
    const struct join_object *first =
        first_of(join, seen, in,
                 str_format(join->arena, "%.*s %.*s %.*s %.*s", STR_FMT(class), STR_FMT(host),
                            STR_FMT(text.n ? text : STR("/")), STR_FMT(type)));
    if (!first || (str_eq(first->object->identity, in->object->identity) &&
                   first->object->root != in->object->root))
        return;
    const struct str shown = join_quote(join, host);
    const struct str shown_path = join_quote(join, text.n ? text : STR("/"));
    const struct str title = join_title(join, first->object);
    struct diag *diag = join_report(join, PACK_NETWORKING_DUPLICATE_INGRESS_PATH, in->object, path,
                                    "%.*s%.*s is taken by %.*s", STR_FMT(shown),
                                    STR_FMT(shown_path), STR_FMT(title));
    join_relate(join, diag, first->object, "the first Ingress of this path");
}

static void check_host(const struct join *join, struct map *seen, const struct join_object *in,
                       const struct node *rule)
{
    const struct str host = node_get_text(rule, STR("host"));
    const struct str class = class_of(in->object);
    if (!host.n)
        return;
    const struct join_object *first = first_of(
        join, seen, in, str_format(join->arena, "%.*s %.*s", STR_FMT(class), STR_FMT(host)));
    if (!first || str_eq(first->object->identity, in->object->identity))
        return;
    const struct str shown = join_quote(join, host);
    const struct str title = join_title(join, first->object);
    struct diag *diag = join_report(join, PACK_NETWORKING_DUPLICATE_INGRESS_HOST, in->object,
                                    node_get(rule, STR("host")), "%.*s is a host of %.*s",
                                    STR_FMT(shown), STR_FMT(title));
    join_relate(join, diag, first->object, "the first Ingress of this host");
}

void joined_same_paths(const struct join *join)
{
    struct map paths = {.arena = join->arena};
    struct map hosts = {.arena = join->arena};
    for (size_t i = 0; i < join->objects.n; i++) {
        const struct join_object *in = &join->objects.items[i];
        if (!is_ingress(in->object) || is_canary(in->object))
            continue;
        const struct node *rules = join_get(in->object, "spec.rules");
        for (struct item it = list_first(rules); it.value; it = list_next(it)) {
            const struct node *list = node_way(it.value, "http.paths");
            check_host(join, &hosts, in, it.value);
            /* Elsewhere hosts are filled in when the files are rendered. */
            if (!node_get_text(it.value, STR("host")).n && !join->context->input->declared)
                continue;
            for (struct item p = list_first(list); p.value; p = list_next(p))
                check_path(join, &paths, in, it.value, p.value);
        }
    }
}

/* ---- routes ---- */

static void check_route_backend(const struct join *join, const struct join_object *in,
                                const struct node *ref)
{
    const struct str kind = node_get_text(ref, STR("kind"));
    const struct str namespace = node_get_text(ref, STR("namespace"));
    if ((kind.n && !str_is(kind, "Service")) || node_get_text(ref, STR("group")).n)
        return;
    check_backend(join, &(struct backend){.rule = PACK_NETWORKING_DANGLING_ROUTE,
                                          .in = in,
                                          .namespace = namespace.n ? namespace : in->namespace,
                                          .service = node_get(ref, STR("name")),
                                          .port = node_get(ref, STR("port"))});
}

void joined_routes(const struct join *join)
{
    static const char *const kinds[] = {"HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute",
                                        "UDPRoute"};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        const struct join_list *routes = join_kind(join, "gateway.networking.k8s.io", kinds[k]);
        for (size_t i = 0; routes && i < routes->n; i++) {
            const struct join_object *in = &join->objects.items[routes->items[i]];
            const struct node *rules = join_get(in->object, "spec.rules");
            for (struct item it = list_first(rules); in->is_own && it.value; it = list_next(it)) {
                const struct node *refs = node_get(it.value, STR("backendRefs"));
                for (struct item r = list_first(refs); r.value; r = list_next(r))
                    check_route_backend(join, in, r.value);
            }
        }
    }
}
