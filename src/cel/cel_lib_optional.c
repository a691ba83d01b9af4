/* SPDX-License-Identifier: Apache-2.0 */
/* Optional values. Selecting and indexing with ? is the evaluator's, as is that or() and orValue()
 * don't evaluate what they don't need. */
#include "cel/cel_rows.h"

static const struct cel_type *const list_optional_params[] = {OPT_A};
static const struct cel_type list_optional = {
    .kind = CEL_LIST, .n = 1, .name = {"list", 4}, .params = list_optional_params};

static struct cel_value of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return cel_optional(run, args[0]);
}

/* Go's zero time is January 1 of year 1. */
static bool is_zero(struct cel_run *run, struct cel_value value)
{
    static const int64_t zero_time = INT64_C(-62135596800);
    if (value.kind == CEL_NULL)
        return true;
    if (value.kind == CEL_BOOL)
        return !value.boolean;
    if (value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_DURATION)
        return value.u64 == 0;
    if (value.kind == CEL_DOUBLE)
        return value.f64 == 0;
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES)
        return value.n == 0;
    if (value.kind == CEL_TIMESTAMP)
        return value.i64 == zero_time && value.nanos == 0;
    return (value.kind == CEL_LIST || value.kind == CEL_MAP) && cel_size(run, value) == 0;
}

static struct cel_value of_non_zero(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return is_zero(run, args[0]) ? cel_none() : cel_optional(run, args[0]);
}

static struct cel_value none(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)args;
    (void)n;
    return cel_none();
}

static struct cel_value value(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return args[0].inner ? *args[0].inner : cel_fail(run, "optional.none() dereference");
}

static struct cel_value has_value(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_bool(args[0].inner != NULL);
}

static struct cel_value or (struct cel_run * run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return args[0].inner ? args[0] : args[1];
}

static struct cel_value or_value(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return args[0].inner ? *args[0].inner : args[1];
}

static struct cel_value first(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return cel_size(run, args[0]) ? cel_optional(run, cel_list_at(run, args[0], 0)) : cel_none();
}

static struct cel_value last(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t size = cel_size(run, args[0]);
    return size ? cel_optional(run, cel_list_at(run, args[0], size - 1)) : cel_none();
}

static struct cel_value unwrap(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t size = cel_size(run, args[0]);
    struct cel_value list = cel_list_new(run, size);
    for (size_t i = 0; i < size && !cel_is_error(list); i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        if (item.kind != CEL_OPTIONAL) {
            struct buf text SCOPED(buf);
            buf_init(&text, 256);
            cel_value_format(&text, run, item, 256);
            return cel_fail(run, "value %.*s is not optional", STR_FMT(buf_str(&text)));
        }
        if (item.inner)
            list = cel_list_add(run, list, *item.inner);
    }
    return list;
}

static const struct cel_type *const list_params[] = {LIST_A};
static const struct cel_type *const map_params[] = {MAP_AB};
static const struct cel_type optional_list = {
    .kind = CEL_OPTIONAL, .n = 1, .name = {"optional_type", 13}, .params = list_params};
static const struct cel_type optional_map = {
    .kind = CEL_OPTIONAL, .n = 1, .name = {"optional_type", 13}, .params = map_params};

static const struct cel_function rows[] = {
    {"optional.of", "optional_of", 0, PARAMS(A), OPT_A, of, .cost = NULL},
    {"optional.ofNonZeroValue", "optional_ofNonZeroValue", 0, PARAMS(A), OPT_A, of_non_zero,
     .cost = NULL},
    {"optional.none", "optional_none", 0, NO_PARAMS, OPT_A, none, .cost = NULL},
    {"value", "optional_value", CEL_MEMBER, PARAMS(OPT_A), A, value, .cost = NULL},
    {"hasValue", "optional_hasValue", CEL_MEMBER, PARAMS(OPT_A), BOOL, has_value, .cost = NULL},
    {"or", "optional_or_optional", CEL_MEMBER, PARAMS(OPT_A, OPT_A), OPT_A, or, .cost = NULL},
    {"orValue", "optional_orValue_value", CEL_MEMBER, PARAMS(OPT_A, A), A, or_value, .cost = NULL},
    {"first", "list_first", CEL_MEMBER, PARAMS(LIST_A), OPT_A, first, .cost = NULL},
    {"last", "list_last", CEL_MEMBER, PARAMS(LIST_A), OPT_A, last, .cost = NULL},
    {"optional.unwrap", "optional_unwrap", 0, PARAMS(&list_optional), LIST_A, unwrap, .cost = NULL},
    {"unwrapOpt", "optional_unwrapOpt", CEL_MEMBER, PARAMS(&list_optional), LIST_A, unwrap,
     .cost = NULL},
    /* The evaluator's own. */
    {"_[?_]", "list_optindex_optional_int", 0, PARAMS(LIST_A, INT), OPT_A, NULL, .cost = NULL},
    {"_[?_]", "optional_list_optindex_optional_int", 0, PARAMS(&optional_list, INT), OPT_A, NULL,
     .cost = NULL},
    {"_[?_]", "map_optindex_optional_value", 0, PARAMS(MAP_AB, A), OPT_B, NULL, .cost = NULL},
    {"_[?_]", "optional_map_optindex_optional_value", 0, PARAMS(&optional_map, A), OPT_B, NULL,
     .cost = NULL},
    {"_[_]", "optional_list_index_int", 0, PARAMS(&optional_list, INT), OPT_A, NULL, .cost = NULL},
    {"_[_]", "optional_map_index_value", 0, PARAMS(&optional_map, A), OPT_B, NULL, .cost = NULL},
};

static const struct cel_type *const types[] = {OPT_A, NULL};

const struct cel_library cel_lib_optional = {"optional", 28, 0, LIBRARY_ROWS(rows), types};
