/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out: the append-only writer for reports, and trees written with it. */
#include "base/number.h"
#include "base/utf8.h"
#include "doc/doc.h"

/* ---- the writer ---- */

static void new_line(struct jsonw *w)
{
    if (!w->indent)
        return;
    buf_add_char(w->out, '\n');
    buf_add_n(w->out, ' ', (size_t)w->indent * w->depth);
}

/* Before each value and each key: the comma and the line, unless a key stands before it. */
static void before(struct jsonw *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->need_comma)
        buf_add_char(w->out, ',');
    if (w->depth)
        new_line(w);
}

static void open_with(struct jsonw *w, char c)
{
    before(w);
    buf_add_char(w->out, c);
    w->depth++;
    w->need_comma = false;
}

static void close_with(struct jsonw *w, char c)
{
    if (!w->depth || w->after_key)
        BUG("JSON is closed where nothing can be closed");
    w->depth--;
    if (w->need_comma)
        new_line(w);
    buf_add_char(w->out, c);
    w->need_comma = true;
}

void jsonw_open_map(struct jsonw *w)
{
    open_with(w, '{');
}

void jsonw_close_map(struct jsonw *w)
{
    close_with(w, '}');
}

void jsonw_open_list(struct jsonw *w)
{
    open_with(w, '[');
}

void jsonw_close_list(struct jsonw *w)
{
    close_with(w, ']');
}

static void write_key(struct jsonw *w, struct str key)
{
    before(w);
    jsonw_quote(w->out, key);
    buf_add_c(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

static void write_raw(struct jsonw *w, struct str text)
{
    before(w);
    buf_add(w->out, text);
    w->need_comma = true;
}

void jsonw_key(struct jsonw *w, const char *key)
{
    write_key(w, str_from(key));
}

void jsonw_text(struct jsonw *w, struct str text)
{
    before(w);
    jsonw_quote(w->out, text);
    w->need_comma = true;
}

void jsonw_i64(struct jsonw *w, int64_t value)
{
    char text[24];
    const int n = snprintf(text, sizeof text, "%" PRId64, value);
    write_raw(w, (struct str){text, (size_t)n});
}

void jsonw_bool(struct jsonw *w, bool value)
{
    write_raw(w, value ? STR("true") : STR("false"));
}

void jsonw_null(struct jsonw *w)
{
    write_raw(w, STR("null"));
}

void jsonw_put_text(struct jsonw *w, const char *key, struct str text)
{
    jsonw_key(w, key);
    jsonw_text(w, text);
}

void jsonw_put_i64(struct jsonw *w, const char *key, int64_t value)
{
    jsonw_key(w, key);
    jsonw_i64(w, value);
}

/* ---- strings ---- */

static void escape(struct buf *out, uint32_t rune)
{
    static const char names[] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
                                 ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\'};
    if (rune < ARRAY_LEN(names) && names[rune]) {
        buf_add_char(out, '\\');
        buf_add_char(out, names[rune]);
        return;
    }
    if (rune < 0x10000) {
        buf_format(out, "\\u%04" PRIx32, rune);
        return;
    }
    rune -= 0x10000;
    buf_format(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xD800 + (rune >> 10),
               0xDC00 + (rune & 0x3FF));
}

/* What a terminal or a browser could act on is escaped too, though JSON would not ask for it. */
void jsonw_quote(struct buf *out, struct str text)
{
    buf_add_char(out, '"');
    size_t plain = 0; /* start of what is copied as it is */
    for (size_t pos = 0; pos < text.n;) {
        const size_t at = pos;
        const unsigned char c = (unsigned char)text.p[pos];
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
            pos++;
            continue;
        }
        const uint32_t rune = utf8_next(text, &pos);
        const bool bad = rune == RUNE_BAD && pos - at == 1;
        if (!bad && c >= 0x80 && !rune_is_hostile(rune))
            continue;
        buf_add(out, str_sub(text, plain, at));
        plain = pos;
        if (bad)
            buf_add_rune(out, RUNE_BAD);
        else
            escape(out, rune);
    }
    buf_add(out, str_sub(text, plain, text.n));
    buf_add_char(out, '"');
}

/* ---- trees ---- */

static void write_number(struct jsonw *w, const struct node *node)
{
    int64_t i;
    uint64_t u;
    double d;
    char text[32];
    if (node->kind == NODE_INT && node_i64(node, &i)) {
        jsonw_i64(w, i);
        return;
    }
    if (node->kind == NODE_UINT && node_u64(node, &u)) {
        const int n = snprintf(text, sizeof text, "%" PRIu64, u);
        write_raw(w, (struct str){text, (size_t)n});
        return;
    }
    if (!node_double(node, &d))
        BUG("a number node without a number");
    write_raw(w, (struct str){text, number_format_json(d, text)});
}

static void write_node(struct jsonw *w, const struct node *node)
{
    node = node_real(node);
    switch (node_kind(node)) {
    case NODE_NULL:
    case NODE_ALIAS:
        jsonw_null(w);
        return;
    case NODE_BOOL:
        jsonw_bool(w, node_bool(node));
        return;
    case NODE_INT:
    case NODE_UINT:
    case NODE_FLOAT:
        write_number(w, node);
        return;
    case NODE_STRING:
        jsonw_text(w, node_text(node));
        return;
    case NODE_LIST:
        jsonw_open_list(w);
        for (struct item it = list_first(node); it.value; it = list_next(it))
            write_node(w, it.value);
        jsonw_close_list(w);
        return;
    case NODE_MAP:
        jsonw_open_map(w);
        for (struct entry e = map_first(node); e.key; e = map_next(e)) {
            write_key(w, node_text(e.key));
            write_node(w, e.value);
        }
        jsonw_close_map(w);
        return;
    }
}

void doc_write_json(struct buf *out, const struct node *node, unsigned indent)
{
    struct jsonw w = {.out = out, .indent = indent};
    write_node(&w, node);
}
