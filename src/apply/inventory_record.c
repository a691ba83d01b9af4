/* SPDX-License-Identifier: Apache-2.0 */
/* Status and history of a set, as JSON in its parent. What is missing is empty, so that records of
 * older and newer versions can be read. */
#include "apply/inventory_internal.h"

#include "base/buf.h"

enum { RECORD_BYTES = 64 << 10, TEXT_BYTES = 400 };

/* ---- tables ---- */

#define FIELD(type, member)                                                                        \
    {                                                                                              \
#member, offsetof(struct type, member)                                                     \
    }

struct text_field {
    const char *name;
    size_t offset;
};

static const struct text_field attempt_texts[] = {
    FIELD(set_attempt, commit), FIELD(set_attempt, subject), FIELD(set_attempt, author),
    FIELD(set_attempt, digest), FIELD(set_attempt, trigger), FIELD(set_attempt, who),
    FIELD(set_attempt, reason),
};

static const struct text_field status_texts[] = {
    FIELD(set_status, applied), FIELD(set_status, good),      FIELD(set_status, rejected),
    FIELD(set_status, pinned),  FIELD(set_status, pinned_by), FIELD(set_status, on_remove),
};

static const struct text_field counts[] = {
    FIELD(set_counts, created),   FIELD(set_counts, updated), FIELD(set_counts, replaced),
    FIELD(set_counts, pruned),    FIELD(set_counts, kept),    FIELD(set_counts, failed),
    FIELD(set_counts, unchanged),
};

#undef FIELD

/* ---- writing ---- */

/* On one line, and no longer than a record may be: whole characters. */
static struct str cut(struct arena *arena, struct str text)
{
    char *out = arena_alloc_text(arena, MIN_OF(text.n, (size_t)TEXT_BYTES) + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < TEXT_BYTES; i++)
        out[n++] = (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i];
    while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return (struct str){out, n};
}

static void write_texts(struct arena *arena, struct jsonw *json, const struct text_field *fields,
                        size_t n, const void *from)
{
    for (size_t i = 0; i < n; i++) {
        struct str text;
        memcpy(&text, (const char *)from + fields[i].offset, sizeof text);
        if (text.n)
            jsonw_put_text(json, fields[i].name, cut(arena, text));
    }
}

static void write_attempt(struct arena *arena, struct jsonw *json,
                          const struct set_attempt *attempt)
{
    jsonw_open_map(json);
    write_texts(arena, json, attempt_texts, ARRAY_LEN(attempt_texts), attempt);
    jsonw_put_text(json, "state", str_from(set_state_name(attempt->state)));
    jsonw_put_i64(json, "start", attempt->start_s);
    if (attempt->end_s)
        jsonw_put_i64(json, "end", attempt->end_s);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        unsigned value;
        memcpy(&value, (const char *)&attempt->counts + counts[i].offset, sizeof value);
        if (value)
            jsonw_put_i64(json, counts[i].name, value);
    }
    if (attempt->differs_from_gate) {
        jsonw_key(json, "differsFromGate");
        jsonw_bool(json, true);
    }
    jsonw_close_map(json);
}

static void put_text(struct arena *arena, struct node *data, const char *key, const struct buf *out)
{
    node_put(arena, data, str_from(key), node_new_text(arena, str_dup(arena, buf_str(out))));
}

void inventory_write_record(struct arena *arena, const struct inventory *inventory,
                            struct node *data)
{
    const struct set_status *status = &inventory->status;
    SCOPED(buf) struct buf out, past;
    buf_init(&out, RECORD_BYTES);
    buf_init(&past, RECORD_BYTES);
    struct jsonw json = {.out = &out};
    jsonw_open_map(&json);
    write_texts(arena, &json, status_texts, ARRAY_LEN(status_texts), status);
    jsonw_key(&json, "attempt");
    write_attempt(arena, &json, &status->attempt);
    jsonw_close_map(&json);
    put_text(arena, data, INVENTORY_STATUS, &out);
    for (size_t i = 0; i < inventory->history.n; i++) {
        struct jsonw line = {.out = &past};
        write_attempt(arena, &line, &inventory->history.items[i]);
        buf_add_char(&past, '\n');
    }
    put_text(arena, data, INVENTORY_HISTORY, &past);
}

/* ---- reading ---- */

static void read_texts(const struct node *from, const struct text_field *fields, size_t n, void *to)
{
    for (size_t i = 0; i < n; i++) {
        const struct str text = node_get_text(from, str_from(fields[i].name));
        memcpy((char *)to + fields[i].offset, &text, sizeof text);
    }
}

static int64_t read_number(const struct node *from, const char *key, int64_t most)
{
    int64_t value;
    if (!node_i64(node_get(from, str_from(key)), &value) || value < 0 || value > most)
        return 0;
    return value;
}

static void read_attempt(const struct node *from, struct set_attempt *attempt)
{
    const struct str state = node_get_text(from, STR("state"));
    *attempt = (struct set_attempt){0};
    read_texts(from, attempt_texts, ARRAY_LEN(attempt_texts), attempt);
    for (int i = SET_UNKNOWN; i <= SET_ROLLED_BACK; i++)
        if (str_is(state, set_state_name((enum set_state)i)))
            attempt->state = (enum set_state)i;
    attempt->start_s = read_number(from, "start", INT64_MAX);
    attempt->end_s = read_number(from, "end", INT64_MAX);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        const unsigned value = (unsigned)read_number(from, counts[i].name, INT32_MAX);
        memcpy((char *)&attempt->counts + counts[i].offset, &value, sizeof value);
    }
    attempt->differs_from_gate = node_bool(node_get(from, STR("differsFromGate")));
}

static int parse(struct arena *arena, struct str text, const struct node **ret_root,
                 struct str *ret_why)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc;
    struct source *source = source_new(arena, STR("record"), str_dup(arena, text));
    if (doc_read_json(arena, source, &dropped, &doc) == 0 && node_kind(doc.root) == NODE_MAP) {
        *ret_root = doc.root;
        return 0;
    }
    *ret_why = STR("its status or history is damaged");
    return -1;
}

static int read_history(struct arena *arena, struct str text, struct inventory *inventory,
                        struct str *ret_why)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        const struct node *root;
        struct set_attempt attempt;
        if (!line.n)
            continue;
        if (inventory->history.n == INVENTORY_HISTORY_MAX || parse(arena, line, &root, ret_why) < 0)
            return -1;
        read_attempt(root, &attempt);
        VEC_PUSH(arena, &inventory->history, attempt);
    }
    return 0;
}

int inventory_read_record(struct arena *arena, const struct node *data, struct inventory *inventory,
                          struct str *ret_why)
{
    const struct str status = node_get_text(data, STR(INVENTORY_STATUS));
    const struct node *root;
    *ret_why = STR("its history is longer than it may be");
    if (status.n) {
        if (parse(arena, status, &root, ret_why) < 0)
            return -1;
        read_texts(root, status_texts, ARRAY_LEN(status_texts), &inventory->status);
        read_attempt(node_get(root, STR("attempt")), &inventory->status.attempt);
    }
    return read_history(arena, node_get_text(data, STR(INVENTORY_HISTORY)), inventory, ret_why);
}
