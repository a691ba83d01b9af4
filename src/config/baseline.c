/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline file: read strictly, because what is misread here is never heard of again. */
#include "config/baseline.h"

#include "base/limits.h"
#include "config/config_internal.h"

enum { FORMAT_VERSION = 1 };

const char baseline_file_name[] = ".tidegate-baseline.yaml";

static const char heading[] = "# Findings that may stay for now, by rule, object and field: "
                              "tidegate reports each that is more.\n"
                              "# `tidegate baseline prune` takes out what has been mended, "
                              "`tidegate baseline write` makes it anew.\n";

/* Keys of an entry that are texts, in the order they are written. */
static const struct text_key {
    const char *name;
    size_t offset;
} text_keys[] = {
    {"set", offsetof(struct baseline_entry, set)},
    {"object", offsetof(struct baseline_entry, object)},
    {"file", offsetof(struct baseline_entry, file)},
    {"rule", offsetof(struct baseline_entry, rule)},
    {"field", offsetof(struct baseline_entry, field)},
};

static struct str text_at(const struct baseline_entry *entry, size_t key)
{
    struct str text;
    memcpy(&text, (const char *)entry + text_keys[key].offset, sizeof text);
    return text;
}

/* ---- entries ---- */

static struct str object_text(struct arena *arena, const struct diag_object *object)
{
    if (!object->kind.n && !object->name.n)
        return STR("");
    struct str api = object->api_version;
    ptrdiff_t slash = str_find_char(api, '/');
    struct str group = slash < 0 ? STR("") : str_sub(api, 0, (size_t)slash);
    return str_format(arena, "%.*s%s%.*s/%.*s%s%.*s", STR_FMT(object->kind), group.n ? "." : "",
                      STR_FMT(group), STR_FMT(object->namespace), object->namespace.n ? "/" : "",
                      STR_FMT(object->name));
}

struct baseline_entry baseline_key(struct arena *arena, const struct diag *diag)
{
    struct baseline_entry key = {.set = diag->set,
                                 .rule = str_from(diag->rule->id),
                                 .object = object_text(arena, &diag->object),
                                 .field = diag->identity};
    /* as in diag_fingerprint */
    if (!diag->identity.n && !diag->object.name.n && diag->source)
        key.file = diag->source->path;
    return key;
}

/* Lengths keep a name with odd characters from being read as two. */
static struct str id_of(struct arena *arena, const struct baseline_entry *entry)
{
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, LIMIT_CONFIG_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(text_keys); i++) {
        struct str part = text_at(entry, i);
        buf_format(&text, "%zu:%.*s", part.n, STR_FMT(part));
    }
    return str_dup(arena, buf_str(&text));
}

struct baseline_entry *baseline_find(struct arena *arena, const struct baseline *baseline,
                                     const struct baseline_entry *key)
{
    return map_get(&baseline->known, id_of(arena, key));
}

struct baseline_entry *baseline_add(struct arena *arena, struct baseline *baseline,
                                    const struct baseline_entry *key)
{
    baseline->known.arena = arena;
    void **slot = map_slot(&baseline->known, id_of(arena, key));
    if (*slot)
        return *slot;
    struct baseline_entry *entry = ARENA_NEW(arena, struct baseline_entry);
    *entry = *key;
    *slot = entry;
    VEC_PUSH(arena, &baseline->entries, entry);
    return entry;
}

/* ---- reading ---- */

struct reader {
    struct arena *arena;
    struct diags *diags;
    struct baseline *baseline;
};

static int refuse(struct reader *reader, enum rule_id rule, const struct node *at,
                  const char *message)
{
    struct span span = at ? node_span(at) : (struct span){0, 0};
    struct diag *diag =
        diag_add(reader->diags, rule, span, STR(""), "the baseline can't be read: %s", message);
    diag_hint(reader->diags, diag,
              "take the file from the last commit, or remove it and run `tidegate baseline write`");
    return -1;
}

static const struct text_key *find_key(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(text_keys); i++)
        if (str_is(name, text_keys[i].name))
            return &text_keys[i];
    return NULL;
}

static int read_count(struct reader *reader, const struct entry *member,
                      struct baseline_entry *entry)
{
    uint64_t count;
    if (!node_u64(member->value, &count) || count < 1 || count > LIMIT_FINDINGS)
        return refuse(reader, RULE_CONFIG_VALUE, member->written,
                      "count must be a number of findings, from 1");
    entry->count = (size_t)count;
    return 0;
}

static int read_member(struct reader *reader, const struct entry *member,
                       struct baseline_entry *entry)
{
    if (str_is(node_text(member->key), "count"))
        return read_count(reader, member, entry);
    const struct text_key *key = find_key(node_text(member->key));
    if (!key)
        return refuse(reader, RULE_CONFIG_UNKNOWN_KEY, member->key,
                      "an entry has set, object, file, rule, field and count");
    if (node_kind(member->value) != NODE_STRING)
        return refuse(reader, RULE_CONFIG_VALUE, member->written, "this must be a text");
    struct str text = str_dup(reader->arena, node_text(member->value));
    memcpy((char *)entry + key->offset, &text, sizeof text);
    return 0;
}

static int read_entry(struct reader *reader, const struct item *item)
{
    struct baseline_entry entry = {.span = node_span(item->written)};
    if (node_kind(item->value) != NODE_MAP)
        return refuse(reader, RULE_CONFIG_VALUE, item->written, "an entry must be a map");
    for (struct entry e = map_first(item->value); e.key; e = map_next(e))
        if (read_member(reader, &e, &entry) < 0)
            return -1;
    if (!entry.rule.n || !entry.count)
        return refuse(reader, RULE_CONFIG_VALUE, item->written, "an entry needs rule and count");
    if (config_rule_is_fixed(entry.rule))
        return refuse(reader, RULE_CONFIG_VALUE, item->written,
                      "a finding of that rule can't be excused");
    if (baseline_find(reader->arena, reader->baseline, &entry))
        return refuse(
            reader, RULE_CONFIG_VALUE, item->written,
            "this entry is there twice, as after a merge; leave one with the right count");
    baseline_add(reader->arena, reader->baseline, &entry);
    return 0;
}

static int read_root(struct reader *reader, const struct node *root)
{
    int64_t version;
    if (node_kind(root) != NODE_MAP)
        return refuse(reader, RULE_CONFIG_VALUE, root, "it must be a map of version and findings");
    for (struct entry e = map_first(root); e.key; e = map_next(e))
        if (!str_is(node_text(e.key), "version") && !str_is(node_text(e.key), "findings"))
            return refuse(reader, RULE_CONFIG_UNKNOWN_KEY, e.key,
                          "it must have version and findings, and no more");
    if (!node_i64(node_get(root, STR("version")), &version) || version != FORMAT_VERSION)
        return refuse(reader, RULE_CONFIG_VALUE, root, "it must say version: 1");
    const struct node *findings = node_get(root, STR("findings"));
    if (node_kind(findings) != NODE_LIST)
        return refuse(reader, RULE_CONFIG_VALUE, root, "findings must be a list");
    for (struct item it = list_first(findings); it.value; it = list_next(it))
        if (read_entry(reader, &it) < 0)
            return -1;
    return 0;
}

int baseline_read(struct arena *arena, struct source *source, struct diags *diags,
                  struct baseline *ret_baseline)
{
    struct baseline baseline = {.known = {.arena = arena}};
    struct reader reader = {.arena = arena, .diags = diags, .baseline = &baseline};
    const struct node *root = NULL;
    const struct diag_at at = diags->at;
    diags->at = (struct diag_at){.source = source};
    int result = config_read_tree(arena, source, diags, &root);
    if (result == 0)
        result = read_root(&reader, root);
    diags->at = at;
    if (result == 0)
        *ret_baseline = baseline;
    return result;
}

/* ---- writing ---- */

static int compare(const void *a, const void *b)
{
    const struct baseline_entry *const *left = a, *const *right = b;
    int order = 0;
    for (size_t i = 0; i < ARRAY_LEN(text_keys) && order == 0; i++)
        order = str_cmp(text_at(*left, i), text_at(*right, i));
    return order;
}

static struct node *entry_node(struct arena *arena, const struct baseline_entry *entry)
{
    struct node *map = node_new(arena, NODE_MAP);
    for (size_t i = 0; i < ARRAY_LEN(text_keys); i++) {
        struct str text = text_at(entry, i);
        if (text.n)
            node_put(arena, map, str_from(text_keys[i].name), node_new_text(arena, text));
    }
    node_put(arena, map, STR("count"), node_new_i64(arena, (int64_t)entry->count));
    return map;
}

void baseline_write(struct baseline *baseline, struct buf *out)
{
    struct arena arena SCOPED(arena) = {0};
    struct baseline_entries *entries = &baseline->entries;
    if (entries->n)
        qsort(entries->items, entries->n, sizeof *entries->items, compare);
    struct node *list = node_new(&arena, NODE_LIST);
    struct node **end = &list->first;
    for (size_t i = 0; i < entries->n; i++) {
        if (!entries->items[i]->count)
            continue;
        *end = entry_node(&arena, entries->items[i]);
        end = &(*end)->next;
        list->n++;
    }
    struct node *root = node_new(&arena, NODE_MAP);
    node_put(&arena, root, STR("version"), node_new_i64(&arena, FORMAT_VERSION));
    node_put(&arena, root, STR("findings"), list);
    buf_format(out, "%s", heading);
    doc_write_yaml(out, root);
}
