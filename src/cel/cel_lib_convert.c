/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions between the standard types: int("1"), string(2u), duration("5m"), type(x), dyn(x). */
#include "base/number.h"
#include "base/utf8.h"
#include "cel/cel_rows.h"
#include "cel/cel_time.h"

/* What no double reaches: 2^63 and 2^64. */
static const double INT_LIMIT = 9223372036854775808.0, UINT_LIMIT = 18446744073709551616.0;

static const struct cel_type *const types[] = {
    [CEL_BOOL] = &cel_type_bool,           [CEL_INT] = &cel_type_int,
    [CEL_UINT] = &cel_type_uint,           [CEL_DOUBLE] = &cel_type_double,
    [CEL_STRING] = &cel_type_string,       [CEL_BYTES] = &cel_type_bytes,
    [CEL_TIMESTAMP] = &cel_type_timestamp, [CEL_DURATION] = &cel_type_duration,
};

static struct cel_value fail_conversion(struct cel_run *run, struct cel_value value,
                                        enum cel_kind to)
{
    return cel_fail(run, "type conversion error from '%.*s' to '%.*s'",
                    STR_FMT(cel_kind_name(value)), STR_FMT(types[to]->name));
}

static struct cel_value double_to_int(struct cel_run *run, double value)
{
    /* both ends are out, NaN as well */
    if (!(value > -INT_LIMIT && value < INT_LIMIT))
        return cel_fail(run, "integer overflow");
    return cel_int((int64_t)value);
}

static struct cel_value to_int(struct cel_run *run, struct cel_value value)
{
    int64_t number = 0;
    if (value.kind == CEL_UINT)
        return value.u64 > INT64_MAX ? cel_fail(run, "integer overflow")
                                     : cel_int((int64_t)value.u64);
    if (value.kind == CEL_DOUBLE)
        return double_to_int(run, value.f64);
    if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION)
        return cel_int(value.i64);
    if (value.kind == CEL_STRING && number_parse_i64(cel_text(value), &number) == 0)
        return cel_int(number);
    return fail_conversion(run, value, CEL_INT);
}

static struct cel_value double_to_uint(struct cel_run *run, double value)
{
    if (!(value >= 0 && value < UINT_LIMIT))
        return cel_fail(run, "unsigned integer overflow");
    return cel_uint((uint64_t)value);
}

static struct cel_value to_uint(struct cel_run *run, struct cel_value value)
{
    uint64_t number = 0;
    if (value.kind == CEL_INT)
        return value.i64 < 0 ? cel_fail(run, "unsigned integer overflow")
                             : cel_uint((uint64_t)value.i64);
    if (value.kind == CEL_DOUBLE)
        return double_to_uint(run, value.f64);
    if (value.kind == CEL_STRING && number_parse_u64(cel_text(value), &number) == 0)
        return cel_uint(number);
    return fail_conversion(run, value, CEL_UINT);
}

static struct cel_value to_double(struct cel_run *run, struct cel_value value)
{
    double number = 0;
    if (value.kind == CEL_INT)
        return cel_double((double)value.i64);
    if (value.kind == CEL_UINT)
        return cel_double((double)value.u64);
    if (value.kind == CEL_STRING && number_parse_go_double(cel_text(value), &number) == 0)
        return cel_double(number);
    return fail_conversion(run, value, CEL_DOUBLE);
}

/* strconv.ParseBool */
static struct cel_value to_bool(struct cel_run *run, struct cel_value value)
{
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
    if (value.kind == CEL_STRING && str_is_one_of(cel_text(value), yes, ARRAY_LEN(yes)))
        return cel_bool(true);
    if (value.kind == CEL_STRING && str_is_one_of(cel_text(value), no, ARRAY_LEN(no)))
        return cel_bool(false);
    return fail_conversion(run, value, CEL_BOOL);
}

void cel_double_format(struct buf *out, double value)
{
    char text[32];
    const size_t n = number_format_g64(value, text);
    buf_add(out, (struct str){text, n});
}

static struct cel_value bytes_to_string(struct cel_run *run, struct cel_value value)
{
    if (!utf8_is_valid(cel_text(value)))
        return cel_fail(run, "invalid UTF-8 in bytes, cannot convert to string");
    struct cel_value string = cel_string(cel_text(value));
    string.node = value.node;
    return string;
}

/* False when there is no text for a value of its kind. */
static bool write_text(struct buf *out, struct cel_value value)
{
    if (value.kind == CEL_BOOL)
        buf_add_c(out, value.boolean ? "true" : "false");
    else if (value.kind == CEL_INT)
        buf_format(out, "%lld", (long long)value.i64);
    else if (value.kind == CEL_UINT)
        buf_format(out, "%llu", (unsigned long long)value.u64);
    else if (value.kind == CEL_DOUBLE)
        cel_double_format(out, value.f64);
    else if (value.kind == CEL_DURATION)
        cel_duration_format(out, value.i64);
    else if (value.kind == CEL_TIMESTAMP)
        cel_instant_format(out, cel_value_instant(value));
    else
        return false;
    return true;
}

static struct cel_value to_string(struct cel_run *run, struct cel_value value)
{
    struct buf buf;
    if (value.kind == CEL_BYTES)
        return bytes_to_string(run, value);
    buf_init(&buf, CEL_RUN_BYTES);
    if (write_text(&buf, value))
        return cel_string_take(run, &buf);
    buf_release(&buf);
    return fail_conversion(run, value, CEL_STRING);
}

static struct cel_value to_bytes(struct cel_run *run, struct cel_value value)
{
    if (value.kind != CEL_STRING)
        return fail_conversion(run, value, CEL_BYTES);
    struct cel_value bytes = cel_bytes(cel_text(value));
    bytes.node = value.node;
    return bytes;
}

static struct cel_value to_timestamp(struct cel_run *run, struct cel_value value)
{
    struct cel_instant instant = {0};
    if (value.kind == CEL_INT)
        instant.seconds = value.i64;
    else if (value.kind != CEL_STRING || !cel_instant_parse(cel_text(value), &instant))
        return fail_conversion(run, value, CEL_TIMESTAMP);
    return cel_seconds_are_valid(instant.seconds) ? cel_instant_value(instant)
                                                  : cel_fail(run, "timestamp overflow");
}

static struct cel_value to_duration(struct cel_run *run, struct cel_value value)
{
    int64_t nanos = 0;
    if (value.kind != CEL_STRING || !cel_duration_parse(cel_text(value), &nanos))
        return fail_conversion(run, value, CEL_DURATION);
    return cel_duration(nanos);
}

struct cel_value cel_convert(struct cel_run *run, struct cel_value value, enum cel_kind to)
{
    static struct cel_value (*const convert[])(struct cel_run *, struct cel_value) = {
        [CEL_BOOL] = to_bool,           [CEL_INT] = to_int,           [CEL_UINT] = to_uint,
        [CEL_DOUBLE] = to_double,       [CEL_STRING] = to_string,     [CEL_BYTES] = to_bytes,
        [CEL_TIMESTAMP] = to_timestamp, [CEL_DURATION] = to_duration,
    };
    if (value.kind == to)
        return value;
    if (to >= ARRAY_LEN(convert) || !convert[to])
        BUG("conversion to kind %d", (int)to);
    return convert[to](run, value);
}

#define CONVERT(name, kind)                                                                        \
    static struct cel_value name(struct cel_run *run, const struct cel_value *args, size_t n)      \
    {                                                                                              \
        (void)n;                                                                                   \
        return cel_convert(run, args[0], kind);                                                    \
    }

CONVERT(make_bool, CEL_BOOL)
CONVERT(make_int, CEL_INT)
CONVERT(make_uint, CEL_UINT)
CONVERT(make_double, CEL_DOUBLE)
CONVERT(make_string, CEL_STRING)
CONVERT(make_bytes, CEL_BYTES)
CONVERT(make_timestamp, CEL_TIMESTAMP)
CONVERT(make_duration, CEL_DURATION)

static struct cel_value make_dyn(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return args[0];
}

/* Keeps `\n` of the tables below in one place: all of these cost 1. */
#define ROW(function, id, from, to, eval)                                                          \
    {                                                                                              \
        function, id, 0, PARAMS(from), to, eval, .cost = NULL                                      \
    }

static const struct cel_function rows[] = {
    ROW("bool", "bool_to_bool", BOOL, BOOL, make_bool),
    ROW("bool", "string_to_bool", STRING, BOOL, make_bool),
    ROW("bytes", "bytes_to_bytes", BYTES, BYTES, make_bytes),
    {"bytes", "string_to_bytes", 0, PARAMS(STRING), BYTES, make_bytes, .cost = &cel_cost_to_bytes},
    ROW("double", "double_to_double", DOUBLE, DOUBLE, make_double),
    ROW("double", "int64_to_double", INT, DOUBLE, make_double),
    ROW("double", "string_to_double", STRING, DOUBLE, make_double),
    ROW("double", "uint64_to_double", UINT, DOUBLE, make_double),
    ROW("duration", "duration_to_duration", DURATION, DURATION, make_duration),
    /* declared, and an error whenever it runs, as in cel-go */
    ROW("duration", "int64_to_duration", INT, DURATION, make_duration),
    ROW("duration", "string_to_duration", STRING, DURATION, make_duration),
    ROW("dyn", "to_dyn", A, DYN, make_dyn),
    ROW("int", "int64_to_int64", INT, INT, make_int),
    ROW("int", "double_to_int64", DOUBLE, INT, make_int),
    ROW("int", "duration_to_int64", DURATION, INT, make_int),
    ROW("int", "string_to_int64", STRING, INT, make_int),
    ROW("int", "timestamp_to_int64", TIMESTAMP, INT, make_int),
    ROW("int", "uint64_to_int64", UINT, INT, make_int),
    ROW("string", "string_to_string", STRING, STRING, make_string),
    ROW("string", "bool_to_string", BOOL, STRING, make_string),
    {"string", "bytes_to_string", 0, PARAMS(BYTES), STRING, make_string,
     .cost = &cel_cost_to_string},
    ROW("string", "double_to_string", DOUBLE, STRING, make_string),
    ROW("string", "duration_to_string", DURATION, STRING, make_string),
    ROW("string", "int64_to_string", INT, STRING, make_string),
    ROW("string", "timestamp_to_string", TIMESTAMP, STRING, make_string),
    ROW("string", "uint64_to_string", UINT, STRING, make_string),
    ROW("timestamp", "timestamp_to_timestamp", TIMESTAMP, TIMESTAMP, make_timestamp),
    ROW("timestamp", "int64_to_timestamp", INT, TIMESTAMP, make_timestamp),
    ROW("timestamp", "string_to_timestamp", STRING, TIMESTAMP, make_timestamp),
    ROW("uint", "uint64_to_uint64", UINT, UINT, make_uint),
    ROW("uint", "double_to_uint64", DOUBLE, UINT, make_uint),
    ROW("uint", "int64_to_uint64", INT, UINT, make_uint),
    ROW("uint", "string_to_uint64", STRING, UINT, make_uint),
};

const struct cel_library cel_lib_convert = {"convert", 0, 0, LIBRARY_ROWS(rows), NULL};
