/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doc: the one tree, its readers and writers. YAML, JSON and API answers all become `struct node`,
 * so validation, CEL, diff, health and reports walk one thing.
 *
 * Flow: make a source (diag.h), read it, walk it.
 *
 *   struct doc_list docs = {0};
 *   doc_read_file(&arena, source, &diags, &docs);     // as kubectl splits and the server decodes
 *   for (size_t i = 0; i < docs.n; i++)
 *       if (docs.items[i].root) walk(docs.items[i].root);
 *
 * Lifetime: nodes live in the arena that was given to the reader; scalar text points into the
 * source where it stands there literally, into the arena otherwise. So source and arena outlive
 * the tree. Trees that were read are const; make changes on a copy (`node_copy`).
 *
 * Meaning: scalars mean what the API server's decoder makes of them (go-yaml v2 behind
 * sigs.k8s.io/yaml), not what YAML 1.2 says: `on` is true, `0o17` and `017` are 15, `0888` is 888,
 * `12:30:45` and dates are text, `3.0` is 3. Merge keys are already merged, in document order;
 * duplicate keys are reported, and the tree keeps the last value. Map keys are always text: other
 * scalars became text as the server's converter writes them.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"
#include "diag/diag.h"

/* ---- the tree ---- */

enum node_kind {
    NODE_NULL,
    NODE_BOOL,
    NODE_INT,   /* fits int64 */
    NODE_UINT,  /* above int64, fits uint64 */
    NODE_FLOAT, /* finite */
    NODE_STRING,
    NODE_LIST,
    NODE_MAP,
    NODE_ALIAS, /* stands for its anchor's node; every accessor below looks through it */
};

enum node_style {
    NODE_PLAIN,
    NODE_SINGLE_QUOTED,
    NODE_DOUBLE_QUOTED,
    NODE_LITERAL,
    NODE_FOLDED,
    NODE_BLOCK, /* collections */
    NODE_FLOW,
    NODE_MADE, /* not from a source: defaulted or built */
};

enum node_flag {
    NODE_MERGED = 1 << 0,    /* came in by a merge key: start and end are the anchor's */
    NODE_CONVERTED = 1 << 1, /* key whose text differs from what is written (on -> true) */
    NODE_TAGGED = 1 << 2,    /* had an explicit tag */
    NODE_TRUE = 1 << 3,      /* value of a NODE_BOOL */
    NODE_ANCHORED = 1 << 4,  /* has an anchor */
    NODE_CUT = 1 << 5,       /* something was taken away here, by the origin */
    NODE_UNKNOWN = 1 << 6,   /* what stands here in the end is not known: ${VAR} without a value */
    NODE_ORIGIN = 8,         /* bits from here on: which patch made it (doc_patch.h), 0: none */
};

/* 32 bytes. A map has alternating key and value children, in source order. */
struct node {
    uint8_t kind;   /* enum node_kind */
    uint8_t style;  /* enum node_style */
    uint16_t flags; /* enum node_flag */
    uint32_t start; /* bytes [start, start + len) of the source */
    uint32_t len;
    uint32_t n; /* scalars: bytes of text; lists: items; maps: entries */
    union {
        struct node *first; /* lists and maps: first child; aliases: the node they stand for */
        const char *text;   /* scalars: the value as text (numbers: as written) */
    };
    struct node *next; /* next sibling */
};

_Static_assert(sizeof(struct node) == 32, "a node is 32 bytes");

/* The node itself, or what an alias stands for. NULL gives NULL. */
const struct node *node_real(const struct node *node);
struct span node_span(const struct node *node);    /* of the node as written: an alias' own place */
enum node_kind node_kind(const struct node *node); /* looks through aliases; NULL is NODE_NULL */
const char *node_kind_name(enum node_kind kind); /* "string", "number", "list", ... for messages */
bool node_is_null(const struct node *node);      /* absent or null */
bool node_is_scalar(const struct node *node);
bool node_is_zero(const struct node *node);    /* of Go: null, false, 0, "", or without entries */
struct str node_text(const struct node *node); /* scalars; "" otherwise */
bool node_bool(const struct node *node);       /* NODE_BOOL only */
/* Integers and integral floats, as the server accepts them for an integer field. False when the
 * value is no integer or does not fit. */
bool node_i64(const struct node *node, int64_t *ret_value);
bool node_u64(const struct node *node, uint64_t *ret_value);  /* as node_i64, not negative */
bool node_double(const struct node *node, double *ret_value); /* any number */

/* Iteration: values come looked through aliases, `written` is the node as it stands in the map or
 * list (for positions).
 *
 *   for (struct entry e = map_first(map); e.key; e = map_next(e)) ...
 *   for (struct item it = list_first(list); it.value; it = list_next(it)) ...
 */
struct entry {
    const struct node *key; /* NULL at the end */
    const struct node *value;
    const struct node *written;
};
struct item {
    const struct node *value; /* NULL at the end */
    const struct node *written;
    uint32_t index;
};
struct entry map_first(const struct node *map); /* of anything but a map: the end */
struct entry map_next(struct entry entry);
struct item list_first(const struct node *list); /* of anything but a list: the end */
struct item list_next(struct item item);

/* Value under a key, or NULL; of anything but a map: NULL. */
const struct node *node_get(const struct node *map, struct str key);
struct entry node_entry(const struct node *map, struct str key); /* .key NULL when absent */
const struct node *node_at(const struct node *list, uint32_t index);
/* Text of a string value under a key, or the empty string. */
struct str node_get_text(const struct node *map, struct str key);

/* ---- building and copying ---- */

struct node *node_copy(struct arena *arena,
                       const struct node *node); /* deep; aliases become copies */
struct node *node_new(struct arena *arena, enum node_kind kind) RETURNS_NONNULL;
struct node *node_new_text(struct arena *arena, struct str text) RETURNS_NONNULL;
struct node *node_new_i64(struct arena *arena, int64_t value) RETURNS_NONNULL;
struct node *node_new_bool(struct arena *arena, bool value) RETURNS_NONNULL;
/* Adds or replaces an entry; the value is linked, not copied. */
void node_put(struct arena *arena, struct node *map, struct str key, struct node *value);
void node_add(struct node *list, struct node *item);
bool node_remove(struct node *map, struct str key);
/* Same JSON value: numbers by value, maps in any order. */
bool node_equal(const struct node *a, const struct node *b);

/* ---- readers ---- */

struct doc {
    struct source *source;
    const struct node *root; /* NULL: empty, or broken */
    struct span span;        /* of the document in the source */
    bool broken;             /* could not be read; reported */
    bool json;
    bool filled;   /* values differ from what is written: variables are filled in */
    bool unknowns; /* some node is NODE_UNKNOWN */
};

struct doc_list {
    VEC(struct doc);
};

/*
 * A file as kubectl and the API server read it: a UTF-8 or UTF-16 byte order mark is understood
 * (UTF-16 text is converted, source->text is then the converted text); text that starts with `{`
 * is a stream of JSON values; else it is split at lines that start with `---` and of each part the
 * first document counts. What is left over is reported (document/ignored-text). Findings go to
 * `diags`; documents that can't be read are in the list with `broken` set, so nothing is lost from
 * the counts. -1 only when nothing more can be read at all (a limit).
 */
int doc_read_file(struct arena *arena, struct source *source, struct diags *diags,
                  struct doc_list *ret_docs) MUST_USE;
/* The whole stream with YAML's own document marks, as go-yaml reads it. Used for configuration. */
int doc_read_stream(struct arena *arena, struct source *source, struct diags *diags,
                    struct doc_list *ret_docs) MUST_USE;
/* One JSON text (RFC 8259, nothing after it). 64-bit integers are kept. */
int doc_read_json(struct arena *arena, struct source *source, struct diags *diags,
                  struct doc *ret_doc) MUST_USE;

/* ---- field paths ---- */

/*
 * One step of a field path, linked upwards; it lives on the walker's stack. The root has up == NULL
 * and no name.
 */
struct path {
    const struct path *up;
    struct str name;         /* field or map key; .p NULL for a list index */
    uint32_t index;          /* list index */
    bool is_key;             /* a map's key, printed as [key], not a field */
    const struct node *node; /* the value here, or NULL when absent */
    const struct str *keys;  /* list entries: fields that identify them, from the schema, or NULL */
    uint32_t key_count;
};

/* As the API server writes it: spec.containers[0].ports[1], metadata.annotations[a/b]. */
struct str path_format(struct arena *arena, const struct path *path);
/* With list entries by their keys (`keys`, else name, key, id, else the index), for comparing
 * sides: spec.containers[name=web].ports[containerPort=80,protocol=TCP]. */
struct str path_identity(struct arena *arena, const struct path *path);

/* Whether the server would write a map's key in brackets: metadata.labels[app], data[a.b]. Known
 * from the map's own name and the key's looks, because no schema is at hand here. */
bool path_shows_key(const struct path *map, struct str key);
struct lookup {
    const struct node *key;    /* of the last step when it is a map entry */
    const struct node *value;  /* NULL when the path does not exist */
    const struct node *parent; /* deepest node that exists on the way */
    struct span key_span; /* of that deepest step's key, where a finding goes when value is NULL */
};
/* From a path as the server writes it to the node. Where a name can be read two ways (dots in keys)
 * the longest key that exists wins. */
struct lookup path_find(const struct node *root, struct str field);
/* Back: the field path of a node in a tree; false when it is not in it. */
bool path_of(struct arena *arena, const struct node *root, const struct node *node,
             struct str *ret_field);

/* A finding at a path: field and identity are written from it. See diag_add. */
struct diag *diag_add_path(struct diags *diags, enum rule_id rule, struct span span,
                           const struct path *path, const char *fmt, ...) PRINTF(5, 6);

/* ---- quantities ---- */

/* A resource quantity (apimachinery's resource.Quantity) as value = digits * 10^scale or, for
 * binary suffixes, already multiplied out. Kept as 128 bits in billionths, which covers everything
 * that the server keeps exactly (nano is its smallest unit). */
struct quantity {
    __extension__ __int128 nano;
    enum { QUANTITY_DECIMAL, QUANTITY_BINARY, QUANTITY_EXPONENT } format;
};

/* As the server's JSON decoder takes it: blanks around it don't count. NULL when it parses, else
 * what is wrong, for a message. Over 1.7e29 all values are the same largest one; the server accepts
 * them too. */
const char *quantity_parse(struct str text, struct quantity *ret_quantity);
/* Of a text or a number, which counts for its value however it is written: 0x10 is 16. */
const char *quantity_of(const struct node *node, struct quantity *ret_quantity);
int quantity_cmp(const struct quantity *a, const struct quantity *b);
bool quantity_is_integer(const struct quantity *quantity);
/* As the server writes it: 1Gi, 1500m. */
struct str quantity_format(struct arena *arena, const struct quantity *quantity);
/* What was likely meant by a text that is no quantity, in quotes, for "did you mean %s?":
 * `"500Mi" or "500m"`. Empty when there is no idea. */
struct str quantity_suggest(struct arena *arena, struct str text);

/* ---- writers ---- */

/* JSON text of a tree; indent 0 writes one line. Numbers as Go's encoder writes them. */
void doc_write_json(struct buf *out, const struct node *node, unsigned indent);
/* Block-style YAML that reads back as the same tree, here and in YAML 1.2 readers. */
void doc_write_yaml(struct buf *out, const struct node *node);

/* Append-only JSON for reports: keeps commas and nesting right, escapes everything. */
struct jsonw {
    struct buf *out; /* borrowed */
    unsigned indent; /* 0: one line */
    unsigned depth;
    bool need_comma;
    bool after_key;
};
void jsonw_open_map(struct jsonw *w);
void jsonw_close_map(struct jsonw *w);
void jsonw_open_list(struct jsonw *w);
void jsonw_close_list(struct jsonw *w);
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_text(struct jsonw *w, struct str text);
void jsonw_i64(struct jsonw *w, int64_t value);
void jsonw_bool(struct jsonw *w, bool value);
void jsonw_null(struct jsonw *w);
/* key and value in one, the usual case */
void jsonw_put_text(struct jsonw *w, const char *key, struct str text);
void jsonw_put_i64(struct jsonw *w, const char *key, int64_t value);
/* A JSON string literal of the text, with quotes; malformed UTF-8 becomes U+FFFD. */
void jsonw_quote(struct buf *out, struct str text);
