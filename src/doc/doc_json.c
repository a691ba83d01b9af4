/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON into the tree: strict RFC 8259, with the few freedoms that Go's decoder leaves to the API
 * server: lone surrogates become U+FFFD, integers stay exact as far as 64 bits go, everything else
 * is a double. Descends recursively; LIMIT_DEPTH bounds it.
 */
#include "base/ascii.h"
#include "base/limits.h"
#include "base/map.h"
#include "doc/doc_internal.h"
#include "doc/json_internal.h"

enum { KEYS_TABLE_FROM = 16, NODE_BLOCK_SIZE = 64 };

/* The same key twice in one map. Told when the value as a whole could be read. */
struct twin {
    struct span first;
    struct span second;
    struct str name;
    struct str field;
};

struct reader {
    struct arena *arena; /* borrowed: the tree */
    struct jscan scan;
    struct node *spare; /* nodes are taken from the arena in blocks */
    uint32_t spare_count;
    uint32_t depth;
    uint32_t nodes;
    struct {
        VEC(struct twin);
    } twins;
};

static struct node *read_value(struct reader *r, const struct path *path);
static struct doc read_doc(struct reader *r, struct source *source, struct diags *diags);
static void report_failure(const struct jscan *scan, struct diags *diags);
static int check_size(const struct source *source, struct diags *diags);

int doc_read_json(struct arena *arena, struct source *source, struct diags *diags,
                  struct doc *ret_doc)
{
    if (check_size(source, diags))
        return -1;
    SCOPED(arena) struct arena scratch = {0};
    struct reader r = {.arena = arena, .scan = {.text = source->text, .scratch = &scratch}};
    jscan_blanks(&r.scan);
    struct doc doc = read_doc(&r, source, diags);
    if (!doc.broken) {
        jscan_blanks(&r.scan);
        if (r.scan.pos < r.scan.text.n)
            jscan_fail_here(&r.scan, "nothing after the value");
    }
    if (r.scan.failed) {
        report_failure(&r.scan, diags);
        doc.root = NULL;
        doc.broken = true;
    }
    *ret_doc = doc;
    return 0;
}

/* The next value of a stream; false at its end and when it is broken. */
static bool read_next(struct reader *r, struct source *source, struct diags *diags,
                      struct doc_list *ret_docs)
{
    jscan_blanks(&r->scan);
    if (r->scan.pos == r->scan.text.n)
        return false;
    if (ret_docs->n >= LIMIT_DOCUMENTS) {
        jscan_fail(&r->scan, RULE_LIMIT_COUNT, r->scan.pos, r->scan.pos,
                   "a file has too many documents");
        return false;
    }
    const struct doc doc = read_doc(r, source, diags);
    VEC_PUSH(r->arena, ret_docs, doc);
    return !doc.broken;
}

int doc_read_json_stream(struct arena *arena, struct source *source, uint32_t from,
                         struct diags *diags, struct doc_list *ret_docs)
{
    if (check_size(source, diags))
        return -1;
    SCOPED(arena) struct arena scratch = {0};
    struct reader r = {.arena = arena,
                       .scan = {.text = source->text, .scratch = &scratch, .pos = from}};
    while (read_next(&r, source, diags, ret_docs))
        continue;
    if (!r.scan.failed)
        return 0;
    report_failure(&r.scan, diags);
    return ret_docs->n >= LIMIT_DOCUMENTS ? -1 : 0;
}

/* ---- one document ---- */

static int check_size(const struct source *source, struct diags *diags)
{
    if (source->text.n <= LIMIT_FILE_BYTES)
        return 0;
    diag_add(diags, RULE_LIMIT_SIZE, (struct span){0, 0}, (struct str){0},
             "JSON text of %zu bytes is over the limit of %d", source->text.n, LIMIT_FILE_BYTES);
    return -1;
}

static void report_failure(const struct jscan *scan, struct diags *diags)
{
    diag_add(diags, scan->rule, scan->span, (struct str){0}, "%.*s", STR_FMT(scan->message));
}

static void report_twins(const struct reader *r, struct source *source, struct diags *diags)
{
    for (size_t i = 0; i < r->twins.n; i++) {
        const struct twin *twin = &r->twins.items[i];
        if (i == LIMIT_FINDINGS_PER_DOC) {
            diag_add(diags, RULE_LIMIT_COUNT, twin->second, (struct str){0},
                     "more than %d duplicate keys in one document; the others are not shown",
                     LIMIT_FINDINGS_PER_DOC);
            return;
        }
        const struct str name = diag_quote(&diags->arena, twin->name);
        struct diag *diag =
            diag_add(diags, RULE_YAML_DUPLICATE_KEY, twin->second, twin->field,
                     "key '%.*s' is here twice; the last one would win", STR_FMT(name));
        diag_relate(diags, diag, source, twin->first, "it is first here");
    }
}

/* The value at the position. A failure is left in the scan for the caller to report. */
static struct doc read_doc(struct reader *r, struct source *source, struct diags *diags)
{
    const size_t start = r->scan.pos;
    const struct path root = {0};
    r->depth = r->nodes = 0;
    r->twins.n = 0;
    const struct node *value = read_value(r, &root);
    if (value)
        report_twins(r, source, diags);
    return (struct doc){
        .source = source,
        .root = value,
        .span = {(uint32_t)start, (uint32_t)(value ? r->scan.pos : r->scan.text.n)},
        .broken = !value,
        .json = true,
    };
}

/* ---- scalars ---- */

static struct node *make(struct reader *r, enum node_kind kind, enum node_style style, size_t start)
{
    if (++r->nodes > LIMIT_NODES) {
        jscan_fail(&r->scan, RULE_LIMIT_COUNT, start, start, "a JSON value has too many nodes");
        return NULL;
    }
    if (r->spare_count == 0) {
        r->spare = ARENA_ARRAY(r->arena, struct node, NODE_BLOCK_SIZE);
        r->spare_count = NODE_BLOCK_SIZE;
    }
    struct node *node = r->spare++;
    r->spare_count--;
    node->kind = (uint8_t)kind;
    node->style = (uint8_t)style;
    node->start = (uint32_t)start;
    node->len = (uint32_t)(r->scan.pos - start);
    return node;
}

static struct node *make_scalar(struct reader *r, enum node_kind kind, enum node_style style,
                                size_t start, struct str text)
{
    struct node *node = r->scan.failed ? NULL : make(r, kind, style, start);
    if (!node)
        return NULL;
    node->text = text.p;
    node->n = (uint32_t)text.n;
    return node;
}

static struct node *read_word(struct reader *r)
{
    static const struct {
        struct str text;
        enum node_kind kind;
        uint16_t flags;
    } words[] = {
        {{"true", 4}, NODE_BOOL, NODE_TRUE},
        {{"false", 5}, NODE_BOOL, 0},
        {{"null", 4}, NODE_NULL, 0},
    };
    const size_t start = r->scan.pos;
    const struct str rest = str_from_offset(r->scan.text, start);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_starts(rest, words[i].text))
            continue;
        r->scan.pos += words[i].text.n;
        struct node *node =
            make_scalar(r, words[i].kind, NODE_PLAIN, start, str_sub(rest, 0, words[i].text.n));
        if (node)
            node->flags = words[i].flags;
        return node;
    }
    jscan_fail_here(&r->scan, "a value");
    return NULL;
}

static struct node *read_number(struct reader *r)
{
    const size_t start = r->scan.pos;
    struct str text = {0};
    const enum node_kind kind = jscan_number(&r->scan, &text);
    return make_scalar(r, kind, NODE_PLAIN, start, text);
}

static struct node *read_string(struct reader *r)
{
    const size_t start = r->scan.pos;
    const struct str text = jscan_string(&r->scan, r->arena);
    return make_scalar(r, NODE_STRING, NODE_DOUBLE_QUOTED, start, text);
}

/* ---- collections ---- */

static bool enter(struct reader *r)
{
    if (++r->depth <= LIMIT_DEPTH)
        return true;
    jscan_fail(&r->scan, RULE_LIMIT_DEPTH, r->scan.pos, r->scan.pos + 1,
               "JSON is nested too deeply");
    return false;
}

static struct node *leave(struct reader *r, struct node *node)
{
    r->depth--;
    node->len = (uint32_t)(r->scan.pos - node->start);
    return node;
}

/* After an item: true when another follows, false at the end or when it failed. */
static bool more(struct reader *r, char close, const char *expected)
{
    jscan_blanks(&r->scan);
    if (jscan_char(&r->scan, ',')) {
        jscan_blanks(&r->scan);
        return true;
    }
    if (!jscan_char(&r->scan, close))
        jscan_fail_here(&r->scan, expected);
    return false;
}

static struct node *read_list(struct reader *r, const struct path *path)
{
    struct node *list = make(r, NODE_LIST, NODE_FLOW, r->scan.pos);
    if (!list || !enter(r))
        return NULL;
    r->scan.pos++;
    jscan_blanks(&r->scan);
    if (jscan_char(&r->scan, ']'))
        return leave(r, list);
    struct node **link = &list->first;
    do {
        const struct path here = {.up = path, .index = list->n};
        *link = read_value(r, &here);
        if (!*link)
            return NULL;
        link = &(*link)->next;
        list->n++;
    } while (more(r, ']', "',' or ']'"));
    return r->scan.failed ? NULL : leave(r, list);
}

/* Many keys are found by the table `keys`, which begins when the map is large enough. */
static struct node *earlier_key(struct reader *r, struct map *keys, struct node *map,
                                const struct node *key)
{
    const struct str name = {key->text, key->n};
    if (map->n < KEYS_TABLE_FROM) {
        for (struct node *k = map->first; k; k = k->next->next) {
            if (str_eq((struct str){k->text, k->n}, name))
                return k;
        }
        return NULL;
    }
    if (!keys->arena) {
        keys->arena = r->scan.scratch;
        for (struct node *k = map->first; k; k = k->next->next)
            map_put(keys, (struct str){k->text, k->n}, k);
    }
    return map_get(keys, name);
}

/* The path with brackets where the server writes them: looked up only for findings. */
static const struct path *server_path(struct arena *arena, const struct path *path)
{
    if (!path->up)
        return path;
    struct path *copy = arena_dup(arena, path, sizeof *path);
    copy->up = server_path(arena, path->up);
    copy->is_key = path->name.p && path_shows_key(path->up, path->name);
    return copy;
}

/* The last of equal keys counts, as in Go; it takes the entry of the first. */
static void replace_entry(struct reader *r, struct node *old, const struct node *key,
                          struct node *value, const struct path *path)
{
    if (r->twins.n <= (size_t)LIMIT_FINDINGS_PER_DOC) {
        VEC_PUSH(r->scan.scratch, &r->twins,
                 ((struct twin){
                     .first = node_span(old),
                     .second = node_span(key),
                     .name = {key->text, key->n},
                     .field = path_format(r->scan.scratch, server_path(r->scan.scratch, path))}));
    }
    value->next = old->next->next;
    old->start = key->start;
    old->len = key->len;
    old->next = value;
}

static bool read_entry(struct reader *r, struct node *map, struct map *keys, struct node ***tail,
                       const struct path *path)
{
    if (r->scan.pos == r->scan.text.n || r->scan.text.p[r->scan.pos] != '"') {
        jscan_fail_here(&r->scan, "a key in double quotes");
        return false;
    }
    struct node *key = read_string(r);
    if (!key)
        return false;
    jscan_blanks(&r->scan);
    if (!jscan_char(&r->scan, ':')) {
        jscan_fail_here(&r->scan, "':' after the key");
        return false;
    }
    jscan_blanks(&r->scan);
    const struct str name = {key->text, key->n};
    const struct path here = {.up = path, .name = name};
    struct node *value = read_value(r, &here);
    if (!value)
        return false;
    struct node *old = earlier_key(r, keys, map, key);
    if (old) {
        const bool last = *tail == &old->next->next;
        replace_entry(r, old, key, value, &here);
        if (last)
            *tail = &value->next;
        return true;
    }
    **tail = key;
    key->next = value;
    *tail = &value->next;
    map->n++;
    if (keys->arena)
        map_put(keys, (struct str){key->text, key->n}, key);
    return true;
}

static struct node *read_map(struct reader *r, const struct path *path)
{
    struct node *map = make(r, NODE_MAP, NODE_FLOW, r->scan.pos);
    if (!map || !enter(r))
        return NULL;
    r->scan.pos++;
    jscan_blanks(&r->scan);
    if (jscan_char(&r->scan, '}'))
        return leave(r, map);
    struct map keys = {0};
    struct node **tail = &map->first;
    do {
        if (!read_entry(r, map, &keys, &tail, path))
            return NULL;
    } while (more(r, '}', "',' or '}'"));
    return r->scan.failed ? NULL : leave(r, map);
}

/* NULL when it failed. The position is at the value's first byte. */
static struct node *read_value(struct reader *r, const struct path *path)
{
    const char c = r->scan.pos < r->scan.text.n ? r->scan.text.p[r->scan.pos] : '\0';
    if (c == '{')
        return read_map(r, path);
    if (c == '[')
        return read_list(r, path);
    if (c == '"')
        return read_string(r);
    if (c == '-' || ascii_is_digit(c))
        return read_number(r);
    return read_word(r);
}
