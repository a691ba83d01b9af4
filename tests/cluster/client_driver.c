/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the room `cluster` for test_client.py: reads one JSON object a line, does what its "op"
 * says, and prints one JSON object a line. Operations:
 *
 *   config   what a kubeconfig says              open, connect   a cluster
 *   find     a kind                              call            one request
 *   many     the same request `count` times      list            all objects of a kind
 *   watch    prints events until `events` have come or `ms` have passed
 *   dryRun   what the server says to a file      stats           of the connections
 */
#include "client_driver.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

static const struct {
    const char *op;
    void (*run)(struct driver *driver, const struct node *ask);
} operations[] = {
    {"config", driver_config},  {"open", driver_open},   {"connect", driver_connect},
    {"find", driver_find},      {"call", driver_call},   {"many", driver_many},
    {"list", driver_list},      {"watch", driver_watch}, {"stats", driver_stats},
    {"dryRun", driver_dry_run},
};

struct jsonw *driver_answer(struct driver *driver)
{
    buf_clear(&driver->out);
    driver->w = (struct jsonw){.out = &driver->out};
    jsonw_open_map(&driver->w);
    return &driver->w;
}

void driver_end(struct driver *driver)
{
    jsonw_close_map(&driver->w);
    buf_add_char(&driver->out, '\n');
    if (driver->out.full)
        BUG("an answer that is too long");
    (void)fwrite(driver->out.p, 1, driver->out.n, stdout);
    (void)fflush(stdout);
}

void driver_error(struct driver *driver, struct str error)
{
    jsonw_put_text(driver_answer(driver), "error", error);
    driver_end(driver);
}

/* ---- operations ---- */

static void put(struct jsonw *w, const char *key, struct str text)
{
    if (text.n)
        jsonw_put_text(w, key, text);
}

static void read_options(const struct node *ask, struct kubeconfig_options *options)
{
    *options = (struct kubeconfig_options){
        .path = node_get_text(ask, STR("kubeconfig")),
        .context = node_get_text(ask, STR("context")),
        .repository = node_get_text(ask, STR("repository")),
        .account_folder = node_get_text(ask, STR("account")),
        .allow_exec = node_bool(node_get(ask, STR("allowExec"))),
    };
}

void driver_config(struct driver *driver, const struct node *ask)
{
    struct kubeconfig_options options;
    struct kubeconfig config;
    struct str error;
    read_options(ask, &options);
    if (kubeconfig_load(&driver->arena, &options, &config, &error) < 0) {
        driver_error(driver, error);
        return;
    }
    struct jsonw *w = driver_answer(driver);
    put(w, "context", config.context);
    put(w, "cluster", config.cluster);
    put(w, "user", config.user);
    put(w, "namespace", config.namespace);
    put(w, "server", config.server);
    put(w, "tls-server-name", config.server_name);
    put(w, "proxy-url", config.proxy);
    put(w, "certificate-authority", config.ca_file);
    put(w, "certificate-authority-data", config.ca_pem);
    put(w, "client-certificate", config.certificate_file);
    put(w, "client-certificate-data", config.certificate_pem);
    put(w, "client-key", config.key_file);
    put(w, "client-key-data", config.key_pem);
    put(w, "token", config.token);
    put(w, "tokenFile", config.token_file);
    put(w, "as", config.as);
    put(w, "as-uid", config.as_uid);
    driver_end(driver);
}

static bool refuse(void *ctx)
{
    (void)ctx;
    return false;
}

static struct cluster_account read_account(struct driver *driver, const struct node *ask)
{
    struct cluster_account account = {.user = node_get_text(ask, STR("impersonate"))};
    for (struct item it = list_first(node_get(ask, STR("impersonateGroups"))); it.value;
         it = list_next(it))
        VEC_PUSH(&driver->arena, &account.groups, node_text(it.value));
    return account;
}

void driver_open(struct driver *driver, const struct node *ask)
{
    struct kubeconfig_options options;
    struct kubeconfig *config = ARENA_NEW(&driver->arena, struct kubeconfig);
    struct str error;
    int64_t in_flight = 0;
    int64_t total_ms = 0;
    int64_t patience_ms = 0;
    read_options(ask, &options);
    (void)node_i64(node_get(ask, STR("inFlight")), &in_flight);
    (void)node_i64(node_get(ask, STR("totalMs")), &total_ms);
    (void)node_i64(node_get(ask, STR("patienceMs")), &patience_ms);
    cluster_close(TAKE(driver->cluster));
    if (kubeconfig_load(&driver->arena, &options, config, &error) < 0) {
        driver_error(driver, error);
        return;
    }
    driver->cluster =
        cluster_open(&driver->arena,
                     &(struct cluster_options){
                         .config = config,
                         .repository = options.repository,
                         .cache_folder = node_get_text(ask, STR("cache")),
                         .http1_only = node_bool(node_get(ask, STR("http1"))),
                         .in_flight_max = (unsigned)in_flight,
                         .total_ms = (unsigned)total_ms,
                         .patience_ms = (unsigned)patience_ms,
                         .impersonate = read_account(driver, ask),
                         .may_write = node_bool(node_get(ask, STR("readOnly"))) ? refuse : NULL,
                     },
                     &error);
    driver_error(driver, driver->cluster ? (struct str){0} : error);
}

void driver_connect(struct driver *driver, const struct node *ask)
{
    struct str error = {0};
    (void)ask;
    if (cluster_connect(driver->cluster, &error) < 0) {
        driver_error(driver, error);
        return;
    }
    const struct cluster_unknowns *unknowns = cluster_unknowns(driver->cluster);
    struct jsonw *w = driver_answer(driver);
    jsonw_put_text(w, "version", cluster_version(driver->cluster)->git_version);
    jsonw_put_i64(w, "minor", cluster_version(driver->cluster)->minor);
    jsonw_put_i64(w, "kinds", (int64_t)cluster_resources(driver->cluster)->n);
    jsonw_put_i64(w, "sent", (int64_t)cluster_stats(driver->cluster).sent);
    jsonw_key(w, "unknown");
    jsonw_open_list(w);
    for (size_t i = 0; i < unknowns->n; i++)
        jsonw_text(w, str_format(&driver->arena, "%.*s/%.*s", STR_FMT(unknowns->items[i].group),
                                 STR_FMT(unknowns->items[i].version)));
    jsonw_close_list(w);
    driver_end(driver);
}

void driver_find(struct driver *driver, const struct node *ask)
{
    const struct str version = node_get_text(ask, STR("apiVersion"));
    const struct cluster_resource *found =
        cluster_find(driver->cluster, version, node_get_text(ask, STR("kind")));
    struct jsonw *w = driver_answer(driver);
    jsonw_key(w, "unknown");
    jsonw_bool(w, cluster_is_unknown(driver->cluster, version));
    if (found) {
        jsonw_put_text(w, "plural", found->plural);
        jsonw_key(w, "namespaced");
        jsonw_bool(w, found->namespaced);
        jsonw_key(w, "canWatch");
        jsonw_bool(w, cluster_resource_can(found, "watch"));
        jsonw_key(w, "subresources");
        jsonw_open_list(w);
        for (size_t i = 0; i < found->subresources.n; i++)
            jsonw_text(w, found->subresources.items[i].name);
        jsonw_close_list(w);
    }
    driver_end(driver);
}

void driver_stats(struct driver *driver, const struct node *ask)
{
    (void)ask;
    const struct http_pool_stats stats = cluster_stats(driver->cluster);
    struct jsonw *w = driver_answer(driver);
    jsonw_put_i64(w, "sent", (int64_t)stats.sent);
    jsonw_put_i64(w, "connections", (int64_t)stats.connections);
    jsonw_put_i64(w, "limit", stats.in_flight_limit);
    jsonw_put_i64(w, "peak", stats.in_flight_peak);
    jsonw_put_i64(w, "http", stats.http_version);
    jsonw_put_i64(w, "jobs", (int64_t)stats.jobs);
    driver_end(driver);
}

/* ---- the loop ---- */

static void run(struct driver *driver, struct str line)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc;
    struct source *source = source_new(&driver->arena, STR("stdin"), str_dup(&driver->arena, line));
    if (doc_read_json(&driver->arena, source, &diags, &doc) < 0 || doc.broken)
        BUG("a line that is no JSON");
    const struct str op = node_get_text(doc.root, STR("op"));
    for (size_t i = 0; i < ARRAY_LEN(operations); i++)
        if (str_is(op, operations[i].op)) {
            operations[i].run(driver, doc.root);
            return;
        }
    BUG("no such operation: %.*s", STR_FMT(op));
}

int main(void)
{
    struct driver driver = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    buf_init(&driver.out, LIMIT_REPORT_BYTES);
    while ((n = getline(&line, &room, stdin)) > 0)
        run(&driver, str_trim((struct str){line, (size_t)n}));
    cluster_close(driver.cluster);
    free(line);
    buf_release(&driver.out);
    arena_release(&driver.arena);
    return 0;
}
