/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the tree of one YAML document from its scalars, collections and aliases in order, with the
 * meaning that go-yaml v2's decoder and sigs.k8s.io/yaml give them. Knows nothing of libyaml.
 */
#include "doc/doc_internal.h"

#include "base/limits.h"

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

static struct node *value_make(struct tree *tree, const struct scalar *scalar,
                               const struct resolved *resolved);
static struct node *key_make(struct tree *tree, const struct scalar *scalar,
                             const struct resolved *resolved);
static struct node *alias_key(struct tree *tree, const struct node *target, struct span span);
static bool is_special(const struct node *node);
static void refuse_special(struct tree *tree, struct str text, struct span span);
static struct anchor *anchor_put(struct tree *tree, const char *name, struct node *node);
static const struct anchor *anchor_find(struct tree *tree, struct str name, struct span span);
static bool count_decodes(struct tree *tree, uint64_t n);
static bool has_excessive_aliases(struct tree *tree);

void tree_begin(struct tree *tree, uint32_t start)
{
    if (!tree->frames)
        tree->frames = xmalloc(LIMIT_DEPTH * sizeof *tree->frames);
    if (tree->anchors.n > 0)
        arena_release(&tree->scratch);
    tree->anchors = (struct map){.arena = &tree->scratch};
    tree->start = start;
    tree->last_end = start;
    tree->node_count = 0;
    tree->flow_depth = 0;
    tree->findings = 0;
    tree->broken = false;
    tree->top = NULL;
    tree->root = NULL;
    tree->decodes = 1; /* go-yaml counts the document as a node */
    tree->alias_decodes = 0;
}

void tree_release(struct tree *tree)
{
    arena_release(&tree->scratch);
    free(tree->frames);
    free(tree->slots);
    free(tree->entries);
    *tree = (struct tree){0};
}

static inline void link_child(struct tree *tree, struct node *node)
{
    struct frame *top = tree->top;
    if (!top) {
        tree->root = node;
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

static inline bool is_at_key(const struct tree *tree)
{
    return tree->top && tree->top->is_map && !tree->top->has_key;
}

static inline uint32_t depth_of(const struct tree *tree)
{
    return tree->top ? (uint32_t)(tree->top - tree->frames) + 1 : 0;
}

bool tree_scalar(struct tree *tree, const struct scalar *scalar)
{
    struct resolved resolved;
    if (scalar->tag != TAG_NONE)
        scalar_resolve_tagged(tree->arena, scalar->tag, scalar->text, &resolved);
    else if (scalar->is_implicit)
        scalar_resolve(tree->arena, scalar->text, &resolved);
    else
        resolved = (struct resolved){.kind = NODE_STRING, .text = scalar->text};
    if (resolved.problem) {
        /* The value may be a secret, so it is not quoted. */
        tree_report(tree, RULE_YAML_VALUE, (struct span){scalar->start, scalar->end},
                    "the value %s", resolved.problem);
        tree->broken = true;
    }
    tree->last_end = scalar->end;
    struct node *node =
        is_at_key(tree) ? key_make(tree, scalar, &resolved) : value_make(tree, scalar, &resolved);
    link_child(tree, node);
    return count_decodes(tree, (node->flags & KEY_MERGE) ? 0 : 1);
}

static bool refuse_opening(struct tree *tree, const struct opening *opening)
{
    const struct span span = {opening->start, opening->start + 1};
    if (depth_of(tree) == LIMIT_DEPTH) {
        tree_report(tree, RULE_LIMIT_DEPTH, span,
                    "maps and lists are nested more than %d deep here", LIMIT_DEPTH);
        return true;
    }
    if (!is_at_key(tree))
        return false;
    struct diag *diag = tree_report(tree, RULE_YAML_KEY_TYPE, span, "a %s can't be a key",
                                    node_kind_name(opening->kind));
    diag_hint(tree->diags, diag,
              "put quotes around the text; if the file is a template, render it first");
    return true;
}

bool tree_open(struct tree *tree, const struct opening *opening)
{
    if (refuse_opening(tree, opening))
        return false;
    struct node *node = tree_node(tree, opening->kind, opening->start, opening->start);
    node->style = opening->is_flow ? NODE_FLOW : NODE_BLOCK;
    node->flags = opening->is_tagged ? NODE_TAGGED : 0;
    /* go-yaml takes the maps out of a list behind a merge key without decoding the list. */
    const bool is_merge_list = opening->kind == NODE_LIST && tree->top && tree->top->is_map &&
                               (tree->top->last->flags & KEY_MERGE);
    const uint32_t depth = depth_of(tree);
    link_child(tree, node);
    tree->flow_depth += opening->is_flow;
    tree->top = &tree->frames[depth];
    *tree->top =
        (struct frame){.node = node, .is_map = opening->kind == NODE_MAP, .decodes = tree->decodes};
    if (opening->anchor) {
        tree->top->anchor = anchor_put(tree, opening->anchor, node);
        tree->top->anchor->open = true;
    }
    return count_decodes(tree, is_merge_list ? 0 : 1);
}

void tree_close(struct tree *tree)
{
    enum { ENTRIES_MIN = 2 }; /* fewer can't be duplicates */
    struct frame *frame = tree->top;
    struct node *node = frame->node;
    node->len = tree->last_end > node->start ? tree->last_end - node->start : 0;
    tree->flow_depth -= node->style == NODE_FLOW;
    if (frame->is_map && (frame->has_merge || node->n >= ENTRIES_MIN))
        tree_close_map(tree, node, frame->has_merge);
    const uint32_t height = frame->height + 1;
    if (frame->anchor) {
        frame->anchor->open = false;
        frame->anchor->height = height;
        frame->anchor->decodes = tree->decodes - frame->decodes;
    }
    tree->top = frame == tree->frames ? NULL : frame - 1;
    if (tree->top)
        tree->top->height = MAX_OF(tree->top->height, height);
}

bool tree_alias(struct tree *tree, const char *name, struct span span)
{
    tree->last_end = span.end;
    const struct anchor *anchor = anchor_find(tree, str_from(name), span);
    if (!anchor)
        return false;
    if (depth_of(tree) + anchor->height > LIMIT_DEPTH) {
        tree_report(tree, RULE_LIMIT_DEPTH, span,
                    "with this alias maps and lists are nested more than %d deep", LIMIT_DEPTH);
        return false;
    }
    struct node *node;
    if (is_at_key(tree)) {
        node = alias_key(tree, anchor->node, span);
        if (!node)
            return false;
    } else {
        node = tree_node(tree, NODE_ALIAS, span.start, span.end);
        node->first = anchor->node;
        if (is_special(anchor->node)) /* of a key: a value was refused at its place */
            refuse_special(tree, (struct str){anchor->node->text, anchor->node->n}, span);
    }
    link_child(tree, node);
    if (tree->top)
        tree->top->height = MAX_OF(tree->top->height, anchor->height);
    tree->alias_decodes += anchor->decodes;
    return count_decodes(tree, 1 + anchor->decodes);
}

/* ---- scalars ---- */

static struct node *scalar_node(struct tree *tree, const struct scalar *scalar, enum node_kind kind,
                                struct str text)
{
    struct node *node = tree_node(tree, kind, scalar->start, scalar->end);
    node->style = (uint8_t)scalar->style;
    node->text = text.p ? text.p : "";
    node->n = (uint32_t)text.n;
    if (scalar->is_tagged)
        node->flags = NODE_TAGGED;
    return node;
}

/* Infinite or not a number: no value for JSON, but a key may be called so. */
static bool is_special(const struct node *node)
{
    if (node->kind != NODE_FLOAT)
        return false;
    const char last = (char)(node->text[node->n - 1] | 0x20);
    return last == 'f' || last == 'n';
}

static void refuse_special(struct tree *tree, struct str text, struct span span)
{
    struct diag *diag = tree_report(tree, RULE_YAML_VALUE, span,
                                    "'%.*s' is no number that JSON can hold", STR_FMT(text));
    diag_hint(tree->diags, diag, "put quotes around it if it is meant as text");
    tree->broken = true;
}

static struct node *value_make(struct tree *tree, const struct scalar *scalar,
                               const struct resolved *resolved)
{
    struct node *node = scalar_node(tree, scalar, resolved->kind, resolved->text);
    if (resolved->truth)
        node->flags |= NODE_TRUE;
    if (scalar->anchor)
        anchor_put(tree, scalar->anchor, node);
    if (resolved->special)
        refuse_special(tree, resolved->text, tree_span(node));
    return node;
}

static void report_key(struct tree *tree, struct span span, bool is_null)
{
    struct diag *diag = tree_report(tree, RULE_YAML_KEY_TYPE, span, "%s",
                                    is_null ? "a key can't be null"
                                            : "a number above 9223372036854775807 can't be a key");
    diag_hint(tree->diags, diag,
              span.start == span.end ? "write a key before the ':'" : "put quotes around the key");
}

/* The key as text. What can't be a key is reported; the document is then broken. */
static struct node *key_convert(struct tree *tree, const struct scalar *scalar,
                                const struct resolved *resolved)
{
    struct str text;
    const int class = scalar_key(tree->arena, resolved, &text);
    if (class < 0) {
        tree->broken = true;
        report_key(tree, (struct span){scalar->start, scalar->end}, resolved->kind == NODE_NULL);
        return scalar_node(tree, scalar, NODE_STRING, STR(""));
    }
    struct node *node = scalar_node(tree, scalar, NODE_STRING, text);
    node->flags |= (uint16_t) class;
    if (class > 0 && (text.n != scalar->text.n || memcmp(text.p, scalar->text.p, text.n) != 0))
        node->flags |= NODE_CONVERTED;
    return node;
}

static struct node *key_make(struct tree *tree, const struct scalar *scalar,
                             const struct resolved *resolved)
{
    struct node *node = key_convert(tree, scalar, resolved);
    const bool may_merge = scalar->is_implicit || scalar->tag == TAG_MERGE;
    if (may_merge && scalar->text.n == 2 && memcmp(scalar->text.p, "<<", 2) == 0) {
        node->flags |= KEY_MERGE;
        tree->top->has_merge = true;
    }
    if (!scalar->anchor)
        return node;
    /* An alias of a key stands for what was written, not for the text that it became. */
    struct node *value = scalar_node(tree, scalar, resolved->kind, resolved->text);
    if (resolved->truth)
        value->flags |= NODE_TRUE;
    anchor_put(tree, scalar->anchor, value);
    node->flags |= NODE_ANCHORED;
    return node;
}

/* The key that an alias stands for, NULL when it stands for a collection (reported). */
static struct node *alias_key(struct tree *tree, const struct node *target, struct span span)
{
    if (target->kind == NODE_LIST || target->kind == NODE_MAP) {
        tree_report(tree, RULE_YAML_KEY_TYPE, span,
                    "the alias stands for a %s, which can't be a key",
                    node_kind_name((enum node_kind)target->kind));
        return NULL;
    }
    const struct scalar scalar = {.start = span.start, .end = span.end};
    const struct resolved resolved = {
        .kind = (enum node_kind)target->kind,
        .truth = (target->flags & NODE_TRUE) != 0,
        .special = is_special(target),
        .text = {target->text, target->n},
    };
    struct node *node = key_convert(tree, &scalar, &resolved);
    node->flags |= NODE_CONVERTED;
    return node;
}

/* ---- anchors and aliases ---- */

static struct anchor *anchor_put(struct tree *tree, const char *name, struct node *node)
{
    struct anchor *anchor = ARENA_NEW(&tree->scratch, struct anchor);
    *anchor = (struct anchor){.node = node, .decodes = 1};
    map_put(&tree->anchors, str_dup(&tree->scratch, str_from(name)), anchor);
    node->flags |= NODE_ANCHORED;
    return anchor;
}

/* The complete anchor of a name; NULL when an alias can't stand for it (reported). */
static const struct anchor *anchor_find(struct tree *tree, struct str name, struct span span)
{
    const struct anchor *anchor = map_get(&tree->anchors, name);
    if (anchor && !anchor->open)
        return anchor;
    struct diag *diag;
    if (!anchor) {
        /* The name is not quoted: it may be a password that starts with '*'. */
        diag = tree_report(tree, RULE_YAML_ALIAS, span, "no anchor before this alias has its name");
        diag_hint(tree->diags, diag,
                  "put &NAME at the value that it stands for, earlier in this document, or quote "
                  "the text if it is no alias");
        return NULL;
    }
    diag = tree_report(tree, RULE_YAML_ALIAS, span, "the alias stands inside its own anchor");
    diag_hint(tree->diags, diag, "write the value out");
    diag_relate(tree->diags, diag, tree->source,
                (struct span){anchor->node->start, anchor->node->start}, "the anchor is here");
    return NULL;
}

/* Counts what go-yaml decodes and looks at the limits; false when one is reached (reported). */
static bool count_decodes(struct tree *tree, uint64_t n)
{
    enum { GUARD_MIN = 100 }; /* aliases that are never too many */
    tree->decodes += n;
    if (tree->alias_decodes > GUARD_MIN && has_excessive_aliases(tree))
        return false;
    if (tree->node_count <= LIMIT_NODES)
        return true;
    tree_report(tree, RULE_LIMIT_COUNT, (struct span){tree->start, tree->last_end},
                "the document has more than %d values; split it", LIMIT_NODES);
    return false;
}

/* go-yaml's guard against documents that grow: up to 400,000 decoded nodes 99 % of them may come
 * from aliases, from 4,000,000 on 10 % (decode.go, allowedAliasRatio). */
static bool has_excessive_aliases(struct tree *tree)
{
    enum { DECODES_MIN = 1000, RANGE_LOW = 400000, RANGE_HIGH = 4000000 };
    const double done = (double)tree->decodes;
    double allowed = 0.99 - 0.89 * ((done - RANGE_LOW) / (RANGE_HIGH - RANGE_LOW));
    if (tree->decodes <= RANGE_LOW)
        allowed = 0.99;
    if (tree->decodes >= RANGE_HIGH)
        allowed = 0.10;
    const struct span span = {tree->last_end, tree->last_end};
    if (tree->decodes > DECODES_MIN && (double)tree->alias_decodes / done > allowed) {
        struct diag *diag = tree_report(tree, RULE_YAML_ALIAS, span,
                                        "the aliases up to here stand for too many values");
        diag_hint(tree->diags, diag, "write the values out, or split the document");
        return true;
    }
    if (tree->alias_decodes <= LIMIT_ALIAS_NODES)
        return false;
    tree_report(tree, RULE_LIMIT_COUNT, span,
                "the aliases up to here stand for more than %d values", LIMIT_ALIAS_NODES);
    return true;
}
