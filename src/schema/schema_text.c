/* SPDX-License-Identifier: Apache-2.0 */
/* Facts with the minors they hold at: adding, forgetting, and the folder they are kept in. */
#include "schema/schema_text.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/limits.h"

struct fact_block *fact_block_add(struct arena *arena, struct facts *facts, struct str key)
{
    struct fact_block *block = map_get(&facts->blocks, key);
    if (block)
        return block;
    facts->blocks.arena = arena;
    block = ARENA_NEW(arena, struct fact_block);
    block->key = str_dup(arena, key);
    map_put(&facts->blocks, block->key, block);
    return block;
}

struct fact_line *fact_line_add(struct arena *arena, struct fact_block *block, struct str key)
{
    for (size_t i = 0; i < block->lines.n; i++) {
        if (str_eq(block->lines.items[i].key, key))
            return &block->lines.items[i];
    }
    VEC_PUSH(arena, &block->lines, (struct fact_line){.key = str_dup(arena, key)});
    return &block->lines.items[block->lines.n - 1];
}

void fact_attr_add(struct arena *arena, struct fact_line *line, struct str text, minor_set minors)
{
    for (size_t i = 0; i < line->attrs.n; i++) {
        if (str_eq(line->attrs.items[i].text, text)) {
            line->attrs.items[i].minors |= minors;
            return;
        }
    }
    VEC_PUSH(arena, &line->attrs,
             (struct fact_attr){.text = str_dup(arena, text), .minors = minors});
}

void facts_forget(struct facts *facts, minor_set minor)
{
    for (size_t b = 0; b < facts->blocks.n; b++) {
        struct fact_block *block = facts->blocks.entries[b].value;
        block->minors &= ~minor;
        for (size_t l = 0; l < block->lines.n; l++) {
            struct fact_line *line = &block->lines.items[l];
            line->minors &= ~minor;
            for (size_t a = 0; a < line->attrs.n; a++)
                line->attrs.items[a].minors &= ~minor;
        }
    }
}

bool version_is_stable(struct str version)
{
    if (version.n < 2 || version.p[0] != 'v')
        return false;
    for (size_t i = 1; i < version.n; i++) {
        if (version.p[i] < '0' || version.p[i] > '9')
            return false;
    }
    return true;
}

static bool is_version(struct str part)
{
    return part.n >= 2 && part.p[0] == 'v' && ascii_is_digit(part.p[1]);
}

struct str package_short(struct str package)
{
    ptrdiff_t dot = str_find_last_char(package, '.');
    if (dot < 0)
        return package;
    struct str last = str_from_offset(package, (size_t)dot + 1);
    if (!is_version(last))
        return last;
    ptrdiff_t before = str_find_last_char(str_sub(package, 0, (size_t)dot), '.');
    return str_from_offset(package, (size_t)(before + 1));
}

struct facts *schema_text_types(struct schema_text *text, struct str package)
{
    struct str name = package_short(package);
    struct facts *facts = map_get(&text->types, name);
    if (facts)
        return facts;
    text->types.arena = text->arena;
    facts = ARENA_NEW(text->arena, struct facts);
    facts->package = str_dup(text->arena, package);
    map_put(&text->types, str_dup(text->arena, name), facts);
    return facts;
}

/* ---- the folder ---- */

static int report_io(struct diags *diags, struct str path, int error)
{
    diag_add(diags, RULE_FILE_UNREADABLE, (struct span){0}, STR(""), "%.*s: %s", STR_FMT(path),
             strerror(-error));
    return -1;
}

/* The text of a file; an absent one is NULL. */
static int read_source(struct arena *arena, struct str path, struct diags *diags,
                       struct source **ret_source)
{
    struct str bytes;
    int error = file_read(arena, str_to_c(arena, path), LIMIT_FILE_BYTES, &bytes);
    *ret_source = NULL;
    if (error == -ENOENT)
        return 0;
    if (error < 0)
        return report_io(diags, path, error);
    *ret_source = source_new(arena, path, bytes);
    return 0;
}

static int read_minors(struct schema_text *text, struct str path, struct diags *diags)
{
    struct source *source;
    if (read_source(text->arena, path, diags, &source) < 0)
        return -1;
    struct str rest = source ? source->text : STR("");
    text->minors = 0;
    struct str word;
    while (str_split(&rest, ' ', &word)) {
        unsigned minor = 0;
        word = str_trim(word);
        for (size_t i = 0; i < word.n && minor < MINOR_LIMIT; i++)
            minor =
                ascii_is_digit(word.p[i]) ? minor * 10 + (unsigned)(word.p[i] - '0') : MINOR_LIMIT;
        if (minor == 0 || minor >= MINOR_LIMIT) {
            diags->at.source = source;
            diag_add(diags, RULE_CONFIG_SYNTAX, (struct span){0}, STR(""),
                     "'%.*s' is not a minor version", STR_FMT(word));
            return -1;
        }
        text->minors |= minor_bit(minor);
    }
    return 0;
}

static int read_facts(struct schema_text *text, struct str path, size_t line_words,
                      struct diags *diags, struct facts *ret_facts)
{
    struct source *source;
    if (read_source(text->arena, path, diags, &source) < 0)
        return -1;
    return source ? facts_read(text->arena, source, line_words, text->minors, diags, ret_facts) : 0;
}

static int read_types(struct schema_text *text, struct str folder, struct diags *diags)
{
    struct arena *arena = text->arena;
    struct dir_entries entries = {0};
    struct str types = path_join(arena, folder, STR("types"));
    int error = dir_list(arena, str_to_c(arena, types), &entries);
    if (error == -ENOENT)
        return 0;
    if (error < 0)
        return report_io(diags, types, error);
    for (size_t i = 0; i < entries.n; i++) {
        struct str name = entries.items[i].name;
        if (!str_ends(name, STR(".txt")))
            continue;
        struct facts *facts = ARENA_NEW(arena, struct facts);
        if (read_facts(text, path_join(arena, types, name), TYPE_LINE_WORDS, diags, facts) < 0)
            return -1;
        text->types.arena = arena;
        map_put(&text->types, str_sub(name, 0, name.n - 4), facts);
    }
    return 0;
}

int schema_text_read(struct schema_text *text, const char *folder, struct diags *diags)
{
    struct arena *arena = text->arena;
    struct str root = str_from(folder);
    struct source *source;
    if (read_minors(text, path_join(arena, root, STR("minors.txt")), diags) < 0 ||
        read_types(text, root, diags) < 0 ||
        read_facts(text, path_join(arena, root, STR("enums.txt")), ENUM_LINE_WORDS, diags,
                   &text->enums) < 0 ||
        read_facts(text, path_join(arena, root, STR("kinds.txt")), KIND_LINE_WORDS, diags,
                   &text->kinds) < 0 ||
        read_source(arena, path_join(arena, root, STR("lifecycle.txt")), diags, &source) < 0)
        return -1;
    return source ? lifecycles_read(arena, source, diags, &text->lifecycles) : 0;
}

/* Leaves a file alone that has this text already, so that builds see no change. */
static int write_if_changed(struct arena *arena, struct str path, struct str bytes,
                            struct diags *diags)
{
    struct str old;
    const char *c_path = str_to_c(arena, path);
    if (file_read(arena, c_path, LIMIT_FILE_BYTES, &old) == 0 && str_eq(old, bytes))
        return 0;
    int error = file_write(c_path, bytes);
    return error < 0 ? report_io(diags, path, error) : 0;
}

/* Blocks, lines and attributes that hold anywhere. */
static size_t count_facts(const struct facts *facts)
{
    size_t n = 0;
    for (size_t b = 0; b < facts->blocks.n; b++) {
        const struct fact_block *block = facts->blocks.entries[b].value;
        n += block->minors != 0;
        for (size_t l = 0; l < block->lines.n; l++) {
            const struct fact_line *line = &block->lines.items[l];
            n += line->minors != 0;
            for (size_t a = 0; a < line->attrs.n; a++)
                n += line->attrs.items[a].minors != 0;
        }
    }
    return n;
}

/* Names come from outside: what would not read back as the same facts is not written. */
static bool reads_back(const struct schema_text *text, const struct facts *written,
                       struct str bytes, size_t line_words)
{
    SCOPED(diags) struct diags diags = {0};
    SCOPED(buf) struct buf again;
    struct facts facts = {0};
    struct source *source = source_new(text->arena, STR(""), bytes);
    buf_init(&again, LIMIT_FILE_BYTES);
    if (facts_read(text->arena, source, line_words, text->minors, &diags, &facts) < 0)
        return false;
    facts_write(&again, text->arena, &facts, text->minors);
    return str_eq(buf_str(&again), bytes) && count_facts(&facts) == count_facts(written);
}

static int write_facts(const struct schema_text *text, struct str path, const struct facts *facts,
                       size_t line_words, struct diags *diags)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_FILE_BYTES);
    facts_write(&out, text->arena, facts, text->minors);
    if (out.full || !reads_back(text, facts, buf_str(&out), line_words)) {
        diag_add(diags, RULE_CONFIG_SYNTAX, (struct span){0}, STR(""),
                 "the document has names or values that do not fit into %.*s", STR_FMT(path));
        return -1;
    }
    return write_if_changed(text->arena, path, buf_str(&out), diags);
}

static bool facts_are_empty(const struct facts *facts)
{
    for (size_t i = 0; i < facts->blocks.n; i++) {
        if (((const struct fact_block *)facts->blocks.entries[i].value)->minors)
            return false;
    }
    return true;
}

static int write_types(const struct schema_text *text, struct str types, struct diags *diags)
{
    for (size_t i = 0; i < text->types.n; i++) {
        struct str name = str_concat(text->arena, text->types.entries[i].key, STR(".txt"));
        struct str path = path_join(text->arena, types, name);
        const struct facts *facts = text->types.entries[i].value;
        if (facts_are_empty(facts)) {
            if (remove(str_to_c(text->arena, path)) < 0 && errno != ENOENT)
                return report_io(diags, path, -errno);
            continue;
        }
        if (write_facts(text, path, facts, TYPE_LINE_WORDS, diags) < 0)
            return -1;
    }
    return 0;
}

static int write_minors(const struct schema_text *text, struct str path, struct diags *diags)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    for (unsigned m = 0; m < MINOR_LIMIT; m++) {
        if (text->minors & minor_bit(m))
            buf_format(&out, out.n ? " %u" : "%u", m);
    }
    buf_add_char(&out, '\n');
    return write_if_changed(text->arena, path, buf_str(&out), diags);
}

int schema_text_write(const struct schema_text *text, const char *folder, struct diags *diags)
{
    struct arena *arena = text->arena;
    struct str root = str_from(folder);
    struct str types = path_join(arena, root, STR("types"));
    int error = dir_create_all(str_to_c(arena, types));
    if (error < 0)
        return report_io(diags, types, error);
    bool ok = write_types(text, types, diags) == 0 &&
              write_facts(text, path_join(arena, root, STR("enums.txt")), &text->enums,
                          ENUM_LINE_WORDS, diags) == 0 &&
              write_facts(text, path_join(arena, root, STR("kinds.txt")), &text->kinds,
                          KIND_LINE_WORDS, diags) == 0 &&
              write_minors(text, path_join(arena, root, STR("minors.txt")), diags) == 0;
    return ok ? 0 : -1;
}
