/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the files and merges them. */
#include "cluster/kubeconfig.h"

#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "cluster/kubeconfig_internal.h"

static const char *variable(const struct kubeconfig_options *options, const char *name)
{
    const char *value = options->get_variable ? options->get_variable(name) : getenv(name);
    return value ? value : "";
}

/* ---- one file ---- */

static const struct kubeconfig_entry *find(const struct kubeconfig_entries *entries,
                                           struct str name)
{
    for (size_t i = 0; i < entries->n; i++)
        if (str_eq(entries->items[i].name, name))
            return &entries->items[i];
    return NULL;
}

const struct kubeconfig_entry *kubeconfig_entry(const struct kubeconfig_entries *entries,
                                                struct str name)
{
    return find(entries, name);
}

struct reading {
    struct arena *arena;
    struct kubeconfig_entry entry; /* what all of this file have in common */
    struct str *ret_error;
};

/* kubectl's types, of which a wrong one makes it refuse the whole file. */
static bool has_type(const struct node *value, enum kubeconfig_type type)
{
    const enum node_kind kind = node_kind(value);
    if (node_is_null(value))
        return true;
    switch (type) {
    case TYPE_TEXT:
        return kind == NODE_STRING;
    case TYPE_DATA:
        return kind == NODE_STRING && base64_check(node_text(value)) < 0;
    case TYPE_FLAG:
        return kind == NODE_BOOL;
    case TYPE_MAP:
        return kind == NODE_MAP;
    case TYPE_LIST:
        return kind == NODE_LIST;
    case TYPE_TEXTS:
        if (kind != NODE_LIST)
            return false;
        for (struct item it = list_first(value); it.value; it = list_next(it))
            if (node_kind(it.value) != NODE_STRING)
                return false;
        return true;
    }
    return false;
}

static int check_types(const struct reading *reading, const struct kubeconfig_kind *kind,
                       struct str name, const struct node *body)
{
    for (const struct kubeconfig_field *field = kind->fields; field->name; field++) {
        if (has_type(node_get(body, str_from(field->name)), field->type))
            continue;
        *reading->ret_error = str_format(reading->arena, "%.*s: %s of the %s '%.*s' is not %s",
                                         STR_FMT(reading->entry.file), field->name, kind->noun,
                                         STR_FMT(kubeconfig_shown(reading->arena, name)),
                                         kubeconfig_type_name(field->type));
        return -1;
    }
    return 0;
}

static int add_entry(const struct reading *reading, const struct kubeconfig_kind *kind,
                     const struct node *item, struct kubeconfig_entries *own)
{
    struct kubeconfig_entry entry = reading->entry;
    const struct node *name = node_get(item, STR("name"));
    entry.body = node_get(item, str_from(kind->noun));
    entry.name = node_text(name);
    if (node_kind(item) != NODE_MAP || !has_type(name, TYPE_TEXT) ||
        !has_type(entry.body, TYPE_MAP)) {
        *reading->ret_error =
            str_format(reading->arena, "%.*s: an entry of %s is no name with a %s",
                       STR_FMT(entry.file), kind->list, kind->noun);
        return -1;
    }
    if (find(own, entry.name)) {
        *reading->ret_error =
            str_format(reading->arena, "%.*s: there are two %s named '%.*s'", STR_FMT(entry.file),
                       kind->list, STR_FMT(kubeconfig_shown(reading->arena, entry.name)));
        return -1;
    }
    VEC_PUSH(reading->arena, own, entry);
    return check_types(reading, kind, entry.name, entry.body);
}

/* Entries of this file that no file before it has. */
static int add_entries(const struct reading *reading, const struct kubeconfig_kind *kind,
                       const struct node *root, struct kubeconfig_entries *entries)
{
    struct kubeconfig_entries own = {0};
    const struct node *list = node_get(root, str_from(kind->list));
    if (!has_type(list, TYPE_LIST)) {
        *reading->ret_error = str_format(reading->arena, "%.*s: %s is not a list",
                                         STR_FMT(reading->entry.file), kind->list);
        return -1;
    }
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (add_entry(reading, kind, it.value, &own) < 0)
            return -1;
    for (size_t i = 0; i < own.n; i++)
        if (!find(entries, own.items[i].name))
            VEC_PUSH(reading->arena, entries, own.items[i]);
    return 0;
}

static int check_head(const struct reading *reading, const struct node *root)
{
    const struct str kind = node_get_text(root, STR("kind"));
    const struct str version = node_get_text(root, STR("apiVersion"));
    const struct node *current = node_get(root, STR("current-context"));
    const char *problem = NULL;
    if (node_kind(root) != NODE_MAP)
        problem = "is no kubeconfig";
    else if ((kind.n && !str_is(kind, "Config")) || (version.n && !str_is(version, "v1")))
        problem = "is of another kind than Config of v1";
    else if (!has_type(current, TYPE_TEXT))
        problem = "has a current-context that is no text";
    if (!problem)
        return 0;
    *reading->ret_error =
        str_format(reading->arena, "%.*s %s", STR_FMT(reading->entry.file), problem);
    return -1;
}

/* The tree, NULL for an empty file. What the reader says is not passed on: it may quote. */
static int read_tree(const struct reading *reading, struct str text, const struct node **ret_root)
{
    SCOPED(diags) struct diags diags = {0};
    struct source *source = source_new(reading->arena, reading->entry.file, text);
    struct doc_list docs = {0};
    source->no_excerpt = true;
    const int result = doc_read_stream(reading->arena, source, &diags, &docs);
    const bool is_broken = result < 0 || (docs.n && docs.items[0].broken);
    if (is_broken) {
        const struct place place = source_place(source, diags.n ? diags.items[0].span.start : 0);
        *reading->ret_error =
            str_format(reading->arena, "%.*s:%u:%u: this is no YAML that can be read",
                       STR_FMT(reading->entry.file), place.line, place.column);
        return -1;
    }
    *ret_root = docs.n && !node_is_null(docs.items[0].root) ? docs.items[0].root : NULL;
    return 0;
}

int kubeconfig_add(struct arena *arena, struct kubeconfig_files *files, struct str file,
                   struct str folder, bool is_repository_file, struct str text,
                   struct str *ret_error)
{
    const struct reading reading = {
        .arena = arena,
        .entry = {.file = file, .folder = folder, .is_repository_file = is_repository_file},
        .ret_error = ret_error,
    };
    struct kubeconfig_files merged = *files;
    const struct node *root = NULL;
    if (read_tree(&reading, text, &root) < 0)
        return -1;
    merged.files++;
    if (root && (check_head(&reading, root) < 0 ||
                 add_entries(&reading, &kubeconfig_clusters, root, &merged.clusters) < 0 ||
                 add_entries(&reading, &kubeconfig_users, root, &merged.users) < 0 ||
                 add_entries(&reading, &kubeconfig_contexts, root, &merged.contexts) < 0))
        return -1;
    if (!merged.current_context.n)
        merged.current_context = node_get_text(root, STR("current-context"));
    *files = merged;
    return 0;
}

/* ---- all files ---- */

static bool is_below(struct str path, struct str folder)
{
    return folder.n && str_starts(path, folder) &&
           (path.n == folder.n || folder.p[folder.n - 1] == '/' || path.p[folder.n] == '/');
}

bool kubeconfig_is_in(struct arena *arena, struct str path, struct str repository)
{
    struct str real_path;
    struct str real_folder;
    if (!repository.n || path_resolve(arena, str_to_c(arena, repository), &real_folder) < 0)
        return false;
    if (path_resolve(arena, str_to_c(arena, path), &real_path) < 0)
        return true; /* of what can't be looked at, the worse is taken */
    return is_below(real_path, real_folder);
}

static struct str absolute(struct arena *arena, struct str path)
{
    char here[LIMIT_PATH_BYTES];
    if (path.n && path.p[0] == '/')
        return path;
    if (!getcwd(here, sizeof here))
        return path;
    return path_join(arena, str_from(here), path);
}

static int add_file(struct arena *arena, const struct kubeconfig_options *options,
                    struct kubeconfig_files *files, struct str path, bool is_named,
                    struct str *ret_error)
{
    struct str text;
    const int error = file_read(arena, str_to_c(arena, path), KUBECONFIG_BYTES, &text);
    if (error == -ENOENT && !is_named)
        return 0;
    if (error < 0) {
        *ret_error = str_format(arena, "%.*s can't be read: %s", STR_FMT(path), strerror(-error));
        return -1;
    }
    const struct str full = absolute(arena, path);
    return kubeconfig_add(arena, files, path, kubeconfig_clean(arena, path_dir(full)),
                          kubeconfig_is_in(arena, full, options->repository), text, ret_error);
}

static int add_listed(struct arena *arena, const struct kubeconfig_options *options,
                      struct kubeconfig_files *files, struct str list, struct str *ret_error)
{
    struct map seen = {.arena = arena};
    struct str path;
    while (str_split(&list, ':', &path)) {
        if (!path.n || map_put(&seen, path, files))
            continue;
        if (add_file(arena, options, files, path, false, ret_error) < 0)
            return -1;
    }
    return 0;
}

static int add_all(struct arena *arena, const struct kubeconfig_options *options,
                   struct kubeconfig_files *files, struct str *ret_error)
{
    const char *list = variable(options, "KUBECONFIG");
    const char *home = variable(options, "HOME");
    if (options->path.n)
        return add_file(arena, options, files, options->path, true, ret_error);
    if (*list)
        return add_listed(arena, options, files, str_from(list), ret_error);
    if (!*home)
        return 0;
    return add_file(arena, options, files, path_join(arena, str_from(home), STR(".kube/config")),
                    false, ret_error);
}

/* ---- inside a cluster ---- */

/* As client-go's rest.InClusterConfig. */
static bool choose_account(struct arena *arena, const struct kubeconfig_options *options,
                           struct kubeconfig *ret_config)
{
    const struct str host = str_from(variable(options, "KUBERNETES_SERVICE_HOST"));
    const struct str port = str_from(variable(options, "KUBERNETES_SERVICE_PORT"));
    const struct str folder = options->account_folder.n
                                  ? options->account_folder
                                  : STR("/var/run/secrets/kubernetes.io/serviceaccount");
    if (!host.n || !port.n)
        return false;
    const bool is_v6 = str_find_char(host, ':') >= 0;
    *ret_config = (struct kubeconfig){
        .in_cluster = true,
        .server = str_format(arena, is_v6 ? "https://[%.*s]:%.*s" : "https://%.*s:%.*s",
                             STR_FMT(host), STR_FMT(port)),
        .ca_file = path_join(arena, folder, STR("ca.crt")),
        .token_file = path_join(arena, folder, STR("token")),
    };
    struct str namespace;
    if (file_read(arena, path_join(arena, folder, STR("namespace")).p, LIMIT_PATH_BYTES,
                  &namespace) == 0)
        ret_config->namespace = str_trim(namespace);
    return true;
}

int kubeconfig_load(struct arena *arena, const struct kubeconfig_options *options,
                    struct kubeconfig *ret_config, struct str *ret_error)
{
    struct kubeconfig_files files = {0};
    if (add_all(arena, options, &files, ret_error) < 0)
        return -1;
    const bool is_empty = !files.clusters.n && !files.users.n && !files.contexts.n;
    if (is_empty && !options->path.n && !options->context.n &&
        choose_account(arena, options, ret_config))
        return 0;
    if (!files.files) {
        *ret_error = STR("there is no kubeconfig; name one with --kubeconfig or KUBECONFIG");
        return -1;
    }
    struct kubeconfig config;
    if (kubeconfig_choose(arena, &files, options->context, options->allow_exec, &config,
                          ret_error) < 0)
        return -1;
    *ret_config = config;
    return 0;
}
