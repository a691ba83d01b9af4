/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events to a tree, as go-yaml v2's decoder would understand them.
 *
 * libyaml and go-yaml descend from one C program and have grown apart in a few places. libyaml
 * reads %YAML 1.2, \/ in double quotes and '?' inside plain text of flow collections: go-yaml does
 * not, so they are refused here. Where libyaml is the stricter one, see doc_yaml_patch.c.
 */
#include "doc/doc_internal.h"

#include "base/limits.h"

#include <yaml.h>

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
    struct patches patches;
    bool is_ascii;
    uint32_t start;       /* of the part without a byte order mark */
    uint32_t cursor_char; /* libyaml counts characters: one place where both counts are known */
    uint32_t cursor_byte;
    uint32_t doc_start;
};

static void read_documents(struct reader *r);
static bool prepare_text(struct reader *r);
static int feed(void *data, unsigned char *buffer, size_t size, size_t *ret_size);
static void report_syntax(struct reader *r);
static bool read_event(struct reader *r, const yaml_event_t *event, bool *ret_more);
static void document_push(struct reader *r, uint32_t end);
static bool document_begin(struct reader *r, const yaml_event_t *event);
static bool document_end(struct reader *r, const yaml_event_t *event);
static bool on_scalar(struct reader *r, const yaml_event_t *event);
static bool scalar_read(struct reader *r, const yaml_event_t *event, struct scalar *ret);
static bool on_map(struct reader *r, const yaml_event_t *event);
static bool on_list(struct reader *r, const yaml_event_t *event);
static void on_end(struct reader *r, const yaml_event_t *event);

int doc_read_part(struct tree *tree, const struct part *part, struct doc_list *ret_docs)
{
    const size_t docs_before = ret_docs->n;
    const size_t findings_before = tree->diags->n;
    struct reader r = {
        .tree = tree,
        .part = part,
        .docs = ret_docs,
        .text = tree->source->text,
        .patches = {.source = tree->source->text, .part = {part->start, part->end}},
    };
    do {
        ret_docs->n = docs_before;
        tree->diags->n = findings_before;
        r.patches.retry = false;
        read_documents(&r);
    } while (r.patches.retry);
    patches_release(&r.patches);
    if (part->first_only && ret_docs->n == docs_before)
        document_push(&r, part->end);
    return ret_docs->n < LIMIT_DOCUMENTS ? 0 : -1;
}

static void read_documents(struct reader *r)
{
    r->start = r->part->start;
    r->doc_start = r->part->start;
    r->cursor_char = 0;
    tree_begin(r->tree, r->part->start);
    if (!prepare_text(r)) {
        document_push(r, r->part->end);
        return;
    }
    if (!yaml_parser_initialize(&r->parser))
        memory_exhausted(sizeof r->parser);
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&r->parser, feed, &r->input);
    for (bool more = true; more;) {
        yaml_event_t event;
        bool good = yaml_parser_parse(&r->parser, &event);
        if (good) {
            good = read_event(r, &event, &more);
            yaml_event_delete(&event);
        } else {
            report_syntax(r);
        }
        if (!good) {
            r->tree->broken = true;
            document_push(r, r->part->end);
            break;
        }
        more = more && r->docs->n < LIMIT_DOCUMENTS;
    }
    yaml_parser_delete(&r->parser);
}

/* ---- text, bytes and characters ---- */

/* Checks the bytes of the part and hands them to the parser; false when they are no text. */
static bool prepare_text(struct reader *r)
{
    struct str text = patches_text(&r->patches);
    if (str_starts(text, STR("\xEF\xBB\xBF"))) {
        text = str_from_offset(text, 3);
        r->start += 3;
    }
    r->cursor_byte = r->start;
    r->tree->last_end = r->start;
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

static bool is_ascii_word(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

/* Byte of the source for a character count of libyaml. Marks come nearly in order, so walking from
 * the last one costs one pass over the text in all. */
static uint32_t byte_walk(struct reader *r, size_t index)
{
    enum { WORD = sizeof(uint64_t) };
    const char *const p = r->text.p;
    while (r->cursor_char + WORD <= index && r->cursor_byte + WORD <= r->part->end &&
           is_ascii_word(p + r->cursor_byte)) {
        r->cursor_char += WORD;
        r->cursor_byte += WORD;
    }
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
    if (!patches_answer(&r->patches, &error))
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
        return on_map(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_list(r, event);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        on_end(r, event);
        return true;
    case YAML_ALIAS_EVENT:
        return tree_alias(
            r->tree, (const char *)event->data.alias.anchor,
            (struct span){byte_of(r, event->start_mark.index), byte_of(r, event->end_mark.index)});
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
        .root = r->tree->broken ? NULL : r->tree->root,
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
    tree_begin(r->tree, r->doc_start);
    if (!event->data.document_start.implicit)
        r->tree->last_end = byte_of(r, event->end_mark.index);
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
    const uint32_t end = is_implicit ? r->tree->last_end : byte_of(r, event->end_mark.index);
    const bool is_empty =
        r->tree->root && r->tree->root->kind == NODE_NULL && r->tree->root->len == 0;
    if (is_empty)
        r->tree->root = NULL;
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
    scalar->start = r->tree->last_end;
    scalar->end = r->tree->last_end;
}

/* Anchor and tag of a scalar as they are written. */
static bool scalar_properties(struct reader *r, struct scalar *scalar, const char *tag,
                              uint32_t *ret_content)
{
    const uint32_t base = r->part->start;
    const struct span span = {scalar->start - base, scalar->end - base};
    const struct properties found = text_properties(patches_text(&r->patches), span, true, true);
    if (found.comma) {
        /* libyaml ended the tag there; go-yaml takes the comma into it */
        if (patches_add_tag(&r->patches, base + found.comma))
            return false;
        return refuse(r, scalar->start, scalar->end, "the ',' becomes a part of the tag before it",
                      "write a blank after the tag");
    }
    scalar->is_tagged = found.has_tag;
    if (found.has_tag && !tag) {
        scalar->tag = TAG_OTHER; /* a lone '!': libyaml drops it, for go-yaml it makes text */
        scalar->is_implicit = true;
    }
    *ret_content = MIN_OF(base + found.content, scalar->end);
    return true;
}

/* Puts back what libyaml was not shown. */
static bool unpatch(struct reader *r, uint32_t content, struct scalar *scalar)
{
    const struct span span = {content, scalar->end};
    if (patches_undo(&r->patches, r->tree->arena, span, scalar->style, &scalar->text))
        return true;
    return refuse(r, content, scalar->end,
                  "the text mixes escapes or marks that can't be told apart",
                  "write ' instead of \\' in double quotes, and quote text that ends in ':'");
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
        if (r->patches.shown && !unpatch(r, content, ret))
            return false;
        if (r->tree->flow_depth == 0 || str_find_char(ret->text, '?') < 0)
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
    if (r->patches.shown && !unpatch(r, content, ret))
        return false;
    const ptrdiff_t slash = text_find_slash_escape(str_sub(r->text, content + 1, ret->end - 1));
    if (slash < 0)
        return true;
    const uint32_t at = content + 1 + (uint32_t)slash;
    return refuse(r, at, at + 2, "the escape \\/ is JSON, YAML 1.1 does not know it",
                  "write / without the backslash");
}

/* ---- nodes ---- */

static bool on_scalar(struct reader *r, const yaml_event_t *event)
{
    struct scalar scalar;
    return scalar_read(r, event, &scalar) && tree_scalar(r->tree, &scalar);
}

/* Where a collection begins, behind its anchor and tag. */
static uint32_t content_start(struct reader *r, const yaml_event_t *event, bool anchor, bool tag)
{
    const struct span span = {byte_of(r, event->start_mark.index), r->part->end};
    return anchor || tag ? text_properties(r->text, span, anchor, tag).content : span.start;
}

static bool on_map(struct reader *r, const yaml_event_t *event)
{
    const char *const tag = (const char *)event->data.mapping_start.tag;
    const char *const anchor = (const char *)event->data.mapping_start.anchor;
    const struct opening opening = {
        .kind = NODE_MAP,
        .start = content_start(r, event, anchor != NULL, tag != NULL),
        .is_flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
        .is_tagged = tag != NULL,
        .anchor = anchor,
    };
    return tree_open(r->tree, &opening);
}

static bool on_list(struct reader *r, const yaml_event_t *event)
{
    const char *const tag = (const char *)event->data.sequence_start.tag;
    const char *const anchor = (const char *)event->data.sequence_start.anchor;
    const struct opening opening = {
        .kind = NODE_LIST,
        .start = content_start(r, event, anchor != NULL, tag != NULL),
        .is_flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
        .is_tagged = tag != NULL,
        .anchor = anchor,
    };
    return tree_open(r->tree, &opening);
}

static void on_end(struct reader *r, const yaml_event_t *event)
{
    /* Only a closing bracket has a width; a block ends with the last thing in it. */
    if (event->end_mark.index > event->start_mark.index)
        r->tree->last_end = byte_of(r, event->end_mark.index);
    tree_close(r->tree);
}
