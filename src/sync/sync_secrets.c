/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SOPS encrypted, as plain text: only who applies has the keys. A file is decrypted once; its
 * objects take the place of the encrypted ones, in memory only. They keep path and lines for
 * findings, and nothing of their text is ever quoted.
 */
#include "sync/sync_internal.h"

#include "render/sops.h"

struct plain_file {
    const struct source *from;
    struct source *source;
    struct doc_list docs;
};

struct plain_files {
    VEC(struct plain_file);
};

/* NULL after a report. */
static const struct plain_file *decrypt(struct sync_commit *commit, struct plain_files *files,
                                        struct source *from)
{
    struct arena *arena = &commit->arena;
    struct str text, error;
    for (size_t i = 0; i < files->n; i++)
        if (files->items[i].from == from)
            return files->items[i].source ? &files->items[i] : NULL;
    struct plain_file file = {.from = from};
    if (sops_decrypt(arena, from->path, from->text, &text, &error) < 0) {
        commit->diags.at = (struct diag_at){.source = from};
        diag_add(&commit->diags, RULE_RENDER_FAILED, (struct span){0, 0}, STR(""),
                 "it is encrypted by SOPS and can't be decrypted here: %.*s", STR_FMT(error));
    } else {
        file.source = source_new(arena, from->path, text);
        file.source->no_excerpt = true;
        if (doc_read_file(arena, file.source, &commit->diags, &file.docs) < 0)
            file.source = NULL;
    }
    VEC_PUSH(arena, files, file);
    return file.source ? &files->items[files->n - 1] : NULL;
}

/* The same object among the plain ones: by what it is, as SOPS keeps kinds and names as they are.
 */
static const struct object *plain_of(struct sync_commit *commit, const struct plain_file *file,
                                     const struct object *object)
{
    for (size_t i = 0; i < file->docs.n; i++) {
        struct object plain = {0};
        const struct doc *doc = &file->docs.items[i];
        if (!doc->root || !object_read(doc, doc->root, &plain) ||
            !str_eq(plain.gvk.kind, object->gvk.kind) || !str_eq(plain.name, object->name) ||
            !str_eq(plain.namespace, object->namespace))
            continue;
        struct object *copy = ARENA_NEW(&commit->arena, struct object);
        *copy = *object;
        struct node *root = node_copy(&commit->arena, doc->root);
        (void)node_remove(root, STR("sops"));
        copy->doc = doc;
        copy->root = root;
        copy->source = file->source;
        copy->sops = false;
        return copy;
    }
    return NULL;
}

void sync_decrypt(struct sync_commit *commit, struct wanted_set *set)
{
    struct plain_files files = {0};
    for (size_t i = 0; i < set->objects.n; i++) {
        const struct object *object = set->objects.items[i].object;
        if (!object->sops)
            continue;
        const struct plain_file *file = decrypt(commit, &files, object->source);
        const struct object *plain = file ? plain_of(commit, file, object) : NULL;
        if (plain)
            set->objects.items[i].object = plain;
        else
            set->refusals++;
    }
}
