/* SPDX-License-Identifier: Apache-2.0 */
/* Patches as JSON, so that a finding can keep one without knowing of nodes. */
#include "base/limits.h"
#include "edit/edit_internal.h"

/* order: edit_kind */
static const char *const edit_kind_names[] = {"add", "replace", "remove", "test"};

bool edit_kind_parse(struct str name, enum edit_kind *ret_kind)
{
    for (size_t i = 0; i < ARRAY_LEN(edit_kind_names); i++)
        if (str_is(name, edit_kind_names[i])) {
            *ret_kind = (enum edit_kind)i;
            return true;
        }
    return false;
}

static void write_step(struct buf *out, struct str step)
{
    buf_add_char(out, '/');
    for (size_t i = 0; i < step.n; i++) {
        if (step.p[i] == '~' || step.p[i] == '/')
            buf_add_c(out, step.p[i] == '~' ? "~0" : "~1");
        else
            buf_add_char(out, step.p[i]);
    }
}

struct str edit_pointer(struct arena *arena, const struct path *path)
{
    struct str pointer = STR("");
    for (; path && path->up; path = path->up) {
        struct buf step SCOPED(buf) = {0};
        buf_init(&step, LIMIT_FILE_BYTES);
        if (path->name.p)
            write_step(&step, path->name);
        else
            buf_format(&step, "/%" PRIu32, path->index);
        pointer = str_concat(arena, buf_str(&step), pointer);
    }
    return pointer;
}

struct str edit_patch_write(struct arena *arena, const struct edit_patch *patch)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    struct jsonw w = {.out = &out};
    jsonw_open_list(&w);
    for (size_t i = 0; i < patch->n; i++) {
        const struct edit_op *op = &patch->items[i];
        jsonw_open_map(&w);
        jsonw_put_text(&w, "op", str_from(edit_kind_names[op->kind]));
        jsonw_put_text(&w, "path", op->path);
        if (op->kind != EDIT_REMOVE) {
            jsonw_key(&w, "value");
            doc_write_json(&out, op->value, 0);
            w.after_key = false;
        }
        jsonw_close_map(&w);
    }
    jsonw_close_list(&w);
    return out.full ? STR("[]") : str_dup(arena, buf_str(&out));
}

void edit_patch_read(struct arena *arena, struct str json, struct edit_patch *ret_patch)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc doc;
    if (doc_read_json(arena, source_new(arena, STR("patch"), json), &diags, &doc) < 0 || !doc.root)
        return;
    for (struct item it = list_first(doc.root); it.value; it = list_next(it)) {
        struct edit_op op = {.path = node_get_text(it.value, STR("path")),
                             .value = node_get(it.value, STR("value"))};
        if (edit_kind_parse(node_get_text(it.value, STR("op")), &op.kind))
            VEC_PUSH(arena, ret_patch, op);
    }
}
