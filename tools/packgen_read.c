/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files: found, read, and what must hold of all of them. */
#include "packgen.h"

#include "base/file.h"
#include "base/limits.h"

enum { FOLDERS = 3 }; /* rules/pod-security/baseline: the deepest there may be */

struct reading {
    struct packgen *gen;
    struct diags diags;
};

static void fail(struct reading *reading, struct source *source, struct span span, struct str text)
{
    reading->diags.at.source = source;
    diag_add(&reading->diags, RULE_POLICY_RULE, span, STR(""), "%.*s", STR_FMT(text));
}

static bool sees_objects(const struct node *validations, const struct node *variables)
{
    const struct node *const lists[] = {validations, variables};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (struct item it = list_first(lists[i]); it.value; it = list_next(it))
            if (str_has(node_get_text(it.value, STR("expression")), STR("objects.")) ||
                str_has(node_get_text(it.value, STR("expression")), STR("neighbours.")))
                return true;
    return false;
}

static void read_rule(struct reading *reading, struct str path, struct str id)
{
    struct arena *arena = reading->gen->arena;
    struct str text = {0};
    const int error = file_read(arena, str_to_c(arena, path), LIMIT_CONFIG_BYTES, &text);
    struct source *source = source_new(arena, path, text);
    struct doc_list docs = {0};
    struct rule_file file;
    reading->diags.at.source = source;
    if (error < 0) {
        fail(reading, source, (struct span){0, 0}, str_from(strerror(-error)));
        return;
    }
    if (doc_read_stream(arena, source, &reading->diags, &docs) < 0)
        return;
    if (docs.n != 1 || !docs.items[0].root) {
        fail(reading, source, (struct span){0, 0}, STR("must have one document, which is a rule"));
        return;
    }
    if (!rule_file_read(arena, &docs.items[0], RULE_FILE_PACK, &reading->diags, &file))
        return;
    const struct span at = node_span(node_get(file.root, STR("id")));
    if (!str_eq(file.id, id))
        fail(reading, source, at,
             str_format(arena, "id must be %.*s, as the file is named", STR_FMT(id)));
    else if (rule_find(id))
        fail(reading, source, at, STR("id is that of a rule in src/diag/rules.h"));
    else if (file.is_default && sees_objects(file.validations, file.variables))
        fail(
            reading, source, at,
            STR("a rule that looks at objects can't be on by default: each check of a change would "
                "read the whole repository"));
    VEC_PUSH(arena, reading->gen, file);
}

/* 0, or a negative errno of the folder. */
static int read_folder(struct reading *reading, struct str path, struct str id, unsigned depth)
{
    struct arena *arena = reading->gen->arena;
    struct dir_entries entries;
    const int error = dir_list(arena, str_to_c(arena, path), &entries);
    for (size_t i = 0; error == 0 && i < entries.n; i++) {
        const struct str name = entries.items[i].name;
        const struct str inner = path_join(arena, path, name);
        const struct str inner_id = path_join(arena, id, name);
        if (entries.items[i].info.kind == FILE_DIRECTORY) {
            if (depth == FOLDERS || read_folder(reading, inner, inner_id, depth + 1) < 0)
                fail(reading, source_new(arena, inner, STR("")), (struct span){0, 0},
                     STR("is a folder that can't be read, or too deep"));
        } else if (id.n && str_ends(name, STR(".yaml")) && !str_ends(name, STR("_test.yaml"))) {
            read_rule(reading, inner, str_sub(inner_id, 0, inner_id.n - strlen(".yaml")));
        }
    }
    return error;
}

int packgen_read(struct packgen *gen, const char *folder)
{
    struct reading reading = {.gen = gen};
    const int error = read_folder(&reading, str_from(folder), STR(""), 1);
    if (error < 0)
        fprintf(stderr, "%s: %s\n", folder, strerror(-error));
    for (size_t i = 0; i < reading.diags.n; i++) {
        const struct diag *diag = &reading.diags.items[i];
        const struct place place = source_place(diag->source, diag->span.start);
        fprintf(stderr, "%.*s:%u:%u: error: %.*s\n", STR_FMT(diag->source->path), place.line,
                place.column, STR_FMT(diag->message));
    }
    const bool failed = error < 0 || reading.diags.n > 0;
    diags_release(&reading.diags);
    return failed ? -1 : 0;
}
