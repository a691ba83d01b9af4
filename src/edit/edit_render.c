/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text, in the style of the document that they go to. */
#include "base/ascii.h"
#include "base/limits.h"
#include "edit/edit_internal.h"

bool edit_is_inline(const struct node *value)
{
    const struct node *real = node_real(value);
    if (real->kind == NODE_STRING)
        return str_find_char((struct str){real->text, real->n}, '\n') < 0;
    return real->kind < NODE_LIST || real->n == 0;
}

/* ---- scalars ---- */

/* As the writer of YAML has it: plain when nobody can misread it, else in double quotes. */
static void write_safe(struct buf *out, const struct node *value)
{
    const size_t before = out->n;
    doc_write_yaml(out, value);
    if (out->n > before)
        buf_cut(out, out->n - 1);
}

/* Whether double quotes show every character as itself but quotes and backslashes. */
static bool is_unescaped(struct str quoted)
{
    for (size_t i = 0; i + 1 < quoted.n; i++) {
        if (quoted.p[i] != '\\')
            continue;
        i++;
        if (quoted.p[i] != '"' && quoted.p[i] != '\\')
            return false;
    }
    return true;
}

static void write_single(struct buf *out, struct str text)
{
    buf_add_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        buf_add_char(out, text.p[i]);
        if (text.p[i] == '\'')
            buf_add_char(out, '\'');
    }
    buf_add_char(out, '\'');
}

static void write_text(struct buf *out, const struct edit_style *style, const struct node *value,
                       enum node_style like)
{
    struct buf safe SCOPED(buf) = {0};
    struct buf quoted SCOPED(buf) = {0};
    buf_init(&safe, LIMIT_FILE_BYTES);
    buf_init(&quoted, LIMIT_FILE_BYTES);
    write_safe(&safe, value);
    jsonw_quote(&quoted, node_text(value));
    const bool needs = safe.n > 0 && safe.p[0] == '"';
    const bool single =
        like == NODE_SINGLE_QUOTED || (needs && like != NODE_DOUBLE_QUOTED && style->single_quotes);
    if (single && is_unescaped(needs ? buf_str(&safe) : buf_str(&quoted)))
        write_single(out, node_text(value));
    else if (like == NODE_DOUBLE_QUOTED && !needs)
        buf_add(out, buf_str(&quoted));
    else
        buf_add(out, buf_str(&safe));
}

void edit_render_inline(struct buf *out, const struct edit_style *style, const struct node *value,
                        enum node_style like)
{
    if (node_kind(value) == NODE_STRING && !style->json)
        write_text(out, style, node_real(value), like);
    else
        doc_write_json(out, value, 0);
}

bool edit_render_literal(struct arena *arena, const struct edit_style *style, struct str text,
                         uint32_t column, struct str *ret_header, struct str *ret_lines)
{
    enum { KEY = 3, INDENT = 2 }; /* "k: " and what the writer indents by */
    struct buf whole SCOPED(buf) = {0};
    struct buf lines SCOPED(buf) = {0};
    buf_init(&whole, LIMIT_FILE_BYTES);
    buf_init(&lines, LIMIT_FILE_BYTES);
    struct node *map = node_new(arena, NODE_MAP);
    node_put(arena, map, STR("k"), node_new_text(arena, text));
    doc_write_yaml(&whole, map);
    struct str rest = str_sub(buf_str(&whole), KEY, whole.n - 1);
    const ptrdiff_t end = str_find_char(rest, '\n');
    if (end < 0 || rest.p[0] != '|')
        return false;
    *ret_header = str_dup(arena, str_sub(rest, 0, (size_t)end));
    rest = str_from_offset(rest, (size_t)end + 1);
    for (;;) {
        const ptrdiff_t next = str_find_char(rest, '\n');
        const struct str line = next < 0 ? rest : str_sub(rest, 0, (size_t)next);
        buf_add(&lines, style->newline);
        if (line.n) {
            buf_add_n(&lines, ' ', column);
            buf_add(&lines, str_from_offset(line, INDENT));
        }
        if (next < 0)
            break;
        rest = str_from_offset(rest, (size_t)next + 1);
    }
    *ret_lines = str_dup(arena, buf_str(&lines));
    return true;
}

/* ---- block style ---- */

static void write_break(struct buf *out, const struct edit_style *style, uint32_t column)
{
    buf_add(out, style->newline);
    buf_add_n(out, ' ', column);
}

static void write_lines(struct buf *out, const struct edit_style *style, const struct node *value,
                        uint32_t column)
{
    struct arena arena SCOPED(arena) = {0};
    struct str header, lines;
    if (!edit_render_literal(&arena, style, node_text(value), column, &header, &lines)) {
        edit_render_inline(out, style, value, NODE_PLAIN);
        return;
    }
    buf_add(out, header);
    buf_add(out, lines);
}

void edit_render_entry(struct buf *out, const struct edit_style *style, const struct node *key,
                       const struct node *value, uint32_t column)
{
    const enum node_kind kind = node_kind(value);
    edit_render_inline(out, style, key, NODE_PLAIN);
    buf_add_char(out, ':');
    if (edit_is_inline(value)) {
        buf_add_char(out, ' ');
        edit_render_inline(out, style, value, NODE_PLAIN);
    } else if (kind == NODE_STRING) {
        buf_add_char(out, ' ');
        write_lines(out, style, value, column + style->map_step);
    } else {
        const uint32_t step = kind == NODE_MAP ? style->map_step : style->list_step;
        write_break(out, style, column + step);
        edit_render_block(out, style, value, column + step);
    }
}

static void write_item(struct buf *out, const struct edit_style *style, const struct node *item,
                       uint32_t column)
{
    buf_add_char(out, '-');
    buf_add_n(out, ' ', style->dash_step - 1);
    if (edit_is_inline(item))
        edit_render_inline(out, style, item, NODE_PLAIN);
    else
        edit_render_block(out, style, item, column + style->dash_step);
}

void edit_render_block(struct buf *out, const struct edit_style *style, const struct node *value,
                       uint32_t column)
{
    const struct node *real = node_real(value);
    if (real->kind == NODE_STRING)
        write_lines(out, style, real, column);
    for (struct entry e = map_first(real); e.key; e = map_next(e)) {
        if (e.key != real->first)
            write_break(out, style, column);
        edit_render_entry(out, style, e.key, e.value, column);
    }
    for (struct item it = list_first(real); it.value; it = list_next(it)) {
        if (it.index)
            write_break(out, style, column);
        write_item(out, style, it.value, column);
    }
}

/* ---- inside of brackets ---- */

static bool is_simple(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (!ascii_is_alnum(c) && !memchr("_./-", c, 4))
            return false;
    }
    return text.n > 0;
}

static void write_flow_scalar(struct buf *out, const struct edit_style *style,
                              const struct node *value)
{
    if (!style->json && node_kind(value) == NODE_STRING && is_simple(node_text(value)))
        write_text(out, style, node_real(value), NODE_PLAIN);
    else
        doc_write_json(out, value, 0);
}

void edit_render_flow_key(struct buf *out, const struct edit_style *style, const struct node *key)
{
    write_flow_scalar(out, style, key);
    buf_add_c(out, style->colon_blank || !style->json ? ": " : ":");
}

static void write_flow_break(struct buf *out, const struct edit_style *style,
                             const struct str *indent, bool deeper)
{
    if (!indent)
        return;
    buf_add(out, style->newline);
    buf_add(out, *indent);
    if (deeper)
        buf_add_n(out, style->tabs ? '\t' : ' ', style->map_step);
}

static void write_flow_comma(struct buf *out, const struct edit_style *style,
                             const struct str *indent)
{
    buf_add_c(out, indent || !style->colon_blank ? "," : ", ");
}

static void write_flow_children(struct buf *out, const struct edit_style *style,
                                const struct node *real, const struct str *indent,
                                const struct str *inside)
{
    for (struct entry e = map_first(real); e.key; e = map_next(e)) {
        if (e.key != real->first)
            write_flow_comma(out, style, indent);
        write_flow_break(out, style, indent, true);
        edit_render_flow_key(out, style, e.key);
        edit_render_flow(out, style, e.value, inside);
    }
    for (struct item it = list_first(real); it.value; it = list_next(it)) {
        if (it.index)
            write_flow_comma(out, style, indent);
        write_flow_break(out, style, indent, true);
        edit_render_flow(out, style, it.value, inside);
    }
}

void edit_render_flow(struct buf *out, const struct edit_style *style, const struct node *value,
                      const struct str *indent)
{
    const struct node *real = node_real(value);
    if (real->kind < NODE_LIST || real->n == 0) {
        write_flow_scalar(out, style, real);
        return;
    }
    struct buf deeper SCOPED(buf) = {0};
    buf_init(&deeper, LIMIT_FILE_BYTES);
    if (indent) {
        buf_add(&deeper, *indent);
        buf_add_n(&deeper, style->tabs ? '\t' : ' ', style->map_step);
    }
    const struct str inside = buf_str(&deeper);
    buf_add_char(out, real->kind == NODE_MAP ? '{' : '[');
    write_flow_children(out, style, real, indent, indent ? &inside : NULL);
    write_flow_break(out, style, indent, false);
    buf_add_char(out, real->kind == NODE_MAP ? '}' : ']');
}
