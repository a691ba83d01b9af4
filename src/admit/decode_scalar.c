/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of one piece, and what to say about a value of the wrong kind: most of these mistakes are
 * quotes that are missing or too many, because YAML reads 1.10, on and 0123 in its own way.
 */
#include "admit/admit_fix.h"
#include "admit/admit_internal.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/number.h"
#include "base/utf8.h"

static void decode_integer(struct decode *decode, const struct frame *frame,
                           const struct node *written);
static void decode_bytes(struct decode *decode, const struct frame *frame,
                         const struct node *written);
static void decode_quantity(struct decode *decode, const struct frame *frame,
                            const struct node *written);
static void decode_text_format(struct decode *decode, const struct frame *frame,
                               const struct node *written);

static bool is_number(const struct node *node)
{
    const enum node_kind kind = node_kind(node);
    return kind == NODE_INT || kind == NODE_UINT || kind == NODE_FLOAT;
}

static enum type_kind wanted_kind(const struct frame *frame)
{
    return (enum type_kind)type_get(frame->type)->kind;
}

void decode_scalar(struct decode *decode, const struct frame *frame, const struct node *written)
{
    const struct node *node = frame->path.node;
    bool good = false;
    switch (wanted_kind(frame)) {
    case TYPE_ANY:
    case TYPE_OBJECT:
        return;
    case TYPE_BOOL:
        good = node_kind(node) == NODE_BOOL;
        break;
    case TYPE_DOUBLE:
        good = is_number(node);
        break;
    case TYPE_STRING:
        good = node_kind(node) == NODE_STRING;
        break;
    case TYPE_INT_OR_STRING:
        if (node_kind(node) == NODE_STRING)
            return;
        decode_integer(decode, frame, written);
        return;
    case TYPE_INT32:
    case TYPE_INT64:
        decode_integer(decode, frame, written);
        return;
    case TYPE_BYTES:
        decode_bytes(decode, frame, written);
        return;
    case TYPE_QUANTITY:
        decode_quantity(decode, frame, written);
        return;
    case TYPE_TIME:
    case TYPE_MICRO_TIME:
    case TYPE_DURATION:
        decode_text_format(decode, frame, written);
        return;
    case TYPE_SCHEMA_OR_BOOL:
    case TYPE_SCHEMA_OR_LIST:
    case TYPE_SCHEMA_OR_STRINGS:
        decode_schema_or(decode, frame, written);
        return;
    case TYPE_LIST:
    case TYPE_MAP:
    case TYPE_STRUCT:
        break;
    }
    if (!good)
        decode_wrong_type(decode, frame, written);
}

/* ---- what stands there ---- */

struct str written_text(struct admit_ctx *ctx, const struct object *object,
                        const struct node *written)
{
    const struct node *node = node_real(written);
    const struct span span = node_span(node);
    const struct str text = object->source->text;
    if (!node_is_scalar(node) || source_is_masked(object->source, span))
        return (struct str){0};
    if (node->style != NODE_PLAIN || (node->flags & (NODE_ANCHORED | NODE_TAGGED)) ||
        span.end <= span.start || span.end > text.n)
        return diag_quote(ctx->arena, node_text(node));
    return diag_quote(ctx->arena, str_sub(text, span.start, span.end));
}

struct str describe_value(struct admit_ctx *ctx, const struct object *object,
                          const struct node *written)
{
    const enum node_kind kind = node_kind(written);
    const struct str text = written_text(ctx, object, written);
    if (kind >= NODE_LIST || kind == NODE_NULL || text.n == 0)
        return str_format(ctx->arena, "%s%s", kind == NODE_NULL ? "" : "a ", node_kind_name(kind));
    if (kind == NODE_STRING)
        return str_format(ctx->arena, "the string \"%.*s\"", STR_FMT(text));
    return str_format(ctx->arena, "the %s %.*s", node_kind_name(kind), STR_FMT(text));
}

/* How the decoder writes the scalar: 0x10 is 16, on is true, 1.10 is 1.1. */
static struct str canonical_text(struct arena *arena, const struct node *node)
{
    char text[32];
    int64_t integer;
    double value;
    if (node_kind(node) == NODE_BOOL)
        return node_bool(node) ? STR("true") : STR("false");
    if (node_kind(node) == NODE_INT && node_i64(node, &integer))
        return str_format(arena, "%" PRId64, integer);
    if (!node_double(node, &value))
        return (struct str){0};
    const size_t n = number_format_json(value, text);
    return str_dup(arena, (struct str){text, n});
}

/* ---- wrong kinds ---- */

static const char *const wanted_names[] = {
    [TYPE_ANY] = "any value",
    [TYPE_OBJECT] = "a map",
    [TYPE_BOOL] = "true or false",
    [TYPE_INT32] = "an integer",
    [TYPE_INT64] = "an integer",
    [TYPE_DOUBLE] = "a number",
    [TYPE_STRING] = "a string",
    [TYPE_BYTES] = "a base64 string",
    [TYPE_QUANTITY] = "a quantity",
    [TYPE_INT_OR_STRING] = "an integer or a string",
    [TYPE_TIME] = "a string with a time",
    [TYPE_MICRO_TIME] = "a string with a time",
    [TYPE_DURATION] = "a string with a duration",
    [TYPE_LIST] = "a list",
    [TYPE_SCHEMA_OR_BOOL] = "a schema, true or false",
    [TYPE_SCHEMA_OR_LIST] = "a schema or a list",
    [TYPE_SCHEMA_OR_STRINGS] = "a schema or a list",
    [TYPE_MAP] = "a map",
    [TYPE_STRUCT] = "a map",
};

/* "; remove the quotes" and the like, or "". */
static struct str wrong_type_fix(enum type_kind wanted, const struct node *node)
{
    const enum node_kind have = node_kind(node);
    const struct str text = node_text(node);
    int64_t integer;
    double number;
    const bool quoted = have == NODE_STRING &&
                        (node->style == NODE_SINGLE_QUOTED || node->style == NODE_DOUBLE_QUOTED);
    if (quoted && (wanted == TYPE_INT32 || wanted == TYPE_INT64) &&
        number_parse_i64(text, &integer) == 0)
        return STR("; remove the quotes");
    if (quoted && wanted == TYPE_DOUBLE && number_parse_double(text, &number) == 0)
        return STR("; remove the quotes");
    if (have == NODE_STRING && wanted == TYPE_BOOL &&
        (str_eq_fold(text, STR("true")) || str_eq_fold(text, STR("false"))))
        return quoted ? STR("; remove the quotes") : STR("; write it in lower case");
    if (wanted == TYPE_LIST && have == NODE_MAP)
        return STR("; start each entry with '- '");
    if (wanted == TYPE_LIST && have == NODE_STRING)
        return STR("; put it in brackets: [...]");
    if ((wanted == TYPE_STRUCT || wanted == TYPE_MAP) && have == NODE_LIST)
        return STR("; drop the '- '");
    return (struct str){0};
}

/* A string is wanted, and YAML made something else of a plain scalar. */
static void report_unquoted(struct decode *decode, const struct frame *frame,
                            const struct node *written)
{
    struct admit_ctx *ctx = decode->ctx;
    const struct node *node = frame->path.node;
    const char *kind = node_kind_name(node_kind(node));
    const struct str field = path_format(ctx->arena, &frame->path);
    const struct str text = written_text(ctx, decode->object, written);
    const struct str read = canonical_text(ctx->arena, node);
    const struct span span = node_span(written);
    struct diag *diag;
    if (text.n == 0)
        diag = diag_add_path(ctx->diags, RULE_API_WRONG_TYPE, span, &frame->path,
                             "%.*s must be a string, not a %s; put it in quotes", STR_FMT(field),
                             kind);
    else if (read.n && !str_eq(read, text))
        diag = diag_add_path(
            ctx->diags, RULE_API_WRONG_TYPE, span, &frame->path,
            "%.*s must be a string, and %.*s is read as the %s %.*s; quote it: \"%.*s\"",
            STR_FMT(field), STR_FMT(text), kind, STR_FMT(read), STR_FMT(text));
    else
        diag = diag_add_path(ctx->diags, RULE_API_WRONG_TYPE, span, &frame->path,
                             "%.*s must be a string, not the %s %.*s; quote it: \"%.*s\"",
                             STR_FMT(field), kind, STR_FMT(text), STR_FMT(text));
    fix_quotes(ctx, diag, decode->object, &frame->path, written, true);
}

void decode_wrong_type(struct decode *decode, const struct frame *frame, const struct node *written)
{
    struct admit_ctx *ctx = decode->ctx;
    const enum type_kind wanted = wanted_kind(frame);
    decode->type_error = true;
    if (wanted == TYPE_STRING && node_is_scalar(written)) {
        report_unquoted(decode, frame, written);
        return;
    }
    const struct str field =
        frame->up ? path_format(ctx->arena, &frame->path) : STR("the manifest");
    const struct str fix = wrong_type_fix(wanted, frame->path.node);
    struct diag *diag =
        diag_add_path(ctx->diags, RULE_API_WRONG_TYPE, node_span(written), &frame->path,
                      "%.*s must be %s, not %.*s%.*s", STR_FMT(field), wanted_names[wanted],
                      STR_FMT(describe_value(ctx, decode->object, written)), STR_FMT(fix));
    if (str_is(fix, "; remove the quotes"))
        fix_quotes(ctx, diag, decode->object, &frame->path, written, false);
}

/* ---- integers ---- */

static void report_range(struct decode *decode, const struct frame *frame,
                         const struct node *written)
{
    struct admit_ctx *ctx = decode->ctx;
    const bool wide = wanted_kind(frame) == TYPE_INT64;
    decode->type_error = true;
    diag_add_path(ctx->diags, RULE_API_OUT_OF_RANGE, node_span(written), &frame->path,
                  "%.*s is out of range: %.*s must be between %" PRId64 " and %" PRId64,
                  STR_FMT(written_text(ctx, decode->object, written)),
                  STR_FMT(path_format(ctx->arena, &frame->path)),
                  wide ? INT64_MIN : (int64_t)INT32_MIN, wide ? INT64_MAX : (int64_t)INT32_MAX);
}

/* A float without a fraction that is too large for any integer. */
static bool is_integral(const struct node *node)
{
    double value;
    if (node_kind(node) != NODE_FLOAT)
        return true;
    return node_double(node, &value) && (value >= 9e15 || value <= -9e15);
}

static void decode_integer(struct decode *decode, const struct frame *frame,
                           const struct node *written)
{
    const struct node *node = frame->path.node;
    int64_t value;
    if (!is_number(node)) {
        decode_wrong_type(decode, frame, written);
        return;
    }
    if (!node_i64(node, &value)) {
        if (is_integral(node))
            report_range(decode, frame, written);
        else
            decode_wrong_type(decode, frame, written);
        return;
    }
    if (wanted_kind(frame) != TYPE_INT64 && (value < INT32_MIN || value > INT32_MAX))
        report_range(decode, frame, written);
}

/* ---- base64 ---- */

/* Where plain text of this field could go instead. */
static const char *plain_text_hint(const struct decode *decode, const struct frame *frame)
{
    const struct frame *map = frame->up;
    if (!map || !map->up || map->up->up)
        return NULL;
    if (object_is(decode->object, "", "Secret") && str_is(map->path.name, "data"))
        return "put plain text under stringData, or encode it with base64";
    if (object_is(decode->object, "", "ConfigMap") && str_is(map->path.name, "binaryData"))
        return "put plain text under data, or encode it with base64";
    return NULL;
}

/* Go decodes a list of numbers into bytes as well. */
static bool is_byte_list(const struct node *node)
{
    if (node_kind(node) != NODE_LIST)
        return false;
    int64_t value;
    for (struct item it = list_first(node); it.value; it = list_next(it))
        if (!node_is_null(it.value) &&
            (!node_i64(it.value, &value) || value < 0 || value > UINT8_MAX))
            return false;
    return true;
}

/* Letters of the alphabet only, and not four by four: the padding was lost on the way. */
static bool lacks_padding(struct str text)
{
    static const struct str others = {"+/=", 3};
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        const bool alnum = ascii_is_alnum(c);
        if (c == '\r' || c == '\n')
            continue;
        if (!alnum && str_find_char(others, c) < 0)
            return false;
        n++;
    }
    return n % 4 != 0;
}

static void decode_bytes(struct decode *decode, const struct frame *frame,
                         const struct node *written)
{
    struct admit_ctx *ctx = decode->ctx;
    const struct node *node = frame->path.node;
    if (is_byte_list(node)) {
        const struct str list = path_format(ctx->arena, &frame->path);
        diag_add_path(ctx->diags, RULE_APPLY_WRONG_TYPE, node_span(written), &frame->path,
                      "%.*s must be base64 for server-side apply, which takes no list of bytes",
                      STR_FMT(list));
        return;
    }
    if (node_kind(node) != NODE_STRING) {
        decode_wrong_type(decode, frame, written);
        return;
    }
    const struct str text = node_text(node);
    const ptrdiff_t at = base64_check(text);
    if (at < 0)
        return;
    decode->type_error = true;
    const struct str field = path_format(ctx->arena, &frame->path);
    const struct str why =
        lacks_padding(text)
            ? STR("its length is no multiple of four, '=' may be missing at the end")
            : str_format(ctx->arena, "byte %zu does not belong there",
                         MIN_OF((size_t)at, text.n) + 1);
    struct diag *diag =
        diag_add_path(ctx->diags, RULE_API_INVALID_BASE64, node_span(written), &frame->path,
                      "%.*s is not base64: %.*s", STR_FMT(field), STR_FMT(why));
    const char *hint = plain_text_hint(decode, frame);
    if (hint)
        diag_hint(ctx->diags, diag, "%s", hint);
}

/* ---- quantities ---- */

/* Usual misspellings of suffixes, blanks and case ignored. */
static const struct {
    const char *wrong;
    const char *right;
} suffixes[] = {
    {"b", ""},    {"k", "k"},    {"kb", "k"},  {"ki", "Ki"},  {"kib", "Ki"}, {"mb", "M"},
    {"mi", "Mi"}, {"mib", "Mi"}, {"g", "G"},   {"gb", "G"},   {"gi", "Gi"},  {"gib", "Gi"},
    {"t", "T"},   {"tb", "T"},   {"ti", "Ti"}, {"tib", "Ti"}, {"p", "P"},    {"pb", "P"},
    {"pi", "Pi"}, {"pib", "Pi"}, {"ei", "Ei"}, {"eib", "Ei"},
};

static struct str propose_quantity(struct arena *arena, struct str text)
{
    text = str_trim(text);
    size_t n = 0;
    while (n < text.n && (strchr("+-.0123456789", text.p[n]) != NULL) && text.p[n])
        n++;
    const struct str suffix = str_trim(str_from_offset(text, n));
    struct quantity quantity;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (!str_eq_fold(suffix, str_from(suffixes[i].wrong)))
            continue;
        const struct str proposal =
            str_concat(arena, str_sub(text, 0, n), str_from(suffixes[i].right));
        return quantity_parse(proposal, &quantity) ? (struct str){0} : proposal;
    }
    const struct str joined = str_concat(arena, str_sub(text, 0, n), suffix);
    return quantity_parse(joined, &quantity) ? (struct str){0} : joined;
}

static void decode_quantity(struct decode *decode, const struct frame *frame,
                            const struct node *written)
{
    struct admit_ctx *ctx = decode->ctx;
    const struct node *node = frame->path.node;
    struct quantity quantity;
    if (is_number(node))
        return;
    if (node_kind(node) != NODE_STRING) {
        decode_wrong_type(decode, frame, written);
        return;
    }
    const char *wrong = quantity_parse(node_text(node), &quantity);
    if (!wrong)
        return;
    decode->type_error = true;
    const struct str proposal = propose_quantity(ctx->arena, node_text(node));
    struct diag *diag = diag_add_path(ctx->diags, RULE_API_INVALID_QUANTITY, node_span(written),
                                      &frame->path, "%.*s is no quantity: \"%.*s\": %s",
                                      STR_FMT(path_format(ctx->arena, &frame->path)),
                                      STR_FMT(diag_quote(ctx->arena, node_text(node))), wrong);
    if (proposal.n)
        diag_hint(ctx->diags, diag, "did you mean '%.*s'?", STR_FMT(proposal));
}

/* ---- times and durations ---- */

static void decode_text_format(struct decode *decode, const struct frame *frame,
                               const struct node *written)
{
    struct admit_ctx *ctx = decode->ctx;
    const struct node *node = frame->path.node;
    if (node_kind(node) != NODE_STRING) {
        decode_wrong_type(decode, frame, written);
        return;
    }
    const struct str text = node_text(node);
    const enum type_kind wanted = wanted_kind(frame);
    const bool duration = wanted == TYPE_DURATION;
    const char *error = duration                    ? format_duration(text)
                        : wanted == TYPE_MICRO_TIME ? format_micro_time(text)
                                                    : format_time(text);
    if (!error)
        return;
    decode->type_error = true;
    diag_add_path(ctx->diags, duration ? RULE_API_INVALID_DURATION : RULE_API_INVALID_TIME,
                  node_span(written), &frame->path, "%s \"%.*s\" %s",
                  duration ? "duration" : "time", STR_FMT(diag_quote(ctx->arena, text)), error);
}
