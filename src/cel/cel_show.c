/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text: for people, and in cel-go's own messages. */
#include "cel/cel_internal.h"

enum { SHOW_DEPTH = 8 };

static void show(struct buf *out, struct cel_run *run, struct cel_value value, unsigned depth);

static void show_container(struct buf *out, struct cel_run *run, struct cel_value value,
                           unsigned depth)
{
    bool is_map = value.kind == CEL_MAP;
    struct cel_iter iter = {.of = value};
    struct cel_value key;
    struct cel_value item;
    bool comma = false;
    buf_add_char(out, is_map ? '{' : '[');
    while (depth < SHOW_DEPTH && !out->full && cel_iter_next(run, &iter, &key, &item)) {
        if (comma)
            buf_add_c(out, ", ");
        comma = true;
        if (is_map) {
            show(out, run, key, depth + 1);
            buf_add_c(out, ": ");
        }
        show(out, run, item, depth + 1);
    }
    buf_add_char(out, is_map ? '}' : ']');
}

static void show_bytes(struct buf *out, struct cel_value value)
{
    buf_add_c(out, "b\"");
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.text[i];
        if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\')
            buf_format(out, "\\x%02x", c);
        else
            buf_add_char(out, (char)c);
    }
    buf_add_char(out, '"');
}

static void show_made(struct buf *out, struct cel_run *run, struct cel_value value, unsigned depth)
{
    if (value.kind == CEL_OPTIONAL) {
        buf_add_c(out, value.inner ? "optional.of(" : "optional.none(");
        if (value.inner && depth < SHOW_DEPTH)
            show(out, run, *value.inner, depth + 1);
        buf_add_char(out, ')');
        return;
    }
    if (value.kind == CEL_OPAQUE) {
        buf_add(out, value.class->type->name);
        buf_add_char(out, '(');
        if (value.class->format)
            value.class->format(out, value.data);
        buf_add_char(out, ')');
        return;
    }
    buf_add_c(out, "error: ");
    buf_add(out, cel_error_text(value));
}

static void show(struct buf *out, struct cel_run *run, struct cel_value value, unsigned depth)
{
    switch ((enum cel_kind)value.kind) {
    case CEL_STRING:
        jsonw_quote(out, cel_text(value));
        return;
    case CEL_BYTES:
        show_bytes(out, value);
        return;
    case CEL_UINT:
        buf_format(out, "%" PRIu64 "u", value.u64);
        return;
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        buf_add_c(out, value.kind == CEL_DURATION ? "duration(\"" : "timestamp(\"");
        cel_value_plain(out, value);
        buf_add_c(out, "\")");
        return;
    case CEL_LIST:
    case CEL_MAP:
        show_container(out, run, value, depth);
        return;
    case CEL_OPTIONAL:
    case CEL_OPAQUE:
    case CEL_ERROR:
    case CEL_UNKNOWN:
        show_made(out, run, value, depth);
        return;
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_INT:
    case CEL_DOUBLE:
    case CEL_TYPE:
    case CEL_DYN:
    case CEL_ANY:
    case CEL_STRUCT:
    case CEL_PARAM:
        cel_value_plain(out, value);
        return;
    }
}

void cel_value_format(struct buf *out, struct cel_run *run, struct cel_value value, size_t max)
{
    struct buf text;
    buf_init(&text, max);
    show(&text, run, value, 0);
    buf_add(out, buf_str(&text));
    if (text.full)
        buf_add_c(out, "...");
    buf_release(&text);
}

void cel_value_plain(struct buf *out, struct cel_value value)
{
    switch ((enum cel_kind)value.kind) {
    case CEL_NULL:
        buf_add_c(out, "null");
        return;
    case CEL_BOOL:
        buf_add_c(out, value.boolean ? "true" : "false");
        return;
    case CEL_INT:
        buf_format(out, "%" PRId64, value.i64);
        return;
    case CEL_UINT:
        buf_format(out, "%" PRIu64, value.u64);
        return;
    case CEL_DOUBLE:
        cel_double_format(out, value.f64);
        return;
    case CEL_STRING:
    case CEL_BYTES:
        buf_add(out, cel_text(value));
        return;
    case CEL_TIMESTAMP:
        cel_timestamp_format(out, value.i64, value.nanos);
        return;
    case CEL_DURATION:
        cel_duration_format(out, value.i64);
        return;
    case CEL_TYPE:
        buf_add(out, value.type->name);
        return;
    case CEL_LIST:
    case CEL_MAP:
    case CEL_OPTIONAL:
    case CEL_OPAQUE:
    case CEL_ERROR:
    case CEL_UNKNOWN:
    case CEL_DYN:
    case CEL_ANY:
    case CEL_STRUCT:
    case CEL_PARAM:
        buf_add(out, cel_kind_name(value));
        return;
    }
}
