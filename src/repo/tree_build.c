/* SPDX-License-Identifier: Apache-2.0 */
/* Trees under construction and finished ones: limits, order, look-up, ids. */
#include "repo/repo_internal.h"

#include "base/limits.h"

/* A million long paths are as much as one large file may be. */
enum { PATH_BYTES_OF_TREE = LIMIT_FILE_BYTES };

bool blob_id_eq(const struct blob_id *a, const struct blob_id *b)
{
    return memcmp(a->bytes, b->bytes, BLOB_ID_BYTES) == 0;
}

bool blob_id_is_known(const struct blob_id *id)
{
    static const struct blob_id unknown;
    return !blob_id_eq(id, &unknown);
}

struct blob_id blob_id_from(const git_oid *id)
{
    struct blob_id result;
    static_assert(sizeof result.bytes == GIT_OID_RAWSZ, "both are SHA-1");
    memcpy(result.bytes, id->id, sizeof result.bytes);
    return result;
}

enum entry_kind entry_kind_of_mode(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return ENTRY_FILE;
    case S_IFLNK:
        return ENTRY_SYMLINK;
    case S_IFMT &GIT_FILEMODE_COMMIT:
        return ENTRY_SUBMODULE;
    default:
        return ENTRY_OTHER;
    }
}

struct str builder_path(struct tree_builder *builder, struct str prefix, struct str name)
{
    if (prefix.n + name.n <= LIMIT_PATH_BYTES)
        return str_concat(builder->arena, prefix, name);
    if (!builder->said_long)
        repo_path_finding(builder->diags, builder->arena, RULE_LIMIT_SIZE, prefix,
                          "a path below this folder has more than %d bytes and is left out",
                          LIMIT_PATH_BYTES);
    builder->said_long = true;
    return (struct str){0};
}

int builder_add(struct tree_builder *builder, struct str path, const struct blob_id *id,
                enum entry_kind kind)
{
    struct tree *tree = &builder->tree;
    builder->path_bytes += path.n;
    if (tree->n >= LIMIT_FILES || builder->path_bytes > PATH_BYTES_OF_TREE) {
        (void)repo_finding(builder->diags, RULE_LIMIT_COUNT, "%.*s has more than %d files%s",
                           STR_FMT(tree->name), LIMIT_FILES,
                           tree->n < LIMIT_FILES ? " or their paths are too long" : "");
        return -1;
    }
    if (tree->n == tree->cap)
        tree->entries = vec_grow(builder->arena, tree->entries, sizeof *tree->entries, &tree->cap);
    struct tree_entry entry = {.path = path, .kind = kind};
    if (id)
        entry.id = *id;
    tree->entries[tree->n++] = entry;
    return 0;
}

int builder_enter(struct tree_builder *builder, struct str prefix, unsigned depth)
{
    /* Folders count as well: ten small objects can describe endless empty folders. */
    if (++builder->folders > LIMIT_FILES) {
        (void)repo_finding(builder->diags, RULE_LIMIT_COUNT, "%.*s has more than %d folders",
                           STR_FMT(builder->tree.name), LIMIT_FILES);
        return -1;
    }
    if (depth <= LIMIT_TREE_DEPTH)
        return 1;
    if (!builder->said_deep)
        repo_path_finding(builder->diags, builder->arena, RULE_LIMIT_DEPTH, prefix,
                          "this folder is more than %d folders deep and is left out",
                          LIMIT_TREE_DEPTH);
    builder->said_deep = true;
    return 0;
}

static int entry_order(const void *a, const void *b)
{
    const struct tree_entry *left = a;
    const struct tree_entry *right = b;
    int order = str_cmp(left->path, right->path);
    if (order != 0)
        return order;
    /* A forged tree may have a path twice: the order must not depend on qsort. */
    order = memcmp(left->id.bytes, right->id.bytes, BLOB_ID_BYTES);
    return order != 0 ? order : (int)left->kind - (int)right->kind;
}

bool tree_is_sorted(const struct tree *tree)
{
    for (size_t i = 1; i < tree->n; i++)
        if (entry_order(&tree->entries[i - 1], &tree->entries[i]) > 0)
            return false;
    return true;
}

struct tree builder_end(struct tree_builder *builder)
{
    struct tree *tree = &builder->tree;
    if (!tree_is_sorted(tree))
        qsort(tree->entries, tree->n, sizeof *tree->entries, entry_order);
    return *tree;
}

const struct tree_entry *tree_find(const struct tree *tree, struct str path)
{
    size_t low = 0;
    size_t high = tree->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(tree->entries[middle].path, path);
        if (order == 0)
            return &tree->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
