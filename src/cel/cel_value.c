/* SPDX-License-Identifier: Apache-2.0 */
/* Making values and errors. */
#include "cel/cel_internal.h"

#include <stdarg.h>

#include "base/utf8.h"

enum { ERROR_BYTES = 4096 };

struct cel_value cel_null(void)
{
    return (struct cel_value){.kind = CEL_NULL};
}

struct cel_value cel_bool(bool value)
{
    return (struct cel_value){.kind = CEL_BOOL, .boolean = value};
}

struct cel_value cel_int(int64_t value)
{
    return (struct cel_value){.kind = CEL_INT, .i64 = value};
}

struct cel_value cel_uint(uint64_t value)
{
    return (struct cel_value){.kind = CEL_UINT, .u64 = value};
}

struct cel_value cel_double(double value)
{
    return (struct cel_value){.kind = CEL_DOUBLE, .f64 = value};
}

struct cel_value cel_string(struct str text)
{
    return (struct cel_value){.kind = CEL_STRING, .text = text.p, .n = text.n};
}

struct cel_value cel_bytes(struct str bytes)
{
    return (struct cel_value){.kind = CEL_BYTES, .text = bytes.p, .n = bytes.n};
}

struct cel_value cel_timestamp(int64_t seconds, uint32_t nanos)
{
    return (struct cel_value){.kind = CEL_TIMESTAMP, .i64 = seconds, .nanos = nanos};
}

struct cel_value cel_duration(int64_t nanos)
{
    return (struct cel_value){.kind = CEL_DURATION, .i64 = nanos};
}

struct cel_value cel_type_value(const struct cel_type *type)
{
    return (struct cel_value){.kind = CEL_TYPE, .type = type};
}

struct cel_value cel_opaque(const struct cel_class *class, const void *data)
{
    return (struct cel_value){.kind = CEL_OPAQUE, .data = data, .class = class};
}

struct cel_value cel_none(void)
{
    return (struct cel_value){.kind = CEL_OPTIONAL};
}

struct cel_value cel_optional(struct cel_run *run, struct cel_value value)
{
    struct cel_value *inner = arena_dup(run->arena, &value, sizeof value);
    return (struct cel_value){.kind = CEL_OPTIONAL, .inner = inner, .node = value.node};
}

struct cel_value cel_string_dup(struct cel_run *run, struct str text)
{
    return cel_string(str_dup(run->arena, text));
}

struct cel_value cel_string_take(struct cel_run *run, struct buf *buf)
{
    struct cel_value value = buf->full ? cel_fail_budget(run) : cel_string_dup(run, buf_str(buf));
    buf_release(buf);
    return value;
}

size_t cel_runes(struct cel_value *string)
{
    if (!string->nanos) {
        size_t n = utf8_count(cel_text(*string));
        /* Too long to be remembered is counted each time. */
        if (n >= UINT32_MAX)
            return n;
        string->nanos = (uint32_t)n + 1;
    }
    return string->nanos - 1;
}

struct str cel_text(struct cel_value value)
{
    if (value.kind != CEL_STRING && value.kind != CEL_BYTES)
        return (struct str){0};
    return (struct str){value.text, value.n};
}

bool cel_is_true(struct cel_value value)
{
    return value.kind == CEL_BOOL && value.boolean;
}

/* ---- errors ---- */

__attribute__((format(printf, 3, 0))) static struct cel_value make_error(struct cel_run *run,
                                                                         enum cel_kind kind,
                                                                         const char *fmt,
                                                                         va_list args)
{
    char *text = NULL;
    int n = vasprintf(&text, fmt, args);
    if (n < 0)
        memory_exhausted(ERROR_BYTES);
    struct cel_error *error = ARENA_NEW(run->arena, struct cel_error);
    error->message = str_dup(run->arena, (struct str){text, MIN_OF((size_t)n, ERROR_BYTES)});
    error->expr = run->machine ? run->machine->now : NULL;
    free(text);
    return (struct cel_value){.kind = (uint8_t)kind, .error = error};
}

struct cel_value cel_fail(struct cel_run *run, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct cel_value value = make_error(run, CEL_ERROR, fmt, args);
    va_end(args);
    return value;
}

struct cel_value cel_unknown(struct cel_run *run, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct cel_value value = make_error(run, CEL_UNKNOWN, fmt, args);
    va_end(args);
    return value;
}

struct cel_value cel_fail_overload(struct cel_run *run)
{
    return cel_fail(run, "no such overload");
}

struct cel_value cel_fail_budget(struct cel_run *run)
{
    static const struct cel_error error = {
        .message = {"operation cancelled: actual cost limit exceeded", 47}, .budget = true};
    const struct cel_error *given = &error;
    if (run->machine) {
        run->machine->out = true;
        if (run->machine->abort)
            given = run->machine->abort;
    }
    return (struct cel_value){.kind = CEL_ERROR, .error = given};
}

void cel_abort(struct cel_run *run, const char *message)
{
    struct cel_error *error = ARENA_NEW(run->arena, struct cel_error);
    *error = (struct cel_error){.message = str_from(message), .expr = run->machine->now};
    run->machine->abort = error;
    run->machine->out = true;
}

bool cel_tick(struct cel_run *run, size_t n)
{
    struct cel_machine *machine = run->machine;
    if (!machine)
        return true;
    machine->ticks += n;
    bool in = !machine->out && n <= CEL_RUN_TICKS && machine->ticks <= CEL_RUN_TICKS &&
              run->arena->used - machine->arena_start <= CEL_RUN_BYTES;
    machine->out |= !in;
    return in;
}

struct str cel_error_text(struct cel_value value)
{
    if ((value.kind != CEL_ERROR && value.kind != CEL_UNKNOWN) || !value.error)
        return (struct str){0};
    return value.error->message;
}

/* ---- kinds ---- */

const struct cel_type *cel_value_type(struct cel_value value)
{
    static const struct cel_type *const types[] = {
        [CEL_NULL] = &cel_type_null,
        [CEL_BOOL] = &cel_type_bool,
        [CEL_INT] = &cel_type_int,
        [CEL_UINT] = &cel_type_uint,
        [CEL_DOUBLE] = &cel_type_double,
        [CEL_STRING] = &cel_type_string,
        [CEL_BYTES] = &cel_type_bytes,
        [CEL_TIMESTAMP] = &cel_type_timestamp,
        [CEL_DURATION] = &cel_type_duration,
        [CEL_LIST] = &cel_type_list_a,
        [CEL_MAP] = &cel_type_map_ab,
        [CEL_TYPE] = &cel_type_type,
        [CEL_OPTIONAL] = &cel_type_optional_a,
        [CEL_ERROR] = &cel_type_error,
        [CEL_UNKNOWN] = &cel_type_error,
    };
    if (value.kind == CEL_OPAQUE)
        return value.class->type;
    return types[value.kind];
}

struct str cel_kind_name(struct cel_value value)
{
    return cel_value_type(value)->name;
}
