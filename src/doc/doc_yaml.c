/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events to a tree, as go-yaml v2's decoder would understand them.
 *
 * libyaml and go-yaml descend from one C program and have grown apart in a few places: libyaml
 * reads %YAML 1.2, \/ in double quotes and '?' inside plain text of flow collections, and lets a
 * ',' end a tag. go-yaml refuses those or reads them otherwise, so they are refused here.
 */
#include "doc/doc_internal.h"

#include "base/limits.h"
#include "base/map.h"

#include <yaml.h>

struct anchor {
    struct node *node;
    uint64_t decodes; /* that go-yaml needs for it; aliases inside count as what they stand for */
    uint32_t height;  /* collections inside each other, itself included */
    bool open;        /* still being read: an alias now would contain itself */
};

struct frame {
    struct node *node;
    struct node *last; /* child */
    struct anchor *anchor;
    uint64_t decodes; /* when it was opened */
    uint32_t height;  /* of the highest child */
    bool is_map;
    bool has_key; /* maps: a key waits for its value */
    bool has_merge;
};

struct input {
    struct str rest;
    bool add_newline;
};

struct reader {
    struct tree *tree;
    const struct part *part;
    struct doc_list *docs;
    yaml_parser_t parser;
    struct input input;
    struct str text; /* of the whole source */
    bool is_ascii;
    uint32_t start;       /* of the part without a byte order mark */
    uint32_t cursor_char; /* libyaml counts characters: one place where both counts are known */
    uint32_t cursor_byte;

    /* of the document */
    struct frame *top; /* NULL: at its root */
    uint32_t flow_depth;
    uint32_t doc_start;
    uint32_t last_end; /* byte after the last thing that was written */
    struct node *root;
    struct map anchors;
    struct arena scratch;   /* of the anchors */
    uint64_t decodes;       /* go-yaml's count of decoded nodes, for its guard */
    uint64_t alias_decodes; /* those of them under an alias */
};

/* What a scalar event says, in bytes of the source. */
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

static bool prepare_text(struct reader *r);
static int feed(void *data, unsigned char *buffer, size_t size, size_t *ret_size);
static void report_syntax(struct reader *r);
static bool read_event(struct reader *r, const yaml_event_t *event, bool *ret_more);
static void document_push(struct reader *r, uint32_t end);
static bool document_begin(struct reader *r, const yaml_event_t *event);
static bool document_end(struct reader *r, const yaml_event_t *event);
static bool on_scalar(struct reader *r, const yaml_event_t *event);
static bool scalar_read(struct reader *r, const yaml_event_t *event, struct scalar *ret);
static struct node *key_make(struct reader *r, const struct scalar *scalar,
                             const struct resolved *resolved);
static struct node *value_make(struct reader *r, const struct scalar *scalar,
                               const struct resolved *resolved);
static bool collection_begin(struct reader *r, const yaml_event_t *event, enum node_kind kind);
static void collection_end(struct reader *r, const yaml_event_t *event);
static bool on_alias(struct reader *r, const yaml_event_t *event);
static struct anchor *anchor_put(struct reader *r, const char *name, struct node *node);
static bool has_excessive_aliases(struct reader *r);

int doc_read_part(struct tree *tree, const struct part *part, struct doc_list *ret_docs)
{
    struct reader r = {
        .tree = tree,
        .part = part,
        .docs = ret_docs,
        .text = tree->source->text,
        .start = part->start,
        .doc_start = part->start,
    };
    const size_t docs_before = ret_docs->n;
    if (!tree->frames)
        tree->frames = xmalloc((LIMIT_DEPTH + 1) * sizeof *tree->frames);
    tree->findings = 0;
    tree->broken = false;
    if (!prepare_text(&r)) {
        document_push(&r, part->end);
        return 0;
    }
    if (!yaml_parser_initialize(&r.parser))
        memory_exhausted(sizeof r.parser);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&r.parser, feed, &r.input);
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r.parser, &event)) {
            report_syntax(&r);
            tree->broken = true;
            document_push(&r, part->end);
            break;
        }
        if (!read_event(&r, &event, &more)) {
            tree->broken = true;
            document_push(&r, part->end);
            more = false;
        }
        yaml_event_delete(&event);
        more = more && ret_docs->n < LIMIT_DOCUMENTS;
    }
    yaml_parser_delete(&r.parser);
    arena_release(&r.scratch);
    if (part->first_only && ret_docs->n == docs_before)
        document_push(&r, part->end);
    return ret_docs->n < LIMIT_DOCUMENTS ? 0 : -1;
}

/* ---- text, bytes and characters ---- */

/* Checks the bytes of the part and hands them to the parser; false when they are no text. */
static bool prepare_text(struct reader *r)
{
    struct str text = str_sub(r->text, r->part->start, r->part->end);
    if (str_starts(text, STR("\xEF\xBB\xBF"))) {
        text = str_from_offset(text, 3);
        r->start += 3;
    }
    r->cursor_byte = r->start;
    r->last_end = r->start;
    r->input = (struct input){text, r->part->add_newline};
    struct text_fault fault = {0};
    const enum text_kind kind = text_check(text, &fault);
    r->is_ascii = kind == TEXT_ASCII;
    const ptrdiff_t bom = kind == TEXT_UTF8 ? text_find_line_bom(text) : -1;
    if (kind != TEXT_BAD && bom < 0)
        return true;
    if (kind != TEXT_BAD)
        fault = (struct text_fault){.at = (size_t)bom,
                                    .len = 3,
                                    .problem = "is a byte order mark inside the text",
                                    .hint = "remove it; it may only be at the start of a file"};
    const uint32_t at = r->start + (uint32_t)fault.at;
    unsigned byte = (unsigned char)r->text.p[at];
    struct diag *diag =
        tree_report(r->tree, RULE_YAML_ENCODING, (struct span){at, at + (uint32_t)fault.len},
                    "what stands here (byte 0x%02x) %s", byte, fault.problem);
    diag_hint(r->tree->diags, diag, "%s", fault.hint);
    r->tree->broken = true;
    return false;
}

static int feed(void *data, unsigned char *buffer, size_t size, size_t *ret_size)
{
    struct input *input = data;
    const size_t n = MIN_OF(size, input->rest.n);
    if (n > 0)
        memcpy(buffer, input->rest.p, n);
    input->rest = str_from_offset(input->rest, n);
    *ret_size = n;
    if (n == 0 && input->add_newline) {
        buffer[0] = '\n';
        *ret_size = 1;
        input->add_newline = false;
    }
    return 1;
}

/* Byte of the source for a character count of libyaml. Marks come nearly in order, so walking from
 * the last one costs one pass over the text in all. */
static uint32_t byte_walk(struct reader *r, size_t index)
{
    const char *const p = r->text.p;
    while (r->cursor_char < index && r->cursor_byte < r->part->end) {
        r->cursor_byte++;
        while (r->cursor_byte < r->part->end && (p[r->cursor_byte] & 0xC0) == 0x80)
            r->cursor_byte++;
        r->cursor_char++;
    }
    while (r->cursor_char > index) {
        r->cursor_byte--;
        while ((p[r->cursor_byte] & 0xC0) == 0x80)
            r->cursor_byte--;
        r->cursor_char--;
    }
    return r->cursor_byte;
}

static inline uint32_t byte_of(struct reader *r, size_t index)
{
    if (!r->is_ascii)
        return byte_walk(r, index);
    const size_t size = r->part->end - r->start;
    return r->start + (uint32_t)MIN_OF(index, size);
}

/* Text of an event: where it stands in the source, if it stands there as it is. */
static struct str literal(struct reader *r, uint32_t start, uint32_t end, const char *value,
                          size_t n)
{
    if (end - start == n && memcmp(r->text.p + start, value, n) == 0)
        return (struct str){r->text.p + start, n};
    return str_dup(r->tree->arena, (struct str){value, n});
}

static void report_syntax(struct reader *r)
{
    const yaml_parser_t *parser = &r->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        memory_exhausted(0);
    const struct syntax_error error = {
        .problem = parser->problem ? parser->problem : "it can't be parsed",
        .context = parser->context,
        .context_at = byte_of(r, parser->context_mark.index),
        .at = byte_of(r, parser->problem_mark.index),
    };
    syntax_report(r->tree, &error);
}

/* ---- documents ---- */

/* One event; false when the document can't be continued (reported). */
static bool read_event(struct reader *r, const yaml_event_t *event, bool *ret_more)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(r, event);
    case YAML_MAPPING_START_EVENT:
        return collection_begin(r, event, NODE_MAP);
    case YAML_SEQUENCE_START_EVENT:
        return collection_begin(r, event, NODE_LIST);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        collection_end(r, event);
        return true;
    case YAML_ALIAS_EVENT:
        return on_alias(r, event);
    case YAML_DOCUMENT_START_EVENT:
        return document_begin(r, event);
    case YAML_DOCUMENT_END_EVENT:
        *ret_more = document_end(r, event);
        return true;
    case YAML_STREAM_END_EVENT:
        *ret_more = false;
        return true;
    case YAML_STREAM_START_EVENT:
    case YAML_NO_EVENT:
        break;
    }
    return true;
}

static void document_push(struct reader *r, uint32_t end)
{
    struct doc doc = {
        .source = r->tree->source,
        .root = r->tree->broken ? NULL : r->root,
        .span = {r->doc_start, end},
        .broken = r->tree->broken,
    };
    VEC_PUSH(r->tree->arena, r->docs, doc);
    if (r->docs->n == LIMIT_DOCUMENTS)
        diag_add(r->tree->diags, RULE_LIMIT_COUNT, doc.span, (struct str){0},
                 "more than %d documents in one file; split it", LIMIT_DOCUMENTS);
}

static bool document_begin(struct reader *r, const yaml_event_t *event)
{
    r->top = NULL;
    r->root = NULL;
    r->flow_depth = 0;
    r->decodes = 1; /* go-yaml counts the document as a node */
    r->alias_decodes = 0;
    r->tree->findings = 0;
    r->tree->node_count = 0;
    r->tree->broken = false;
    if (r->anchors.n > 0)
        arena_release(&r->scratch);
    r->anchors = (struct map){.arena = &r->scratch};
    if (!event->data.document_start.implicit)
        r->last_end = byte_of(r, event->end_mark.index);
    const yaml_version_directive_t *version = event->data.document_start.version_directive;
    if (!version || (version->major == 1 && version->minor == 1))
        return true;
    const uint32_t at = byte_of(r, event->start_mark.index);
    struct diag *diag = tree_report(r->tree, RULE_YAML_DIRECTIVE, (struct span){at, at},
                                    "Kubernetes reads YAML 1.1 only, the directive asks for %d.%d",
                                    version->major, version->minor);
    diag_hint(r->tree->diags, diag, "remove the %%YAML line");
    return false;
}

/* Gives whether to go on with the stream. */
static bool document_end(struct reader *r, const yaml_event_t *event)
{
    const bool is_implicit = event->data.document_end.implicit;
    const uint32_t end = is_implicit ? r->last_end : byte_of(r, event->end_mark.index);
    const bool is_empty = r->root && r->root->kind == NODE_NULL && r->root->len == 0;
    if (is_empty)
        r->root = NULL;
    if (!r->part->first_only) {
        document_push(r, end);
        r->doc_start = end;
        return true;
    }
    document_push(r, r->part->end);
    const uint32_t rest = text_skip_nothing(r->text, end, r->part->end);
    if (rest == r->part->end)
        return false;
    struct diag *diag =
        tree_report(r->tree, RULE_DOCUMENT_IGNORED, (struct span){rest, r->part->end},
                    "Kubernetes ignores what follows here: a document has ended already");
    diag_hint(r->tree->diags, diag, "separate documents by a line that holds only ---");
    return false;
}

/* ---- nodes ---- */

static inline void link_child(struct reader *r, struct node *node)
{
    struct frame *top = r->top;
    if (!top) {
        r->root = node;
        return;
    }
    if (top->last)
        top->last->next = node;
    else
        top->node->first = node;
    top->last = node;
    if (!top->is_map) {
        top->node->n++;
        return;
    }
    top->node->n += top->has_key;
    top->has_key = !top->has_key;
}

static inline bool is_at_key(const struct reader *r)
{
    return r->top && r->top->is_map && !r->top->has_key;
}

/* Counts what go-yaml decodes and looks at the limits; false when one is reached (reported). */
static inline bool count_decodes(struct reader *r, uint64_t n)
{
    enum { GUARD_MIN = 100 }; /* aliases that are never too many */
    r->decodes += n;
    if (r->alias_decodes > GUARD_MIN && has_excessive_aliases(r))
        return false;
    if (r->tree->node_count <= LIMIT_NODES)
        return true;
    tree_report(r->tree, RULE_LIMIT_COUNT, (struct span){r->doc_start, r->last_end},
                "the document has more than %d values; split it", LIMIT_NODES);
    return false;
}

static bool on_scalar(struct reader *r, const yaml_event_t *event)
{
    struct scalar scalar;
    struct resolved resolved;
    if (!scalar_read(r, event, &scalar))
        return false;
    if (scalar.tag != TAG_NONE)
        scalar_resolve_tagged(r->tree->arena, scalar.tag, scalar.text, &resolved);
    else if (scalar.is_implicit)
        scalar_resolve(r->tree->arena, scalar.text, &resolved);
    else
        resolved = (struct resolved){.kind = NODE_STRING, .text = scalar.text};
    if (resolved.problem) {
        tree_report(r->tree, RULE_YAML_VALUE, (struct span){scalar.start, scalar.end},
                    "the value %s", resolved.problem);
        r->tree->broken = true;
    }
    r->last_end = scalar.end;
    struct node *node =
        is_at_key(r) ? key_make(r, &scalar, &resolved) : value_make(r, &scalar, &resolved);
    link_child(r, node);
    return count_decodes(r, (node->flags & KEY_MERGE) ? 0 : 1);
}

static enum node_style style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return NODE_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return NODE_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return NODE_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return NODE_FOLDED;
    case YAML_PLAIN_SCALAR_STYLE:
    case YAML_ANY_SCALAR_STYLE:
        break;
    }
    return NODE_PLAIN;
}

static bool refuse(struct reader *r, uint32_t start, uint32_t end, const char *message,
                   const char *hint)
{
    struct diag *diag =
        tree_report(r->tree, RULE_YAML_SYNTAX, (struct span){start, end}, "%s", message);
    diag_hint(r->tree->diags, diag, "%s", hint);
    return false;
}

/* The place of a value that is not written: after the ':', '-' or '?' that promised it. libyaml
 * gives the next token's place when there was none of these. */
static void place_empty(struct reader *r, struct scalar *scalar)
{
    const char before = scalar->start > r->start ? r->text.p[scalar->start - 1] : '\0';
    if (before == ':' || before == '-' || before == '?')
        return;
    scalar->start = r->last_end;
    scalar->end = r->last_end;
}

/* Anchor and tag of a scalar as they are written. */
static bool scalar_properties(struct reader *r, struct scalar *scalar, const char *tag,
                              uint32_t *ret_content)
{
    const struct properties found = text_properties(r->text, scalar->start);
    if (found.ends_in_comma)
        return refuse(r, scalar->start, scalar->end, "the ',' becomes a part of the tag before it",
                      "write a blank after the tag");
    scalar->is_tagged = found.has_tag;
    if (found.has_tag && !tag) {
        scalar->tag = TAG_OTHER; /* a lone '!': libyaml drops it, for go-yaml it makes text */
        scalar->is_implicit = true;
    }
    *ret_content = MIN_OF(found.content, scalar->end);
    return true;
}

static bool scalar_read(struct reader *r, const yaml_event_t *event, struct scalar *ret)
{
    const char *const value = (const char *)event->data.scalar.value;
    const char *const tag = (const char *)event->data.scalar.tag;
    const size_t n = event->data.scalar.length;
    *ret = (struct scalar){
        .start = byte_of(r, event->start_mark.index),
        .end = byte_of(r, event->end_mark.index),
        .tag = tag ? scalar_tag(tag) : TAG_NONE,
        .style = style_of(event->data.scalar.style),
        .is_implicit = event->data.scalar.plain_implicit != 0,
        .anchor = (const char *)event->data.scalar.anchor,
    };
    if (ret->start == ret->end) {
        place_empty(r, ret);
        return true;
    }
    uint32_t content = ret->start;
    const char first = r->text.p[content];
    if ((first == '!' || first == '&') && !scalar_properties(r, ret, tag, &content))
        return false;
    if (ret->style == NODE_PLAIN) {
        ret->text = literal(r, content, ret->end, value, n);
        if (r->flow_depth == 0 || str_find_char(ret->text, '?') < 0)
            return true;
        return refuse(r, ret->start, ret->end, "a '?' can't stand in text between brackets",
                      "put quotes around the text");
    }
    if (ret->style == NODE_LITERAL || ret->style == NODE_FOLDED) {
        ret->end = text_trim_end(r->text, content + 1, ret->end);
        ret->text = str_dup(r->tree->arena, (struct str){value, n});
        return true;
    }
    ret->text = literal(r, content + 1, ret->end - 1, value, n);
    if (ret->style == NODE_SINGLE_QUOTED || ret->text.p == r->text.p + content + 1)
        return true;
    const ptrdiff_t slash = text_find_slash_escape(str_sub(r->text, content + 1, ret->end - 1));
    if (slash < 0)
        return true;
    const uint32_t at = content + 1 + (uint32_t)slash;
    return refuse(r, at, at + 2, "the escape \\/ is JSON, YAML 1.1 does not know it",
                  "write / without the backslash");
}

static struct node *scalar_node(struct reader *r, const struct scalar *scalar, enum node_kind kind,
                                struct str text)
{
    struct node *node = tree_node(r->tree, kind, scalar->start, scalar->end);
    node->style = (uint8_t)scalar->style;
    node->text = text.p ? text.p : "";
    node->n = (uint32_t)text.n;
    if (scalar->is_tagged)
        node->flags = NODE_TAGGED;
    return node;
}

static struct node *value_make(struct reader *r, const struct scalar *scalar,
                               const struct resolved *resolved)
{
    struct node *node = scalar_node(r, scalar, resolved->kind, resolved->text);
    if (resolved->truth)
        node->flags |= NODE_TRUE;
    if (scalar->anchor)
        anchor_put(r, scalar->anchor, node);
    if (resolved->special) {
        struct diag *diag =
            tree_report(r->tree, RULE_YAML_VALUE, tree_span(node),
                        "'%.*s' is no number that JSON can hold", STR_FMT(resolved->text));
        diag_hint(r->tree->diags, diag, "put quotes around it if it is meant as text");
        r->tree->broken = true;
    }
    return node;
}

/* The key as text. What can't be a key is reported; the document is then broken. */
static struct node *key_convert(struct reader *r, const struct scalar *scalar,
                                const struct resolved *resolved)
{
    struct str text;
    const int class = scalar_key(r->tree->arena, resolved, &text);
    struct node *node = scalar_node(r, scalar, NODE_STRING, class < 0 ? STR("") : text);
    if (class < 0) {
        const bool is_null = resolved->kind == NODE_NULL;
        struct diag *diag = tree_report(
            r->tree, RULE_YAML_KEY_TYPE, tree_span(node), "%s",
            is_null ? "a key can't be null" : "a number above 9223372036854775807 can't be a key");
        diag_hint(r->tree->diags, diag, "%s",
                  is_null && scalar->start == scalar->end ? "write a key before the ':'"
                                                          : "put quotes around the key");
        r->tree->broken = true;
        return node;
    }
    node->flags |= (uint16_t) class;
    if (class > 0 && (text.n != scalar->text.n || memcmp(text.p, scalar->text.p, text.n) != 0))
        node->flags |= NODE_CONVERTED;
    return node;
}

static struct node *key_make(struct reader *r, const struct scalar *scalar,
                             const struct resolved *resolved)
{
    struct node *node = key_convert(r, scalar, resolved);
    const bool may_merge = scalar->is_implicit || scalar->tag == TAG_MERGE;
    if (may_merge && scalar->text.n == 2 && memcmp(scalar->text.p, "<<", 2) == 0) {
        node->flags |= KEY_MERGE;
        r->top->has_merge = true;
    }
    if (!scalar->anchor)
        return node;
    /* An alias of a key stands for what was written, not for the text that it became. */
    struct node *value = scalar_node(r, scalar, resolved->kind, resolved->text);
    if (resolved->truth)
        value->flags |= NODE_TRUE;
    anchor_put(r, scalar->anchor, value);
    node->flags |= NODE_ANCHORED;
    return node;
}

static bool collection_begin(struct reader *r, const yaml_event_t *event, enum node_kind kind)
{
    const bool is_map = kind == NODE_MAP;
    const char *anchor = is_map ? (const char *)event->data.mapping_start.anchor
                                : (const char *)event->data.sequence_start.anchor;
    const bool has_tag =
        (is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag) != NULL;
    const bool is_flow = is_map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                                : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    uint32_t start = byte_of(r, event->start_mark.index);
    if (anchor || has_tag)
        start = MIN_OF(text_properties(r->text, start).content, r->part->end);
    const uint32_t depth = r->top ? (uint32_t)(r->top - r->tree->frames) + 1 : 0;
    if (depth == LIMIT_DEPTH) {
        tree_report(r->tree, RULE_LIMIT_DEPTH, (struct span){start, start},
                    "maps and lists are nested more than %d deep here", LIMIT_DEPTH);
        return false;
    }
    if (is_at_key(r)) {
        struct diag *diag = tree_report(r->tree, RULE_YAML_KEY_TYPE, (struct span){start, start},
                                        "a %s can't be a key", is_map ? "map" : "list");
        diag_hint(r->tree->diags, diag, "%s",
                  "put quotes around it; if this is a template, render it first");
        return false;
    }
    struct node *node = tree_node(r->tree, kind, start, start);
    node->style = is_flow ? NODE_FLOW : NODE_BLOCK;
    node->flags = has_tag ? NODE_TAGGED : 0;
    const bool is_merge_list = !is_map && r->top && r->top->is_map &&
                               (r->top->last->flags & KEY_MERGE); /* go-yaml does not decode it */
    link_child(r, node);
    r->flow_depth += is_flow;
    r->top = &r->tree->frames[depth];
    *r->top = (struct frame){.node = node, .is_map = is_map, .decodes = r->decodes};
    if (anchor) {
        r->top->anchor = anchor_put(r, anchor, node);
        r->top->anchor->open = true;
    }
    return count_decodes(r, is_merge_list ? 0 : 1);
}

static void collection_end(struct reader *r, const yaml_event_t *event)
{
    struct frame *frame = r->top;
    struct node *node = frame->node;
    /* Only a closing bracket has a width; a block ends with the last thing in it. */
    if (event->end_mark.index > event->start_mark.index)
        r->last_end = byte_of(r, event->end_mark.index);
    node->len = r->last_end > node->start ? r->last_end - node->start : 0;
    r->flow_depth -= node->style == NODE_FLOW;
    if (frame->is_map && node->n > (frame->has_merge ? 0 : 1))
        tree_close_map(r->tree, node, frame->has_merge);
    const uint32_t height = frame->height + 1;
    if (frame->anchor) {
        frame->anchor->open = false;
        frame->anchor->height = height;
        frame->anchor->decodes = r->decodes - frame->decodes;
    }
    r->top = frame == r->tree->frames ? NULL : frame - 1;
    if (r->top)
        r->top->height = MAX_OF(r->top->height, height);
}

/* ---- anchors and aliases ---- */

static struct anchor *anchor_put(struct reader *r, const char *name, struct node *node)
{
    struct anchor *anchor = ARENA_NEW(&r->scratch, struct anchor);
    *anchor = (struct anchor){.node = node, .decodes = 1};
    map_put(&r->anchors, str_dup(&r->scratch, str_from(name)), anchor);
    node->flags |= NODE_ANCHORED;
    return anchor;
}

/* The key that an alias stands for. */
static struct node *alias_key(struct reader *r, const struct node *target, uint32_t start,
                              uint32_t end)
{
    if (target->kind == NODE_LIST || target->kind == NODE_MAP) {
        tree_report(r->tree, RULE_YAML_KEY_TYPE, (struct span){start, end},
                    "the alias stands for a %s, which can't be a key",
                    node_kind_name((enum node_kind)target->kind));
        return NULL;
    }
    const struct scalar scalar = {.start = start, .end = end};
    const struct resolved resolved = {
        .kind = (enum node_kind)target->kind,
        .truth = (target->flags & NODE_TRUE) != 0,
        .text = {target->text, target->n},
    };
    struct node *node = key_convert(r, &scalar, &resolved);
    node->flags |= NODE_CONVERTED;
    return node;
}

static bool on_alias(struct reader *r, const yaml_event_t *event)
{
    const struct str name = str_from((const char *)event->data.alias.anchor);
    const uint32_t start = byte_of(r, event->start_mark.index);
    const uint32_t end = byte_of(r, event->end_mark.index);
    const struct anchor *anchor = map_get(&r->anchors, name);
    const struct str shown = diag_quote(r->tree->arena, name);
    struct diag *diag = NULL;
    r->last_end = end;
    if (!anchor) {
        diag = tree_report(r->tree, RULE_YAML_ALIAS, (struct span){start, end},
                           "there is no anchor '%.*s' before this alias", STR_FMT(shown));
        diag_hint(r->tree->diags, diag, "define &%.*s earlier in this document, or quote the text",
                  STR_FMT(shown));
        return false;
    }
    if (anchor->open) {
        diag = tree_report(r->tree, RULE_YAML_ALIAS, (struct span){start, end},
                           "the alias stands inside its own anchor '%.*s'", STR_FMT(shown));
        diag_relate(r->tree->diags, diag, r->tree->source,
                    (struct span){anchor->node->start, anchor->node->start}, "the anchor is here");
        return false;
    }
    const uint32_t depth = r->top ? (uint32_t)(r->top - r->tree->frames) + 1 : 0;
    if (depth + anchor->height > LIMIT_DEPTH) {
        tree_report(r->tree, RULE_LIMIT_DEPTH, (struct span){start, end},
                    "with this alias maps and lists are nested more than %d deep", LIMIT_DEPTH);
        return false;
    }
    struct node *node = is_at_key(r) ? alias_key(r, anchor->node, start, end)
                                     : tree_node(r->tree, NODE_ALIAS, start, end);
    if (!node)
        return false;
    if (node->kind == NODE_ALIAS)
        node->first = anchor->node;
    link_child(r, node);
    if (r->top)
        r->top->height = MAX_OF(r->top->height, anchor->height);
    r->alias_decodes += anchor->decodes;
    return count_decodes(r, 1 + anchor->decodes);
}

/* go-yaml's guard against documents that grow: up to 400,000 decoded nodes 99 % of them may come
 * from aliases, from 4,000,000 on 10 % (decode.go, allowedAliasRatio). */
static bool has_excessive_aliases(struct reader *r)
{
    enum { DECODES_MIN = 1000, RANGE_LOW = 400000, RANGE_HIGH = 4000000 };
    const double done = (double)r->decodes;
    double allowed = 0.99 - 0.89 * ((done - RANGE_LOW) / (RANGE_HIGH - RANGE_LOW));
    if (r->decodes <= RANGE_LOW)
        allowed = 0.99;
    if (r->decodes >= RANGE_HIGH)
        allowed = 0.10;
    const struct span span = {r->last_end, r->last_end};
    if (r->decodes > DECODES_MIN && (double)r->alias_decodes / done > allowed) {
        struct diag *diag = tree_report(r->tree, RULE_YAML_ALIAS, span,
                                        "the aliases up to here stand for too many values");
        diag_hint(r->tree->diags, diag, "write the values out, or split the document");
        return true;
    }
    if (r->alias_decodes <= LIMIT_ALIAS_NODES)
        return false;
    tree_report(r->tree, RULE_LIMIT_COUNT, span,
                "the aliases up to here stand for more than %d values", LIMIT_ALIAS_NODES);
    return true;
}
