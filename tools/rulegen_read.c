/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the texts of rules, defaults and gates; their grammar stands in src/admit/rule.h. */
#include "rulegen.h"

#include "base/file.h"
#include "base/limits.h"
#include <stdarg.h>

int gen_fail(const struct gen_line *line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "schemas/%.*s:%u: ", STR_FMT(line->file), line->number);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    return -1;
}

/* To the next blank outside quotes; 0 when a quote is not closed. */
static size_t word_length(struct str text)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < text.n && (quoted || text.p[i] != ' '); i++) {
        if (text.p[i] == '\\' && quoted)
            i++;
        else if (text.p[i] == '"')
            quoted = !quoted;
    }
    return quoted || i > text.n ? 0 : i;
}

static int split_words(struct rulegen *gen, struct str text, struct gen_line *line)
{
    struct str words[RULE_WORDS_MAX];
    size_t n = 0;
    while (text.n) {
        if (text.p[0] == ' ') {
            text = str_from_offset(text, 1);
            continue;
        }
        if (text.p[0] == '#')
            break;
        const size_t length = word_length(text);
        if (length == 0)
            return gen_fail(line, "a quote is not closed");
        if (n == RULE_WORDS_MAX)
            return gen_fail(line, "a line has too many words");
        words[n++] = str_sub(text, 0, length);
        text = str_from_offset(text, length);
    }
    line->words = arena_dup(gen->arena, words, n * sizeof *words);
    line->n = n;
    return 0;
}

/* A type's block goes on in the files of other topics; in one file it stands once. */
static int open_block(struct rulegen *gen, const struct gen_line *line, struct str package,
                      struct gen_blocks *blocks, size_t *ret_index)
{
    struct gen_block block = {.package = package, .head = *line};
    if (!table_type(gen->types, line->words[0], package, &block.type) ||
        gen->types->types.items[block.type].kind != TYPE_STRUCT)
        return gen_fail(line, "%.*s.%.*s is no type of schemas/types", STR_FMT(package),
                        STR_FMT(line->words[0]));
    for (size_t i = 0; i < blocks->n; i++) {
        const struct gen_block *other = &blocks->items[i];
        if (other->type != block.type)
            continue;
        if (line->n != 1 || other->like.n || str_eq(other->head.file, line->file))
            return gen_fail(line, "%.*s has a block already", STR_FMT(line->words[0]));
        blocks->items[i].head.file = line->file;
        *ret_index = i;
        return 0;
    }
    if (line->n == 3 && str_is(line->words[1], "like"))
        block.like = line->words[2];
    else if (line->n != 1)
        return gen_fail(line, "a block is a type, or a type, `like` and another one");
    *ret_index = blocks->n;
    VEC_PUSH(gen->arena, blocks, block);
    return 0;
}

static int read_file(struct rulegen *gen, struct str path, struct str name, struct str package,
                     struct gen_blocks *blocks)
{
    struct str rest;
    struct str text;
    size_t block = SIZE_MAX;
    struct gen_line line = {.file = name};
    const int error = file_read(gen->arena, str_to_c(gen->arena, path), LIMIT_FILE_BYTES, &rest);
    if (error < 0)
        return table_fail(path, strerror(-error));
    while (str_split(&rest, '\n', &text)) {
        line.number++;
        if (split_words(gen, text, &line) < 0)
            return -1;
        if (line.n == 0)
            continue;
        if (text.p[0] != ' ') {
            if (open_block(gen, &line, package, blocks, &block) < 0)
                return -1;
            continue;
        }
        if (block == SIZE_MAX)
            return gen_fail(&line, "an indented line needs a block above it");
        VEC_PUSH(gen->arena, &blocks->items[block].lines, line);
    }
    return 0;
}

/* Rows of another type whose fields this one has. */
static int take_over(struct rulegen *gen, struct gen_blocks *blocks, struct gen_block *block)
{
    type_id id;
    const struct gen_block *other = NULL;
    if (!table_type(gen->types, block->like, block->package, &id))
        return gen_fail(&block->head, "%.*s is no type", STR_FMT(block->like));
    for (size_t i = 0; i < blocks->n && !other; i++)
        if (blocks->items[i].type == id)
            other = &blocks->items[i];
    if (!other || other == block || other->like.n)
        return gen_fail(&block->head, "%.*s has no block with lines of its own",
                        STR_FMT(block->like));
    for (size_t i = 0; i < other->lines.n; i++) {
        struct str name = other->lines.items[i].words[0];
        const ptrdiff_t part = str_find_char(name, '[');
        const ptrdiff_t brace = str_find_char(name, '{');
        if (part > 0 || brace > 0)
            name = str_sub(name, 0, (size_t)(part > 0 ? part : brace));
        if (str_is(name, ".") || gen_field(gen, block->type, name))
            VEC_PUSH(gen->arena, &block->lines, other->lines.items[i]);
    }
    return 0;
}

int gen_read_blocks(struct rulegen *gen, const char *schemas, const char *folder,
                    struct gen_blocks *ret_blocks)
{
    struct dir_entries entries = {0};
    const struct str path = path_join(gen->arena, str_from(schemas), str_from(folder));
    const int error = dir_list(gen->arena, str_to_c(gen->arena, path), &entries);
    if (error < 0)
        return table_fail(path, strerror(-error));
    for (size_t i = 0; i < entries.n; i++) {
        const struct str name = entries.items[i].name;
        if (!str_ends(name, STR(".txt")))
            continue;
        /* core.v1.txt, and core.v1-storage.txt for a topic of a large package. */
        const ptrdiff_t dash = str_find_char(name, '-');
        const struct str package = str_sub(name, 0, dash >= 0 ? (size_t)dash : name.n - 4);
        if (!map_has(&gen->types->text->types, package))
            return table_fail(name, "the file is not named by a package of schemas/types");
        if (read_file(gen, path_join(gen->arena, path, name),
                      path_join(gen->arena, str_from(folder), name), package, ret_blocks) < 0)
            return -1;
    }
    for (size_t i = 0; i < ret_blocks->n; i++)
        if (ret_blocks->items[i].like.n && take_over(gen, ret_blocks, &ret_blocks->items[i]) < 0)
            return -1;
    return 0;
}

/* ---- gates ---- */

static int by_name(const void *a, const void *b, void *ctx)
{
    const struct rulegen *gen = ctx;
    return str_cmp(table_text(&gen->texts, ((const struct rule_gate *)a)->name),
                   table_text(&gen->texts, ((const struct rule_gate *)b)->name));
}

/* Everywhere known, on by default and free to set, unless the line says otherwise. */
static int read_gate(const struct rulegen *gen, const struct gen_line *line, struct rule_gate *gate)
{
    const uint64_t all = gen->types->text->minors;
    const struct {
        struct str word;
        uint64_t *minors;
    } words[] = {
        {STR("@"), &gate->minors}, {STR("known="), &gate->known}, {STR("locked="), &gate->locked}};
    gate->minors = all;
    gate->known = all;
    for (size_t i = 1; i < line->n; i++) {
        size_t w = 0;
        while (w < ARRAY_LEN(words) && !str_starts(line->words[i], words[w].word))
            w++;
        if (w == ARRAY_LEN(words))
            return gen_fail(line, "a gate is a name, the minors where it is on by default, known= "
                                  "and locked=");
        if (gen_minors(line, str_from_offset(line->words[i], words[w].word.n), words[w].minors) < 0)
            return -1;
        *words[w].minors &= all;
    }
    return 0;
}

int gen_read_gates(struct rulegen *gen, const char *schemas)
{
    const struct str path = path_join(gen->arena, str_from(schemas), STR("gates.txt"));
    struct gen_line line = {.file = STR("gates.txt")};
    struct str rest;
    struct str text;
    const int error = file_read(gen->arena, str_to_c(gen->arena, path), LIMIT_FILE_BYTES, &rest);
    if (error < 0)
        return table_fail(path, strerror(-error));
    while (str_split(&rest, '\n', &text)) {
        line.number++;
        if (split_words(gen, text, &line) < 0)
            return -1;
        if (line.n == 0)
            continue;
        struct rule_gate gate = {.name = table_string(&gen->texts, line.words[0])};
        if (read_gate(gen, &line, &gate) < 0)
            return -1;
        for (size_t i = 0; i < gen->gates.n; i++)
            if (gen->gates.items[i].name == gate.name)
                return gen_fail(&line, "this gate stands twice in the file");
        VEC_PUSH(gen->arena, &gen->gates, gate);
    }
    if (gen->gates.n)
        qsort_r(gen->gates.items, gen->gates.n, sizeof *gen->gates.items, by_name, gen);
    return 0;
}

/* ---- functions ---- */

static void scan_functions(struct rulegen *gen, struct str text, struct str prefix,
                           struct gen_functions *functions)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        const ptrdiff_t open = str_find_char(line, '(');
        if (!str_starts(line, prefix) || open < 0)
            continue;
        const struct str name = str_sub(line, prefix.n, (size_t)open);
        bool known = false;
        for (size_t i = 0; i < functions->n && !known; i++)
            known = str_eq(functions->items[i], name);
        if (!known)
            VEC_PUSH(gen->arena, functions, name);
    }
}

int gen_read_functions(struct rulegen *gen, const char *folder, const char *file_prefix,
                       const char *prefix, struct gen_functions *ret_functions)
{
    struct dir_entries entries = {0};
    const struct str start = str_format(gen->arena, "void %s", prefix);
    const int error = dir_list(gen->arena, folder, &entries);
    if (error < 0)
        return table_fail(str_from(folder), strerror(-error));
    for (size_t i = 0; i < entries.n; i++) {
        const struct str name = entries.items[i].name;
        if (!str_starts(name, str_from(file_prefix)) || !str_ends(name, STR(".c")))
            continue;
        struct str text;
        const struct str path = path_join(gen->arena, str_from(folder), name);
        if (file_read(gen->arena, str_to_c(gen->arena, path), LIMIT_FILE_BYTES, &text) < 0)
            return table_fail(path, "can't be read");
        scan_functions(gen, text, start, ret_functions);
    }
    if (ret_functions->n)
        qsort(ret_functions->items, ret_functions->n, sizeof *ret_functions->items, str_cmp_qsort);
    return 0;
}
