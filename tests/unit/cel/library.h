/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of expressions with what the API server's own environment made of them. */
#pragma once

#include "unit/unit.h"

#include "cel/cel_library.h"

struct library_row {
    const char *source;
    const char *answer; /* the value, "error: ..." or "refused", which is at compile time */
    uint64_t cost;      /* of values */
};

static void library_show(struct buf *out, struct cel_run *run, struct cel_value value);

static int library_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void library_show_map(struct buf *out, struct cel_run *run, struct cel_value map)
{
    struct str entries[16];
    size_t n = 0;
    struct cel_iter iter = {.of = map};
    struct cel_value key;
    struct cel_value value;
    while (cel_iter_next(run, &iter, &key, &value) && n < ARRAY_LEN(entries)) {
        SCOPED(buf) struct buf entry;
        buf_init(&entry, 1024);
        library_show(&entry, run, key);
        buf_add_c(&entry, ": ");
        library_show(&entry, run, value);
        entries[n++] = str_dup(run->arena, buf_str(&entry));
    }
    qsort(entries, n, sizeof *entries, library_order);
    for (size_t i = 0; i < n; i++)
        buf_format(out, "%s%.*s", i ? ", " : "", STR_FMT(entries[i]));
}

static void library_show_container(struct buf *out, struct cel_run *run, struct cel_value value)
{
    buf_add_char(out, value.kind == CEL_LIST ? '[' : '{');
    if (value.kind == CEL_MAP)
        library_show_map(out, run, value);
    for (size_t i = 0; value.kind == CEL_LIST && i < cel_size(run, value); i++) {
        if (i)
            buf_add_c(out, ", ");
        library_show(out, run, cel_list_at(run, value, i));
    }
    buf_add_char(out, value.kind == CEL_LIST ? ']' : '}');
}

static void library_show_time(struct buf *out, struct cel_value value)
{
    buf_add_c(out, value.kind == CEL_DURATION ? "duration(" : "timestamp(");
    if (value.kind == CEL_DURATION)
        cel_duration_format(out, value.i64);
    else
        cel_timestamp_format(out, value.i64, value.nanos);
    buf_add_char(out, ')');
}

static void library_show(struct buf *out, struct cel_run *run, struct cel_value value)
{
    if (value.kind == CEL_LIST || value.kind == CEL_MAP) {
        library_show_container(out, run, value);
    } else if (value.kind == CEL_DURATION || value.kind == CEL_TIMESTAMP) {
        library_show_time(out, value);
    } else if (value.kind == CEL_DOUBLE) {
        buf_add_c(out, "double(");
        cel_double_format(out, value.f64);
        buf_add_char(out, ')');
    } else if (value.kind == CEL_TYPE) {
        buf_format(out, "type(%.*s)", STR_FMT(value.type->name));
    } else if (value.kind == CEL_OPTIONAL) {
        buf_add_c(out, value.inner ? "optional(" : "none");
        if (value.inner) {
            library_show(out, run, *value.inner);
            buf_add_char(out, ')');
        }
    } else {
        cel_value_format(out, run, value, 1024);
    }
}

/* Evaluates one; the answer is as in the rows. */
static void library_answer(struct arena *arena, const struct cel_env *env, const char *source,
                           struct buf *out, uint64_t *ret_cost)
{
    struct cel_issues issues = {.arena = arena};
    struct cel_program *program = cel_compile(arena, env, str_from(source), &issues);
    if (!program) {
        buf_add_c(out, "refused");
        return;
    }
    struct cel_run run = {.arena = arena};
    library_show(out, &run, cel_eval(&run, program, NULL));
    *ret_cost = run.cost;
    cel_run_release(&run);
    cel_program_release(program);
}

static void library_check(struct cel_env_options options, const struct library_row *rows, size_t n)
{
    size_t failed = 0;
    for (size_t i = 0; i < n; i++) {
        struct arena arena SCOPED(arena) = {0};
        const struct cel_env *env = cel_env_new(&arena, options);
        SCOPED(buf) struct buf out;
        uint64_t cost = 0;
        buf_init(&out, 4096);
        library_answer(&arena, env, rows[i].source, &out, &cost);
        const bool is_value = rows[i].answer[0] != 'r' && strncmp(rows[i].answer, "error", 5) != 0;
        if (str_is(buf_str(&out), rows[i].answer) && (!is_value || cost == rows[i].cost))
            continue;
        print_error("%s: %.*s (%" PRIu64 "), not %s (%" PRIu64 ")\n", rows[i].source,
                    STR_FMT(buf_str(&out)), cost, rows[i].answer, rows[i].cost);
        failed++;
    }
    assert_int_equal(failed, 0);
}
