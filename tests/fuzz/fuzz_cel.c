/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions: whatever the text, compiling, estimating and evaluating end within their limits, and
 * what is checked evaluates to a value of its type's kind.
 */
#include "cel/cel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char object[] =
    "{\"metadata\":{\"name\":\"web\",\"labels\":{\"app\":\"web\"}},"
    "\"spec\":{\"replicas\":3,\"ratio\":0.5,\"none\":null,\"list\":[3,1,2],"
    "\"containers\":[{\"name\":\"a\",\"image\":\"nginx\"},{\"name\":\"b\"}]}}";

static const struct node *read_object(struct arena *arena, struct source *source,
                                      struct diags *diags)
{
    struct doc doc;
    *source = (struct source){.path = STR("object"), .text = STR(object)};
    return doc_read_json(arena, source, diags, &doc) ? NULL : doc.root;
}

static bool kind_fits(const struct cel_type *type, struct cel_value value)
{
    if (type->kind == CEL_DYN || type->kind == CEL_PARAM)
        return true;
    if (value.kind == CEL_ERROR || value.kind == CEL_UNKNOWN || value.kind == CEL_OPAQUE ||
        value.kind == CEL_NULL)
        return true;
    return type->kind == (enum cel_kind)value.kind;
}

static void run_program(struct arena *arena, const struct cel_program *program,
                        const struct node *root)
{
    enum { FUZZ_COST = 20000 };
    struct cel_run run = {.arena = arena, .cost_limit = FUZZ_COST};
    struct cel_value slots[] = {cel_from_node(&run, root, &cel_type_dyn), cel_string(STR("text")),
                                cel_int(7)};
    struct cel_value value = cel_eval(&run, program, slots);
    struct buf text;
    buf_init(&text, 4096);
    cel_value_format(&text, &run, value, 1024);
    if (!kind_fits(cel_program_type(program), value))
        BUG("%.*s is not of the type that was deduced", STR_FMT(buf_str(&text)));
    (void)cel_explain(&run, program, slots, &text);
    buf_release(&text);
    cel_run_release(&run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct source source;
    struct diags diags = {0};
    struct str text = {(const char *)data, n};
    struct cel_env *env = cel_env_new(&arena, (struct cel_env_options){.minor = 36});
    (void)cel_env_add_variable(env, STR("object"), &cel_type_dyn);
    (void)cel_env_add_variable(env, STR("s"), &cel_type_string);
    (void)cel_env_add_variable(env, STR("i"), &cel_type_int);
    struct cel_issues issues = {.arena = &arena};
    struct cel_program *program = cel_compile(&arena, env, text, &issues);
    const struct node *root = read_object(&arena, &source, &diags);
    if (!program && !issues.n)
        BUG("refused without an issue");
    if (program) {
        (void)cel_estimate(&arena, program).max;
        run_program(&arena, program, root);
    }
    struct buf out;
    buf_init(&out, 1 << 16);
    cel_issues_format(&out, text, &issues);
    buf_release(&out);
    cel_program_release(program);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
