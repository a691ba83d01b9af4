/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, and what the standard library asks of strings. */
#include "base/regex.h"
#include "cel/cel_rows.h"

static struct cel_value size(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value value = args[0];
    if (value.kind == CEL_STRING)
        return cel_int((int64_t)cel_runes(&value));
    if (value.kind == CEL_BYTES)
        return cel_int((int64_t)value.n);
    if (value.kind == CEL_LIST || value.kind == CEL_MAP)
        return cel_int((int64_t)cel_size(run, value));
    if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION)
        return cel_fail_overload(run);
    return cel_fail(run, "no such overload: size");
}

/* These check their arguments themselves, as cel-go's do: CEL_UNGUARDED. */
static bool are_strings(const struct cel_value *args)
{
    return args[0].kind == CEL_STRING && args[1].kind == CEL_STRING;
}

static struct cel_value contains(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    if (!are_strings(args))
        return cel_fail_overload(run);
    if (!cel_tick(run, args[0].n))
        return cel_fail_budget(run);
    return cel_bool(str_has(cel_text(args[0]), cel_text(args[1])));
}

static struct cel_value starts_with(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    if (!are_strings(args))
        return cel_fail_overload(run);
    return cel_bool(str_starts(cel_text(args[0]), cel_text(args[1])));
}

static struct cel_value ends_with(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    if (!are_strings(args))
        return cel_fail_overload(run);
    return cel_bool(str_ends(cel_text(args[0]), cel_text(args[1])));
}

static struct cel_value matches(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value error;
    if (!are_strings(args))
        return cel_fail_overload(run);
    const struct regex *regex = cel_regex_get(run, cel_text(args[1]), &error);
    if (!regex)
        return error;
    if (!cel_tick(run, args[0].n))
        return cel_fail_budget(run);
    return cel_bool(regex_has(regex, cel_text(args[0])));
}

static const struct cel_function rows[] = {
    {"size", "size_string", CEL_UNGUARDED, PARAMS(STRING), INT, size, .cost = NULL},
    {"size", "string_size", CEL_MEMBER | CEL_UNGUARDED, PARAMS(STRING), INT, size, .cost = NULL},
    {"size", "size_bytes", CEL_UNGUARDED, PARAMS(BYTES), INT, size, .cost = NULL},
    {"size", "bytes_size", CEL_MEMBER | CEL_UNGUARDED, PARAMS(BYTES), INT, size, .cost = NULL},
    {"size", "size_list", CEL_UNGUARDED, PARAMS(LIST_A), INT, size, .cost = NULL},
    {"size", "list_size", CEL_MEMBER | CEL_UNGUARDED, PARAMS(LIST_A), INT, size, .cost = NULL},
    {"size", "size_map", CEL_UNGUARDED, PARAMS(MAP_AB), INT, size, .cost = NULL},
    {"size", "map_size", CEL_MEMBER | CEL_UNGUARDED, PARAMS(MAP_AB), INT, size, .cost = NULL},
    {"contains", "contains_string", CEL_MEMBER | CEL_UNGUARDED, PARAMS(STRING, STRING), BOOL,
     contains, .cost = &cel_cost_contains},
    {"startsWith", "starts_with_string", CEL_MEMBER | CEL_UNGUARDED, PARAMS(STRING, STRING), BOOL,
     starts_with, .cost = &cel_cost_prefix},
    {"endsWith", "ends_with_string", CEL_MEMBER | CEL_UNGUARDED, PARAMS(STRING, STRING), BOOL,
     ends_with, .cost = &cel_cost_prefix},
    {"matches", "matches", CEL_UNGUARDED, PARAMS(STRING, STRING), BOOL, matches, .cost = NULL},
    {"matches", "matches_string", CEL_MEMBER | CEL_UNGUARDED, PARAMS(STRING, STRING), BOOL, matches,
     .cost = &cel_cost_matches},
};

const struct cel_library cel_lib_text = {"text", 0, 0, LIBRARY_ROWS(rows), NULL};
