/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions with what the API server's own environment made of them: type, value, cost, estimate,
 * or the message. recorded/<name>.json was written by record.py; `self` of a test with a schema is
 * typed as a CRD rule's is. One line a deviation.
 */
#include "cel/recorded.h"

#include "base/file.h"

enum { FILE_BYTES = 16 << 20, TEXT_BYTES = 1 << 20 };

static const struct {
    const char *name;
    const struct cel_type *type;
} declared[] = {
    {"int", &cel_type_int},
    {"uint", &cel_type_uint},
    {"double", &cel_type_double},
    {"string", &cel_type_string},
    {"bytes", &cel_type_bytes},
    {"bool", &cel_type_bool},
    {"map(string,dyn)", &cel_type_map_string_dyn},
};

static const struct cel_type *declared_type(struct arena *arena, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(declared); i++)
        if (str_is(name, declared[i].name))
            return declared[i].type;
    if (str_is(name, "list(int)"))
        return cel_type_list(arena, &cel_type_int);
    if (str_is(name, "list(string)"))
        return cel_type_list(arena, &cel_type_string);
    if (str_is(name, "map(string,string)"))
        return cel_type_map(arena, &cel_type_string, &cel_type_string);
    return &cel_type_dyn;
}

/* ---- values as record.py writes them ---- */

static void show(struct buf *out, struct cel_run *run, struct cel_value value);

static void show_map(struct buf *out, struct cel_run *run, struct cel_value map)
{
    struct cel_iter iter = {.of = map};
    struct cel_value key;
    struct cel_value value;
    size_t n = 0;
    struct str *entries = ARENA_ARRAY(run->arena, struct str, cel_size(run, map) + 1);
    while (cel_iter_next(run, &iter, &key, &value)) {
        struct buf entry;
        buf_init(&entry, TEXT_BYTES);
        show(&entry, run, key);
        buf_add_c(&entry, ": ");
        show(&entry, run, value);
        entries[n++] = str_dup(run->arena, buf_str(&entry));
        buf_release(&entry);
    }
    qsort(entries, n, sizeof *entries, str_cmp_qsort);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_add_c(out, ", ");
        buf_add(out, entries[i]);
    }
}

static void show_list(struct buf *out, struct cel_run *run, struct cel_value list)
{
    for (size_t i = 0; i < cel_size(run, list); i++) {
        if (i)
            buf_add_c(out, ", ");
        show(out, run, cel_list_at(run, list, i));
    }
}

static void show_named(struct buf *out, const char *name, struct str text)
{
    buf_format(out, "%s(%.*s)", name, STR_FMT(text));
}

static void show(struct buf *out, struct cel_run *run, struct cel_value value)
{
    struct buf text;
    buf_init(&text, TEXT_BYTES);
    if (value.kind == CEL_LIST || value.kind == CEL_MAP) {
        bool list = value.kind == CEL_LIST;
        buf_add_char(out, list ? '[' : '{');
        (list ? show_list : show_map)(out, run, value);
        buf_add_char(out, list ? ']' : '}');
    } else if (value.kind == CEL_DOUBLE) {
        cel_double_format(&text, value.f64);
        show_named(out, "double", buf_str(&text));
    } else if (value.kind == CEL_TIMESTAMP) {
        cel_timestamp_format(&text, value.i64, value.nanos);
        show_named(out, "timestamp", buf_str(&text));
    } else if (value.kind == CEL_DURATION) {
        cel_duration_format(&text, value.i64);
        show_named(out, "duration", buf_str(&text));
    } else if (value.kind == CEL_OPTIONAL && value.inner) {
        show(&text, run, *value.inner);
        show_named(out, "optional", buf_str(&text));
    } else if (value.kind == CEL_OPTIONAL) {
        buf_add_c(out, "none");
    } else if (value.kind == CEL_TYPE) {
        show_named(out, "type", value.type->name);
    } else if (value.kind == CEL_OPAQUE) {
        buf_format(out, "<%.*s>", STR_FMT(cel_kind_name(value)));
    } else {
        cel_value_format(out, run, value, TEXT_BYTES);
    }
    buf_release(&text);
}

/* ---- one test ---- */

struct test {
    struct cel_run run;
    struct cel_env *env;
    struct cel_value slots[32];
    const struct node *recorded;
    struct str expr;
    unsigned failures;
};

static void expect(struct test *test, const char *what, struct str have)
{
    struct str want = node_get_text(test->recorded, str_from(what));
    if (str_eq(want, have))
        return;
    test->failures++;
    printf("%.*s\n  %s: want %.*s\n  %s: have %.*s\n", STR_FMT(test->expr), what, STR_FMT(want),
           what, STR_FMT(have));
}

/* Values are data whatever the declared type, except those of a schema. */
static void declare(struct test *test, struct str name, const struct cel_type *type,
                    const struct cel_type *data, const struct node *value)
{
    uint32_t slot = cel_env_add_variable(test->env, name, type);
    if (slot >= ARRAY_LEN(test->slots))
        BUG("too many variables");
    test->slots[slot].kind = CEL_UNKNOWN;
    if (value)
        test->slots[slot] = cel_from_node(&test->run, value, data);
}

static void declare_all(struct test *test, const struct node *file, const struct node *values)
{
    struct arena *arena = test->run.arena;
    const struct node *types = node_get(file, STR("declare"));
    const struct node *schema = node_get(file, STR("schema"));
    for (struct entry e = map_first(types); e.key; e = map_next(e))
        declare(test, node_text(e.key), declared_type(arena, node_text(e.value)), &cel_type_dyn,
                node_get(values, node_text(e.key)));
    if (!schema)
        return;
    const struct cel_type *self = recorded_type(arena, schema, STR("selfType"));
    declare(test, STR("self"), self, self, node_get(values, STR("self")));
}

static void run_program(struct test *test, const struct cel_program *program)
{
    struct buf text;
    buf_init(&text, TEXT_BYTES);
    cel_type_format(&text, cel_program_type(program));
    expect(test, "type", buf_str(&text));
    struct cel_range estimate = cel_estimate(test->run.arena, program);
    buf_clear(&text);
    buf_format(&text, "%" PRIu64 "-%" PRIu64, estimate.min, estimate.max);
    expect(test, "estimate", buf_str(&text));
    struct cel_value value = cel_eval(&test->run, program, test->slots);
    buf_clear(&text);
    buf_format(&text, "%" PRIu64, test->run.cost);
    expect(test, "cost", buf_str(&text));
    buf_clear(&text);
    if (value.kind == CEL_ERROR)
        expect(test, "error", cel_error_text(value));
    else
        show(&text, &test->run, value);
    expect(test, "value", buf_str(&text));
    buf_release(&text);
}

static unsigned run_test(const struct node *file, const struct node *recorded)
{
    struct arena arena = {0};
    struct test test = {.run = {.arena = &arena}, .recorded = recorded};
    const struct node *sets = node_get(file, STR("values"));
    int64_t set = 0;
    (void)node_i64(node_get(recorded, STR("set")), &set);
    test.env = cel_env_new(&arena, (struct cel_env_options){.minor = 36});
    test.expr = node_get_text(recorded, STR("expr"));
    declare_all(&test, file, node_at(sets, (uint32_t)set));
    struct cel_issues issues = {.arena = &arena};
    struct cel_program *program = cel_compile(&arena, test.env, test.expr, &issues);
    if (program) {
        run_program(&test, program);
    } else {
        struct buf text;
        buf_init(&text, TEXT_BYTES);
        /* What can't be planned has no place, and the server prints the message alone. */
        if (issues.items[0].line)
            cel_issues_format(&text, test.expr, &issues);
        else
            buf_add(&text, issues.items[0].message);
        expect(&test, "error", buf_str(&text));
        buf_release(&text);
    }
    cel_program_release(program);
    cel_run_release(&test.run);
    arena_release(&arena);
    return test.failures != 0;
}

int main(int argc, char **argv)
{
    unsigned failed = 0;
    unsigned tests = 0;
    for (int i = 1; i < argc; i++) {
        struct arena arena = {0};
        struct source source = {.path = str_from(argv[i])};
        struct diags diags = {0};
        struct doc doc = {0};
        if (file_read(&arena, argv[i], FILE_BYTES, &source.text) ||
            doc_read_json(&arena, &source, &diags, &doc))
            BUG("can't read %s", argv[i]);
        const struct node *list = node_get(doc.root, STR("tests"));
        for (struct item it = list_first(list); it.value; it = list_next(it), tests++)
            failed += run_test(doc.root, it.value);
        diags_release(&diags);
        arena_release(&arena);
    }
    printf("%u of %u expressions as API server 1.36 has them\n", tests - failed, tests);
    return failed != 0;
}
