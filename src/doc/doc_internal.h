/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "base/map.h"
#include "doc/doc.h"

/*
 * JSON values one after the other from byte `from` on, each a document of the list. Reading stops
 * at the first value that is broken. 0, or -1 only when a limit leaves nothing to read.
 */
int doc_read_json_stream(struct arena *arena, struct source *source, uint32_t from,
                         struct diags *diags, struct doc_list *ret_docs) MUST_USE;

/* ---- doc_resolve.c ---- */

enum scalar_tag {
    TAG_NONE,
    TAG_STR,
    TAG_BOOL,
    TAG_INT,
    TAG_FLOAT,
    TAG_NULL,
    TAG_TIMESTAMP,
    TAG_BINARY,
    TAG_MERGE,
    TAG_OTHER, /* the text is taken as it is */
};

enum scalar_tag scalar_tag(const char *tag);

struct resolved {
    enum node_kind kind;
    bool truth;          /* of a NODE_BOOL */
    bool special;        /* infinite or not a number */
    struct str text;     /* as written where the room's number readers understand that */
    const char *problem; /* why the tag can't be honoured, else NULL */
};

/* What go-yaml v2 makes of a plain scalar without a tag. */
void scalar_resolve(struct arena *arena, struct str text, struct resolved *ret);
/* The same under an explicit tag, plain or quoted. */
void scalar_resolve_tagged(struct arena *arena, enum scalar_tag tag, struct str text,
                           struct resolved *ret);
/* A resolved scalar as a map's key: its text as sigs.k8s.io/yaml converts it. Gives the key class,
 * or -1 when it can't be a key (null, or above 64 bits). */
int scalar_key(struct arena *arena, const struct resolved *scalar, struct str *ret_text);

/* Whether a plain scalar that starts with this byte may be anything but text. */
extern const uint8_t scalar_hint[256];

/* ---- doc_tree.c: a YAML tree under construction ---- */

/* Flags of nodes that only the YAML reader looks at; they share the word with enum node_flag. A
 * key's class is what go-yaml resolved it to: strict mode compares keys before they become text, so
 * 1 and "1" are different keys to it. */
enum {
    KEY_INT = 1 << 8,
    KEY_FLOAT = 1 << 9,
    KEY_BOOL = 1 << 10,
    KEY_CLASS = KEY_INT | KEY_FLOAT | KEY_BOOL,
    KEY_MERGE = 1 << 11, /* the key is a merge key: its entry is replaced when the map closes */
};

struct frame;

struct tree_entry {
    struct node *key;
    struct node *value;
};

struct tree {
    struct arena *arena; /* borrowed: nodes and text */
    struct source *source;
    struct diags *diags;
    struct node *spare; /* nodes are taken from the arena in blocks */
    uint32_t spare_count;

    /* of the document */
    uint32_t start;
    uint32_t last_end; /* byte after the last thing that was written */
    uint32_t node_count;
    uint32_t flow_depth;
    uint32_t findings;
    bool broken;       /* it will not be used */
    struct frame *top; /* innermost open collection, NULL at the root */
    struct node *root;
    struct map anchors;     /* to struct anchor, in `scratch` */
    struct arena scratch;   /* owned */
    uint64_t decodes;       /* go-yaml's count of decoded nodes, for its guard */
    uint64_t alias_decodes; /* those of them under an alias */

    /* Scratch on the heap, kept between documents. */
    struct frame *frames; /* owned: the stack of open collections */
    uint32_t *slots;      /* owned: table over `entries`, index + 1, 0 is free */
    size_t slot_count;    /* of the map that is being closed, a power of two */
    size_t slot_cap;
    struct tree_entry *entries; /* owned */
    size_t entry_count;
    size_t entry_cap;
};

enum { TREE_BLOCK = 64 };

static inline struct node *tree_node(struct tree *tree, enum node_kind kind, uint32_t start,
                                     uint32_t end)
{
    if (tree->spare_count == 0) {
        tree->spare = ARENA_ARRAY(tree->arena, struct node, TREE_BLOCK);
        tree->spare_count = TREE_BLOCK;
    }
    struct node *node = tree->spare++;
    tree->spare_count--;
    tree->node_count++;
    node->kind = (uint8_t)kind;
    node->start = start;
    node->len = end - start;
    return node;
}

static inline struct span tree_span(const struct node *node)
{
    return (struct span){node->start, node->start + node->len};
}

/* A new document that starts at a byte; what was known of the last one is forgotten. */
void tree_begin(struct tree *tree, uint32_t start);
void tree_release(struct tree *tree);

/* A scalar as it is written, in bytes of the source. */
struct scalar {
    uint32_t start;
    uint32_t end;
    struct str text;
    enum scalar_tag tag;
    enum node_style style;
    bool is_implicit; /* its text decides what it means */
    bool is_tagged;
    const char *anchor;
};

/* What a collection starts with. */
struct opening {
    enum node_kind kind;
    uint32_t start;
    bool is_flow;
    bool is_tagged;
    const char *anchor;
};

/* The next value, false when the document can't go on (reported). */
bool tree_scalar(struct tree *tree, const struct scalar *scalar) MUST_USE;
bool tree_open(struct tree *tree, const struct opening *opening) MUST_USE;
bool tree_alias(struct tree *tree, const char *name, struct span span) MUST_USE;
/* The innermost collection ends where the last thing in it does: see last_end. */
void tree_close(struct tree *tree);

/* doc_merge.c: what has to happen when a map is complete: merge keys are replaced by what they
 * bring, duplicates are reported and all but the last removed. */
void tree_close_map(struct tree *tree, struct node *map, bool has_merge);

/* ---- doc_encoding.c ---- */

enum text_kind { TEXT_ASCII, TEXT_UTF8, TEXT_BAD };

struct text_fault {
    size_t at; /* first byte that can't stay */
    size_t len;
    const char *problem;
    const char *hint;
};

/* Whether go-yaml's reader takes the text; *ret_fault is set for TEXT_BAD. */
enum text_kind text_check(struct str text, struct text_fault *ret_fault);
/* Converts UTF-16 and skips a byte order mark. Gives the number of bytes to skip, or -1. */
int source_decode(struct arena *arena, struct source *source, struct diags *diags,
                  uint32_t *ret_skip, bool *ret_utf16);

/* ---- doc_yaml.c ---- */

struct part {
    uint32_t start; /* bytes of the source */
    uint32_t end;
    bool first_only;  /* of several documents only the first counts, as for the API server */
    bool add_newline; /* kubectl ends every line, also the last one */
};

/* Reads the documents of a part; what is broken is reported and in the list. -1 when there are too
 * many documents. */
int doc_read_part(struct tree *tree, const struct part *part, struct doc_list *ret_docs) MUST_USE;

/* ---- doc_yaml_text.c: looking at the text again, where libyaml does not say enough ---- */

/* Anchor and tag in front of a value. */
struct properties {
    uint32_t content; /* byte after them and the blanks and comments behind them */
    uint32_t comma;   /* byte of a ',' inside the tag, which libyaml ends there; 0: none */
    bool has_tag;
};

/* At most one anchor and one tag, of those that are expected, that begin before `end`. */
struct properties text_properties(struct str text, struct span span, bool anchor, bool tag);
/* Offset of a backslash and slash in double-quoted text, or -1. */
ptrdiff_t text_find_slash_escape(struct str quoted);
/* The end without blanks and line breaks before it. */
uint32_t text_trim_end(struct str text, uint32_t start, uint32_t end);
/* The first byte in [from, to) that is neither blank nor comment nor a line "...", or `to`. */
uint32_t text_skip_nothing(struct str text, uint32_t from, uint32_t to);
/* Offset of a byte order mark at the start of a line, or -1. */
ptrdiff_t text_find_line_bom(struct str text);

/* ---- doc_yaml_patch.c: text that libyaml is shown instead of what is written ---- */

struct syntax_error;

struct patches {
    struct str source; /* whole text */
    struct span part;
    char *shown; /* owned: the part with patches, NULL while there are none */
    uint32_t count;
    bool retry; /* one was added: the part has to be read again */
};

void patches_release(struct patches *patches);
struct str patches_text(const struct patches *patches); /* of the part, for the parser */
/* Hides a ',' or bracket in a tag; false when there are too many patches. */
bool patches_add_tag(struct patches *patches, uint32_t at);
/* Whether go-yaml would go on where libyaml stopped; then a patch was added. */
bool patches_answer(struct patches *patches, const struct syntax_error *error);
/* Puts back what was written into a scalar's value. False when it can't be told where. */
bool patches_undo(const struct patches *patches, struct arena *arena, struct span written,
                  enum node_style style, struct str *text);

/* ---- doc_yaml_error.c ---- */

/* A finding of this document; NULL also when there are too many. The document stays usable. */
struct diag *tree_report(struct tree *tree, enum rule_id rule, struct span span, const char *fmt,
                         ...) PRINTF(4, 5);

struct syntax_error {
    const char *problem; /* libyaml's, a constant of it */
    const char *context; /* or NULL */
    uint32_t at;         /* byte of the source where it was noticed */
    uint32_t context_at; /* where the thing began that could not be read */
};

void syntax_report(struct tree *tree, const struct syntax_error *error);
