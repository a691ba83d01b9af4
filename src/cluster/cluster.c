/* SPDX-License-Identifier: Apache-2.0 */
/* One server, one identity. */
#include "cluster/cluster.h"

#include "base/ascii.h"
#include "cluster/cluster_internal.h"

enum { TOTAL_MS = 65000, PATIENCE_MS = 30000 };

/* A letter that stands for itself in the name of a header; the others are escaped with %. */
static bool is_header_letter(char c)
{
    return ascii_is_lower_alnum(c) || (c && strchr("!#$&'*+-.^_`|~", c));
}

static struct str header_name(struct arena *arena, struct str key)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, 3 * CREDENTIAL_BYTES);
    key = str_lower(arena, key);
    for (size_t i = 0; i < key.n; i++)
        if (is_header_letter(key.p[i]))
            buf_add_char(&out, key.p[i]);
        else
            buf_format(&out, "%%%02X", (unsigned)(unsigned char)key.p[i]);
    return str_dup(arena, buf_str(&out));
}

static void add_account(struct cluster *cluster, const struct cluster_account *account)
{
    struct arena *arena = cluster->arena;
    VEC_PUSH(arena, &cluster->headers,
             str_format(arena, "Impersonate-User: %.*s", STR_FMT(account->user)));
    for (size_t i = 0; i < account->groups.n; i++)
        VEC_PUSH(arena, &cluster->headers,
                 str_format(arena, "Impersonate-Group: %.*s", STR_FMT(account->groups.items[i])));
}

/* What goes into a header must not end it. */
static int check_account(const struct cluster_account *account, struct str *ret_error)
{
    bool is_well = !str_has_control(account->user) && (account->user.n || !account->groups.n);
    for (size_t i = 0; i < account->groups.n; i++)
        is_well =
            is_well && account->groups.items[i].n > 0 && !str_has_control(account->groups.items[i]);
    if (!is_well)
        *ret_error = STR("the account to impersonate has a name that no account has");
    return is_well ? 0 : -1;
}

/* As client-go's transport.NewImpersonatingRoundTripper. */
static void add_impersonation(struct cluster *cluster, const struct kubeconfig *config)
{
    struct arena *arena = cluster->arena;
    if (cluster->options.impersonate.user.n)
        add_account(cluster, &cluster->options.impersonate);
    if (!config->as.n || cluster->options.impersonate.user.n)
        return;
    VEC_PUSH(arena, &cluster->headers,
             str_format(arena, "Impersonate-User: %.*s", STR_FMT(config->as)));
    if (config->as_uid.n)
        VEC_PUSH(arena, &cluster->headers,
                 str_format(arena, "Impersonate-Uid: %.*s", STR_FMT(config->as_uid)));
    for (size_t i = 0; i < config->as_groups.n; i++)
        VEC_PUSH(arena, &cluster->headers,
                 str_format(arena, "Impersonate-Group: %.*s", STR_FMT(config->as_groups.items[i])));
    for (size_t i = 0; i < config->as_extra.n; i++) {
        const struct kubeconfig_extra *extra = &config->as_extra.items[i];
        for (size_t j = 0; j < extra->values.n; j++)
            VEC_PUSH(arena, &cluster->headers,
                     str_format(arena, "Impersonate-Extra-%.*s: %.*s",
                                STR_FMT(header_name(arena, extra->key)),
                                STR_FMT(extra->values.items[j])));
    }
}

static struct http_pool *open_pool(struct cluster *cluster, struct str *ret_error)
{
    const struct cluster_options *options = &cluster->options;
    const struct kubeconfig *config = options->config;
    const struct http_pool_options pool = {
        .user_agent =
            options->user_agent.n ? options->user_agent : STR("tidegate/" TIDEGATE_VERSION),
        .ca_pem = cluster->auth.ca_pem,
        .certificate_pem = cluster->auth.certificate_pem,
        .key_pem = cluster->auth.key_pem,
        .server_name = config->server_name,
        .proxy = config->proxy,
        .http1_only = options->http1_only,
        .in_flight_max = options->in_flight_max,
        .total_ms = options->total_ms,
        .stall_ms = options->stall_ms,
    };
    return http_pool_new(&pool, cluster->arena, ret_error);
}

struct cluster *cluster_open(struct arena *arena, const struct cluster_options *options,
                             struct str *ret_error)
{
    struct cluster *cluster = ARENA_NEW(arena, struct cluster);
    *cluster = (struct cluster){.arena = arena, .options = *options};
    struct cluster_options *own = &cluster->options;
    own->total_ms = own->total_ms ? own->total_ms : TOTAL_MS;
    own->stall_ms = own->stall_ms ? own->stall_ms : own->total_ms;
    own->patience_ms = own->patience_ms ? own->patience_ms : PATIENCE_MS;
    struct str server = options->config->server;
    while (server.n && server.p[server.n - 1] == '/')
        server.n--;
    if (str_find(server, STR("://")) < 0) /* as kubectl reads it */
        server = str_format(arena, "http://%.*s", STR_FMT(server));
    cluster->server = server;
    if (!http_is_safe_url(server)) {
        *ret_error = str_format(arena,
                                "the server %.*s of the kubeconfig is no https URL (http is for "
                                "this machine only)",
                                STR_FMT(server));
        return NULL;
    }
    if (check_account(&options->impersonate, ret_error) < 0 ||
        cluster_auth_open(&cluster->auth, arena, options->config, options->repository, ret_error) <
            0)
        return NULL;
    add_impersonation(cluster, options->config);
    cluster->pool = open_pool(cluster, ret_error);
    return cluster->pool ? cluster : NULL;
}

void cluster_close(struct cluster *cluster)
{
    if (!cluster)
        return;
    http_pool_free(cluster->pool);
    cluster_auth_close(&cluster->auth);
    arena_release(&cluster->kinds_arena);
}

void cluster_cancel(struct cluster *cluster, struct cluster_call *call)
{
    http_pool_cancel(cluster->pool, &call->job);
}

void cluster_wake(struct cluster *cluster)
{
    http_pool_wake(cluster->pool);
}

void cluster_call(struct cluster *cluster, struct cluster_call *call)
{
    enum { STEP_MS = 1000 };
    cluster_send(cluster, call);
    while (!call->is_done)
        (void)cluster_step(cluster, STEP_MS);
}

struct http_pool_stats cluster_stats(const struct cluster *cluster)
{
    return http_pool_stats(cluster->pool);
}

const struct kubeconfig *cluster_config(const struct cluster *cluster)
{
    return cluster->options.config;
}

/* ---- what the server has ---- */

int cluster_connect(struct cluster *cluster, struct str *ret_error)
{
    return cluster_discover(cluster, ret_error);
}

const struct cluster_version *cluster_version(const struct cluster *cluster)
{
    return &cluster->version;
}

const struct cluster_resources *cluster_resources(const struct cluster *cluster)
{
    return &cluster->kinds.resources;
}

const struct cluster_unknowns *cluster_unknowns(const struct cluster *cluster)
{
    return &cluster->kinds.unknowns;
}

const struct cluster_resource *cluster_find(const struct cluster *cluster, struct str api_version,
                                            struct str kind)
{
    SCOPED(arena) struct arena arena = {0};
    return map_get(&cluster->kinds.by_kind,
                   str_format(&arena, "%.*s %.*s", STR_FMT(api_version), STR_FMT(kind)));
}

bool cluster_is_unknown(const struct cluster *cluster, struct str api_version)
{
    const ptrdiff_t slash = str_find_char(api_version, '/');
    const struct str group = slash < 0 ? (struct str){0} : str_sub(api_version, 0, (size_t)slash);
    const struct str version = str_from_offset(api_version, (size_t)(slash + 1));
    for (size_t i = 0; i < cluster->kinds.unknowns.n; i++) {
        const struct cluster_unknown *unknown = &cluster->kinds.unknowns.items[i];
        if (str_eq(unknown->group, group) &&
            (!unknown->version.n || str_eq(unknown->version, version)))
            return true;
    }
    return false;
}

bool cluster_resource_can(const struct cluster_resource *resource, const char *verb)
{
    for (size_t i = 0; i < resource->verbs.n; i++)
        if (str_is(resource->verbs.items[i], verb))
            return true;
    return false;
}
