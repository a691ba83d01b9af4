/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one file of facts, in byte order, so that the same facts are always the same text. */
#include "schema/schema_text.h"

struct writer {
    struct buf *out;
    struct arena *arena;
    minor_set all;
};

/* The compiled minor next to one, 0 when there is none. */
static unsigned next_minor(minor_set all, unsigned minor)
{
    for (unsigned m = minor + 1; m < MINOR_LIMIT; m++) {
        if (all & minor_bit(m))
            return m;
    }
    return 0;
}

/* `@30-32,35-`, or nothing when the set is what the level above has. */
static void write_minors(const struct writer *writer, minor_set set, minor_set above)
{
    if (set == above)
        return;
    char before = '@';
    unsigned oldest = next_minor(writer->all, 0);
    for (unsigned m = oldest; m; m = next_minor(writer->all, m)) {
        if (!(set & minor_bit(m)))
            continue;
        unsigned last = m;
        unsigned next = next_minor(writer->all, m);
        while (next && set & minor_bit(next)) {
            last = next;
            next = next_minor(writer->all, next);
        }
        buf_add_char(writer->out, before);
        before = ',';
        if (m != oldest)
            buf_format(writer->out, "%u", m);
        if (m != last || m == oldest || !next)
            buf_add_char(writer->out, '-');
        if (next && (m != last || m == oldest))
            buf_format(writer->out, "%u", last);
        m = last;
    }
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct fact_attr *)a)->text, ((const struct fact_attr *)b)->text);
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct fact_line *)a)->key, ((const struct fact_line *)b)->key);
}

static int by_block_key(const void *a, const void *b)
{
    return str_cmp((*(const struct fact_block *const *)a)->key,
                   (*(const struct fact_block *const *)b)->key);
}

static void write_line(const struct writer *writer, const struct fact_line *line, minor_set above)
{
    struct fact_attr *attrs =
        arena_dup(writer->arena, line->attrs.items, line->attrs.n * sizeof *line->attrs.items);
    if (line->attrs.n)
        qsort(attrs, line->attrs.n, sizeof *attrs, by_text);
    buf_format(writer->out, "  %.*s", STR_FMT(line->key));
    if (line->minors != above) {
        buf_add_char(writer->out, ' ');
        write_minors(writer, line->minors, above);
    }
    for (size_t i = 0; i < line->attrs.n; i++) {
        if (attrs[i].minors == 0)
            continue;
        buf_format(writer->out, " %.*s", STR_FMT(attrs[i].text));
        write_minors(writer, attrs[i].minors, line->minors);
    }
    buf_add_char(writer->out, '\n');
}

static void write_block(const struct writer *writer, const struct fact_block *block)
{
    struct fact_line *lines =
        arena_dup(writer->arena, block->lines.items, block->lines.n * sizeof *block->lines.items);
    if (block->lines.n)
        qsort(lines, block->lines.n, sizeof *lines, by_key);
    buf_add_char(writer->out, '\n');
    buf_add(writer->out, block->key);
    if (block->minors != writer->all) {
        buf_add_char(writer->out, ' ');
        write_minors(writer, block->minors, writer->all);
    }
    buf_add_char(writer->out, '\n');
    for (size_t i = 0; i < block->lines.n; i++) {
        if (lines[i].minors)
            write_line(writer, &lines[i], block->minors);
    }
}

void facts_write(struct buf *out, struct arena *arena, const struct facts *facts, minor_set all)
{
    const struct writer writer = {.out = out, .arena = arena, .all = all};
    size_t n = facts->blocks.n;
    const struct fact_block **blocks = ARENA_ARRAY(arena, const struct fact_block *, n);
    for (size_t i = 0; i < n; i++)
        blocks[i] = facts->blocks.entries[i].value;
    if (n)
        qsort(blocks, n, sizeof *blocks, by_block_key);
    buf_add_c(out,
              "# SPDX-License-Identifier: Apache-2.0\n"
              "# Written by `tidegate schemas compile`; change it by compiling, not by hand.\n");
    if (facts->package.n)
        buf_format(out, "package %.*s\n", STR_FMT(facts->package));
    for (size_t i = 0; i < n; i++) {
        if (blocks[i]->minors)
            write_block(&writer, blocks[i]);
    }
}

struct str fact_quote(struct arena *arena, struct str value)
{
    bool plain = value.n > 0;
    for (size_t i = 0; i < value.n; i++)
        plain = plain && !strchr(" \"\\@#", value.p[i]);
    if (plain)
        return value;
    char *text = arena_alloc_text(arena, value.n * 2 + 2);
    size_t n = 0;
    text[n++] = '"';
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            text[n++] = '\\';
        text[n++] = value.p[i];
    }
    text[n++] = '"';
    return (struct str){text, n};
}
