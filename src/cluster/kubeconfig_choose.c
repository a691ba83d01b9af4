/* SPDX-License-Identifier: Apache-2.0 */
/* One context of the merged files, with all that is refused. */
#include <stdarg.h>

#include "base/base64.h"
#include "base/file.h"
#include "cluster/kubeconfig_internal.h"

static const struct kubeconfig_field cluster_fields[] = {
    {"server", TYPE_TEXT},
    {"tls-server-name", TYPE_TEXT},
    {"insecure-skip-tls-verify", TYPE_FLAG},
    {"certificate-authority", TYPE_TEXT},
    {"certificate-authority-data", TYPE_DATA},
    {"proxy-url", TYPE_TEXT},
    {"disable-compression", TYPE_FLAG},
    {"extensions", TYPE_LIST},
    {NULL, TYPE_TEXT},
};

static const struct kubeconfig_field user_fields[] = {
    {"client-certificate", TYPE_TEXT},
    {"client-certificate-data", TYPE_DATA},
    {"client-key", TYPE_TEXT},
    {"client-key-data", TYPE_DATA},
    {"token", TYPE_TEXT},
    {"tokenFile", TYPE_TEXT},
    {"as", TYPE_TEXT},
    {"as-uid", TYPE_TEXT},
    {"as-groups", TYPE_TEXTS},
    {"as-user-extra", TYPE_MAP},
    {"username", TYPE_TEXT},
    {"password", TYPE_TEXT},
    {"auth-provider", TYPE_MAP},
    {"exec", TYPE_MAP},
    {NULL, TYPE_TEXT},
};

static const struct kubeconfig_field context_fields[] = {
    {"cluster", TYPE_TEXT},
    {"user", TYPE_TEXT},
    {"namespace", TYPE_TEXT},
    {NULL, TYPE_TEXT},
};

const struct kubeconfig_kind kubeconfig_clusters = {"clusters", "cluster", cluster_fields};
const struct kubeconfig_kind kubeconfig_users = {"users", "user", user_fields};
const struct kubeconfig_kind kubeconfig_contexts = {"contexts", "context", context_fields};

const char *kubeconfig_type_name(enum kubeconfig_type type)
{
    static const char *const names[] = {"text",  "base64", "true or false",
                                        "a map", "a list", "a list of texts"};
    return names[type]; /* order: kubeconfig_type */
}

struct str kubeconfig_shown(struct arena *arena, struct str name)
{
    enum { SHOWN_BYTES = 80 };
    struct str copy = str_dup(arena, str_sub(name, 0, SHOWN_BYTES));
    char *bytes = arena_alloc_text(arena, copy.n + 1);
    for (size_t i = 0; i < copy.n; i++)
        bytes[i] = (unsigned char)copy.p[i] < ' ' || copy.p[i] == 0x7f ? '?' : copy.p[i];
    return (struct str){bytes, copy.n};
}

struct str kubeconfig_clean(struct arena *arena, struct str path)
{
    struct {
        VEC(struct str);
    } parts = {0};
    struct str part;
    while (str_split(&path, '/', &part)) {
        if (!part.n || str_is(part, "."))
            continue;
        if (!str_is(part, ".."))
            VEC_PUSH(arena, &parts, part);
        else if (parts.n)
            parts.n--;
    }
    struct str clean = parts.n ? STR("") : STR("/");
    for (size_t i = 0; i < parts.n; i++)
        clean = str_format(arena, "%.*s/%.*s", STR_FMT(clean), STR_FMT(parts.items[i]));
    return clean;
}

/* ---- choosing ---- */

struct choosing {
    struct arena *arena;
    const struct kubeconfig_entry *context, *cluster, *user;
    struct kubeconfig *config;
    struct str *ret_error;
};

static int PRINTF(2, 3) refuse(const struct choosing *choosing, const char *fmt, ...)
{
    char text[LIMIT_NOTE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    *choosing->ret_error = str_dup(choosing->arena, str_from(text));
    return -1;
}

static struct str text_of(const struct kubeconfig_entry *entry, const char *name)
{
    return node_get_text(entry->body, str_from(name));
}

static bool has(const struct kubeconfig_entry *entry, const char *name)
{
    return text_of(entry, name).n > 0;
}

static struct str file_of(const struct choosing *choosing, const struct kubeconfig_entry *entry,
                          struct str path)
{
    if (!path.n || path.p[0] == '/')
        return path;
    return kubeconfig_clean(choosing->arena, path_join(choosing->arena, entry->folder, path));
}

static struct str data_of(const struct choosing *choosing, const struct kubeconfig_entry *entry,
                          const char *name)
{
    struct str bytes = {0};
    if (base64_decode(choosing->arena, text_of(entry, name), &bytes) < 0)
        return (struct str){0}; /* not so: it was checked when the file was read */
    return bytes;
}

/* A file or its text in place, not both. */
static int choose_pem(const struct choosing *choosing, const struct kubeconfig_entry *entry,
                      const char *name, struct str *ret_file, struct str *ret_pem)
{
    const char *data = str_format(choosing->arena, "%s-data", name).p;
    if (has(entry, name) && has(entry, data))
        return refuse(choosing, "'%.*s' has both %s and %s; keep one of them",
                      STR_FMT(kubeconfig_shown(choosing->arena, entry->name)), name, data);
    *ret_file = file_of(choosing, entry, text_of(entry, name));
    *ret_pem = data_of(choosing, entry, data);
    return 0;
}

static bool is_proxy(struct str url)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://"};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (str_starts(url, str_from(schemes[i])))
            return true;
    return false;
}

static int choose_cluster(const struct choosing *choosing)
{
    const struct kubeconfig_entry *entry = choosing->cluster;
    const struct str name = kubeconfig_shown(choosing->arena, entry->name);
    struct kubeconfig *config = choosing->config;
    config->server = text_of(entry, "server");
    config->server_name = text_of(entry, "tls-server-name");
    config->proxy = text_of(entry, "proxy-url");
    if (!config->server.n)
        return refuse(choosing, "the cluster '%.*s' has no server", STR_FMT(name));
    if (node_bool(node_get(entry->body, STR("insecure-skip-tls-verify"))))
        return refuse(choosing,
                      "the cluster '%.*s' says insecure-skip-tls-verify, and who answers is always "
                      "verified here; give it certificate-authority-data instead",
                      STR_FMT(name));
    if (config->proxy.n && !is_proxy(config->proxy))
        return refuse(choosing, "proxy-url of the cluster '%.*s' is no http, https or socks5 URL",
                      STR_FMT(name));
    if (str_has_control(config->server) || str_has_control(config->server_name) ||
        str_has_control(config->proxy) || str_find_char(config->server_name, '/') >= 0)
        return refuse(choosing,
                      "the addresses of the cluster '%.*s' have letters that no "
                      "address has",
                      STR_FMT(name));
    return choose_pem(choosing, entry, "certificate-authority", &config->ca_file, &config->ca_pem);
}

/* ---- the user ---- */

static int choose_env(const struct choosing *choosing, const struct node *list,
                      struct kubeconfig_exec *exec)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str name = node_get_text(it.value, STR("name"));
        if (!name.n)
            return refuse(choosing, "a variable of exec has no name");
        VEC_PUSH(choosing->arena, &exec->env,
                 str_format(choosing->arena, "%.*s=%.*s", STR_FMT(name),
                            STR_FMT(node_get_text(it.value, STR("value")))));
    }
    return 0;
}

static void add_texts(struct arena *arena, const struct node *list, struct str_list *texts)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        VEC_PUSH(arena, texts, node_text(it.value));
}

/* Entries of `extensions` are a name and whatever it extends. */
static const struct node *extension_of(const struct kubeconfig_entry *entry)
{
    const struct node *list = node_get(entry->body, STR("extensions"));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_is(node_get_text(it.value, STR("name")), "client.authentication.k8s.io/exec"))
            return node_get(it.value, STR("extension"));
    return NULL;
}

static const char *exec_problem(const struct kubeconfig_exec *exec, struct str mode, bool allow,
                                bool is_repository_file)
{
    if (is_repository_file)
        return "it stands in the repository, whose files name no program that is run here";
    if (!allow)
        return "running it was not allowed (--allow-exec)";
    if (!exec->command.n)
        return "it has no command";
    if (!str_is(exec->api_version, "client.authentication.k8s.io/v1") &&
        !str_is(exec->api_version, "client.authentication.k8s.io/v1beta1"))
        return "its apiVersion is not client.authentication.k8s.io/v1 or v1beta1";
    if (!mode.n && str_ends(exec->api_version, STR("/v1")))
        return "it has no interactiveMode";
    if (str_is(mode, "Always"))
        return "it wants to ask somebody, and nobody is there";
    if (mode.n && !str_is(mode, "Never") && !str_is(mode, "IfAvailable"))
        return "its interactiveMode is not Never, IfAvailable or Always";
    return NULL;
}

static int choose_exec(const struct choosing *choosing, const struct node *node, bool allow_exec)
{
    struct kubeconfig_exec *exec = ARENA_NEW(choosing->arena, struct kubeconfig_exec);
    const struct kubeconfig_entry *entry = choosing->user;
    const struct str command = node_get_text(node, STR("command"));
    *exec = (struct kubeconfig_exec){
        .command = str_find_char(command, '/') < 0 ? command : file_of(choosing, entry, command),
        .api_version = node_get_text(node, STR("apiVersion")),
        .install_hint = node_get_text(node, STR("installHint")),
        .wants_cluster = node_bool(node_get(node, STR("provideClusterInfo"))),
        .cluster_data = extension_of(choosing->cluster),
    };
    const char *problem = exec_problem(exec, node_get_text(node, STR("interactiveMode")),
                                       allow_exec, entry->is_repository_file);
    if (problem)
        return refuse(choosing, "the user '%.*s' gets its credentials from a program: %s",
                      STR_FMT(kubeconfig_shown(choosing->arena, entry->name)), problem);
    add_texts(choosing->arena, node_get(node, STR("args")), &exec->args);
    choosing->config->exec = exec;
    return choose_env(choosing, node_get(node, STR("env")), exec);
}

static int choose_impersonation(const struct choosing *choosing)
{
    const struct kubeconfig_entry *entry = choosing->user;
    struct kubeconfig *config = choosing->config;
    struct arena *arena = choosing->arena;
    bool is_bad = false;
    config->as = text_of(entry, "as");
    config->as_uid = text_of(entry, "as-uid");
    add_texts(arena, node_get(entry->body, STR("as-groups")), &config->as_groups);
    for (struct entry e = map_first(node_get(entry->body, STR("as-user-extra"))); e.key;
         e = map_next(e)) {
        struct kubeconfig_extra extra = {.key = node_text(e.key)};
        add_texts(arena, e.value, &extra.values);
        for (size_t i = 0; i < extra.values.n; i++)
            is_bad |= str_has_control(extra.values.items[i]);
        VEC_PUSH(arena, &config->as_extra, extra);
    }
    for (size_t i = 0; i < config->as_groups.n; i++)
        is_bad |= str_has_control(config->as_groups.items[i]);
    if (is_bad || str_has_control(config->as) || str_has_control(config->as_uid))
        return refuse(choosing, "the user '%.*s' is to act as somebody with control characters",
                      STR_FMT(kubeconfig_shown(arena, entry->name)));
    if (!config->as.n && (config->as_uid.n || config->as_groups.n || config->as_extra.n))
        return refuse(choosing, "the user '%.*s' has as-uid, as-groups or as-user-extra without as",
                      STR_FMT(kubeconfig_shown(arena, entry->name)));
    return 0;
}

static const char *user_problem(const struct kubeconfig_entry *entry)
{
    if (has(entry, "username") || has(entry, "password"))
        return "has a user name or password, which API servers take no more; give it a token or a "
               "client certificate";
    if (!node_is_null(node_get(entry->body, STR("auth-provider"))))
        return "has an auth-provider, which kubectl knows no more; give it an exec plugin, a token "
               "or a client certificate";
    return NULL;
}

/* Else who writes a kubeconfig into a pull request would have the tokens of this machine sent to a
 * server of his. */
static int check_files(const struct choosing *choosing)
{
    const struct kubeconfig_entry *entry = choosing->user;
    const struct kubeconfig *config = choosing->config;
    const struct str files[] = {config->certificate_file, config->key_file, config->token_file};
    for (size_t i = 0; entry->is_repository_file && i < ARRAY_LEN(files); i++)
        if (files[i].n && !kubeconfig_is_in(choosing->arena, files[i], entry->folder))
            return refuse(choosing,
                          "the user '%.*s' stands in the repository, and its credentials in a file "
                          "that does not lie beside it",
                          STR_FMT(kubeconfig_shown(choosing->arena, entry->name)));
    return 0;
}

static int choose_user(const struct choosing *choosing, bool allow_exec)
{
    const struct kubeconfig_entry *entry = choosing->user;
    struct kubeconfig *config = choosing->config;
    const struct str name = kubeconfig_shown(choosing->arena, entry->name);
    const struct node *exec = node_get(entry->body, STR("exec"));
    const char *problem = user_problem(entry);
    if (problem)
        return refuse(choosing, "the user '%.*s' %s", STR_FMT(name), problem);
    if (choose_pem(choosing, entry, "client-certificate", &config->certificate_file,
                   &config->certificate_pem) < 0 ||
        choose_pem(choosing, entry, "client-key", &config->key_file, &config->key_pem) < 0)
        return -1;
    const bool has_certificate = config->certificate_file.n || config->certificate_pem.n;
    const bool has_key = config->key_file.n || config->key_pem.n;
    if (has_certificate && !has_key)
        return refuse(choosing, "the user '%.*s' has a client certificate without its key",
                      STR_FMT(name));
    config->token = text_of(entry, "token");
    config->token_file = file_of(choosing, entry, text_of(entry, "tokenFile"));
    if (check_files(choosing) < 0 || choose_impersonation(choosing) < 0)
        return -1;
    /* What is given by itself needs no program to be run, as client-go has it. */
    if (node_is_null(exec) || config->token.n || config->token_file.n)
        return 0;
    return choose_exec(choosing, exec, allow_exec);
}

static int find_entries(struct choosing *choosing, const struct kubeconfig_files *files,
                        struct str context)
{
    struct arena *arena = choosing->arena;
    const struct str name = context.n ? context : files->current_context;
    if (!name.n)
        return refuse(choosing, "no context is the current one; choose one with --context");
    choosing->context = kubeconfig_entry(&files->contexts, name);
    if (!choosing->context)
        return refuse(choosing, "there is no context '%.*s' in the kubeconfig",
                      STR_FMT(kubeconfig_shown(arena, name)));
    const struct str cluster = text_of(choosing->context, "cluster");
    const struct str user = text_of(choosing->context, "user");
    choosing->cluster = cluster.n ? kubeconfig_entry(&files->clusters, cluster) : NULL;
    choosing->user = user.n ? kubeconfig_entry(&files->users, user) : NULL;
    const char *missing = !choosing->cluster ? "cluster" : !choosing->user ? "user" : NULL;
    if (missing)
        return refuse(choosing, "the context '%.*s' names no %s that is there",
                      STR_FMT(kubeconfig_shown(arena, name)), missing);
    return 0;
}

int kubeconfig_choose(struct arena *arena, const struct kubeconfig_files *files, struct str context,
                      bool allow_exec, struct kubeconfig *ret_config, struct str *ret_error)
{
    struct kubeconfig config = {0};
    struct choosing choosing = {.arena = arena, .config = &config, .ret_error = ret_error};
    if (find_entries(&choosing, files, context) < 0)
        return -1;
    config.context = choosing.context->name;
    config.cluster = choosing.cluster->name;
    config.user = choosing.user->name;
    config.namespace = text_of(choosing.context, "namespace");
    if (choose_cluster(&choosing) < 0 || choose_user(&choosing, allow_exec) < 0)
        return -1;
    *ret_config = config;
    return 0;
}
