/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build-time tool:
 *
 *   rulegen SCHEMAS SRC_ADMIT OUT.c OUT_CALLS.h
 *
 * makes the tables of schemas/rules, schemas/defaults and schemas/gates.txt, with types and fields
 * numbered as schemagen does.
 */
#include "rulegen.h"

#include "base/file.h"
#include "base/limits.h"

static int read_all(struct rulegen *gen, const char *schemas, const char *source)
{
    if (gen_read_gates(gen, schemas) < 0 ||
        gen_read_functions(gen, source, "rule_", "rule_", &gen->rule_functions) < 0 ||
        gen_read_functions(gen, source, "default_", "fill_", &gen->fill_functions) < 0 ||
        gen_read_blocks(gen, schemas, "rules", &gen->rules) < 0 ||
        gen_read_blocks(gen, schemas, "defaults", &gen->defaults) < 0)
        return -1;
    return 0;
}

/* What has not changed keeps its time, so that only what needs it is compiled again. */
static int write_text(struct arena *arena, const char *path, const struct buf *out)
{
    struct str old;
    if (file_read(arena, path, LIMIT_FILE_BYTES, &old) == 0 && str_eq(old, buf_str(out)))
        return 0;
    const int error = file_write(path, buf_str(out));
    return error < 0 ? table_fail(str_from(path), strerror(-error)) : 0;
}

static int write_all(const struct rulegen *gen, const char *table_path, const char *calls_path)
{
    SCOPED(buf) struct buf out;
    SCOPED(buf) struct buf calls;
    buf_init(&out, LIMIT_FILE_BYTES);
    buf_init(&calls, LIMIT_FILE_BYTES);
    gen_emit(gen, &out);
    gen_emit_calls(gen, &calls);
    if (write_text(gen->arena, table_path, &out) < 0)
        return -1;
    return write_text(gen->arena, calls_path, &calls);
}

static int make(struct rulegen *gen, char **argv)
{
    gen->by_type = ARENA_ARRAY(gen->arena, struct rule_type, gen->types->types.n);
    gen->below = ARENA_ARRAY(gen->arena, uint8_t, gen->types->types.n);
    gen->field_slots = ARENA_ARRAY(gen->arena, uint8_t, gen->types->fields.n);
    table_string(&gen->texts, STR(""));
    VEC_PUSH(gen->arena, &gen->texts.lists, 0);
    if (read_all(gen, argv[1], argv[2]) < 0 || gen_rules(gen) < 0 || gen_defaults(gen) < 0)
        return -1;
    gen_below(gen);
    return write_all(gen, argv[3], argv[4]);
}

int main(int argc, char **argv)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct schema_text text = {.arena = &arena};
    struct table types = {.arena = &arena, .text = &text};
    struct rulegen gen = {.arena = &arena, .types = &types, .texts = {.arena = &arena}};
    if (argc != 5)
        return table_fail(STR("rulegen"), "see the top of tools/rulegen.c for its use") == 0 ? 0
                                                                                             : 1;
    buf_init(&types.strings, LIMIT_FILE_BYTES);
    buf_init(&gen.texts.strings, LIMIT_FILE_BYTES);
    int error = schema_text_read(&text, argv[1], &diags);
    if (error == 0)
        error = table_build(&types);
    if (error == 0)
        error = make(&gen, argv);
    buf_release(&types.strings);
    buf_release(&gen.texts.strings);
    return error == 0 ? 0 : 1;
}
