/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the table as C: all texts in one array of characters, since literals have a limit. */
#include "packgen.h"

#include "base/ascii.h"
#include "base/limits.h"

enum { PER_LINE = 24 };

struct texts {
    struct buf chars;
};

/* The name of the text's place: a constant expression. */
static void put_text(struct texts *texts, struct buf *out, const char *member, struct str text)
{
    buf_format(out, ".%s = texts + %zu, ", member, texts->chars.n);
    buf_add(&texts->chars, text);
    buf_add_char(&texts->chars, '\0');
}

static void put_slice(struct texts *texts, struct buf *out, const char *member, struct str text)
{
    buf_format(out, ".%s = {texts + %zu, %zu}, ", member, texts->chars.n, text.n);
    buf_add(&texts->chars, text);
    buf_add_char(&texts->chars, '\0');
}

static void put_name(struct buf *out, struct str id)
{
    buf_add_c(out, "PACK_");
    for (size_t i = 0; i < id.n; i++) {
        const char c = id.p[i];
        buf_add_char(out, ascii_is_lower(c)      ? (char)(c - 'a' + 'A')
                          : c == '/' || c == '-' ? '_'
                                                 : c);
    }
}

void packgen_emit_ids(const struct packgen *gen, struct buf *out)
{
    buf_add_c(out, "/* Made by tools/packgen.c. */\n#pragma once\n\nenum pack_id {\n");
    for (size_t i = 0; i < gen->n; i++) {
        buf_add_c(out, "    ");
        put_name(out, gen->items[i].id);
        buf_add_c(out, ",\n");
    }
    buf_add_c(out, "    PACK_COUNT\n};\n");
}

/* ---- the table ---- */

static struct str body_of(struct arena *arena, const struct node *root)
{
    static const char *const keys[] = {"match", "params", "variables", "validations", "fix"};
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct node *value = node_get(root, str_from(keys[i]));
        if (!value)
            continue;
        buf_format(&out, "%s\"%s\":", out.n ? "," : "{", keys[i]);
        doc_write_json(&out, value, 0);
    }
    if (out.n)
        buf_add_char(&out, '}');
    return str_dup(arena, buf_str(&out));
}

static void emit_kinds(const struct packgen *gen, size_t i, struct texts *texts, struct buf *out)
{
    buf_format(out, "static const char *const kinds_%zu[] = {", i);
    for (struct item it = list_first(gen->items[i].kinds); it.value; it = list_next(it)) {
        buf_format(out, "texts + %zu, ", texts->chars.n);
        buf_add(&texts->chars, node_text(it.value));
        buf_add_char(&texts->chars, '\0');
    }
    buf_add_c(out, "NULL};\n");
}

static struct str example(const struct node *list)
{
    return node_get_text(list_first(list).value, STR("manifest"));
}

static void emit_rule(const struct packgen *gen, const struct rule_file *file, size_t i,
                      struct texts *texts, struct buf *out)
{
    static const char *const severities[] = {[SEVERITY_OFF] = "SEVERITY_OFF",
                                             [SEVERITY_INFO] = "SEVERITY_INFO",
                                             [SEVERITY_WARNING] = "SEVERITY_WARNING",
                                             [SEVERITY_ERROR] = "SEVERITY_ERROR"};
    buf_add_c(out, "    [");
    put_name(out, file->id);
    buf_format(out, "] = {.rule = {.severity = %s, ", severities[file->severity]);
    put_text(texts, out, "id", file->id);
    put_text(texts, out, "summary", file->summary);
    put_text(texts, out, "why", file->why);
    put_text(texts, out, "fix", file->remedy);
    put_text(texts, out, "bad", example(file->fail));
    put_text(texts, out, "good", example(file->pass));
    buf_add_c(out, "}, ");
    put_slice(texts, out, "text", file->source->text);
    put_slice(texts, out, "docs", file->docs);
    if (!file->is_builtin) {
        put_slice(texts, out, "body", body_of(gen->arena, file->root));
        buf_format(out, ".kinds = kinds_%zu, ", i);
    }
    buf_format(out, ".is_default = %s, .is_builtin = %s},\n", file->is_default ? "true" : "false",
               file->is_builtin ? "true" : "false");
}

void packgen_emit_table(const struct packgen *gen, struct buf *out)
{
    struct texts texts;
    SCOPED(buf) struct buf table;
    buf_init(&texts.chars, LIMIT_FILE_BYTES);
    buf_init(&table, LIMIT_FILE_BYTES);
    for (size_t i = 0; i < gen->n; i++)
        if (!gen->items[i].is_builtin)
            emit_kinds(gen, i, &texts, &table);
    buf_add_c(&table, "\nconst struct pack_rule pack_rules[PACK_COUNT] = {\n");
    for (size_t i = 0; i < gen->n; i++)
        emit_rule(gen, &gen->items[i], i, &texts, &table);
    buf_add_c(&table, "};\n");
    buf_add_c(out, "/* Made by tools/packgen.c. */\n#include \"pack/pack.h\"\n\n"
                   "static const char texts[] = {");
    for (size_t i = 0; i < texts.chars.n; i++)
        buf_format(out, "%s%d,", i % PER_LINE == 0 ? "\n    " : " ", (signed char)texts.chars.p[i]);
    buf_add_c(out, "\n};\n\n");
    buf_add(out, buf_str(&table));
    buf_release(&texts.chars);
}
