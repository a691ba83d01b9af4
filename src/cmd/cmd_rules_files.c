/* SPDX-License-Identifier: Apache-2.0 */
/* Files of rules and policies: those of a path, and those that the configuration names. */
#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_rules.h"
#include "config/config.h"

int rules_config(struct call *call, struct config *ret_config)
{
    const struct rules_args *args = call->args;
    struct diags diags SCOPED(diags) = {0};
    const int code = config_load(call, args->config, &diags, ret_config);
    diags_sort(&diags);
    if (code != EXIT_OK && diags.n)
        output_findings(&diags, &args->common);
    return code;
}

static bool is_yaml(struct str name)
{
    return str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml"));
}

static int add_folder(struct call *call, struct str path, unsigned depth, struct str_list *files)
{
    struct dir_entries entries = {0};
    const int error = dir_list(call->arena, str_to_c(call->arena, path), &entries);
    if (error < 0)
        return world_error("%.*s can't be read: %s", STR_FMT(path), strerror(-error));
    if (depth == LIMIT_TREE_DEPTH)
        return world_error("%.*s is nested deeper than %d folders", STR_FMT(path),
                           LIMIT_TREE_DEPTH);
    for (size_t i = 0; i < entries.n; i++) {
        const struct dir_entry *entry = &entries.items[i];
        const struct str inner = path_join(call->arena, path, entry->name);
        if (entry->info.kind == FILE_REGULAR && is_yaml(entry->name))
            VEC_PUSH(call->arena, files, inner);
        if (entry->info.kind != FILE_DIRECTORY || str_starts(entry->name, STR(".")))
            continue;
        const int code = add_folder(call, inner, depth + 1, files);
        if (code != EXIT_OK)
            return code;
    }
    if (files->n > LIMIT_FILES)
        return world_error("%.*s has more than %d files", STR_FMT(path), LIMIT_FILES);
    return EXIT_OK;
}

int rules_collect(struct call *call, struct str path, struct str_list *files)
{
    struct file_info info;
    struct str resolved;
    int error = path_resolve(call->arena, str_to_c(call->arena, path), &resolved);
    if (error == 0)
        error = file_stat(str_to_c(call->arena, resolved), &info);
    if (error < 0)
        return world_error("%.*s can't be read: %s", STR_FMT(path), strerror(-error));
    if (info.kind == FILE_DIRECTORY)
        return add_folder(call, path, 0, files);
    VEC_PUSH(call->arena, files, path);
    return EXIT_OK;
}

static int collect_all(struct call *call, struct str folder, const struct str_list *paths,
                       struct str_list *files)
{
    int code = EXIT_OK;
    for (size_t i = 0; code == EXIT_OK && i < paths->n; i++)
        code = rules_collect(call, path_join(call->arena, folder, paths->items[i]), files);
    return code;
}

/* Two sets may name one file. */
static void drop_repeated(struct str_list *files)
{
    size_t n = 0;
    if (files->n)
        qsort(files->items, files->n, sizeof *files->items, str_cmp_qsort);
    for (size_t i = 0; i < files->n; i++)
        if (i == 0 || !str_eq(files->items[i], files->items[i - 1]))
            files->items[n++] = files->items[i];
    files->n = n;
}

int rules_own_files(struct call *call, const struct config *config, struct str_list *files)
{
    const struct rules_args *args = call->args;
    const struct str folder = config->source ? path_dir(config->source->path) : (struct str){0};
    int code = collect_all(call, folder, &config->policies, files);
    for (size_t i = 0; code == EXIT_OK && i < config->sets.n; i++)
        code = collect_all(call, folder, &config->sets.items[i].policies, files);
    if (code == EXIT_OK)
        code = collect_all(call, (struct str){0}, &args->policies, files);
    drop_repeated(files);
    return code;
}
