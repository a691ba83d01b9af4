/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versions, read as strictly as blang/semver does, or after Kubernetes' normalising. */
#include "base/ascii.h"
#include "base/number.h"
#include "cel/cel_rows.h"
#include "cel/cel_text.h"

struct version {
    uint64_t numbers[3];
    struct str pre, build; /* of a copy of the text; "" when there is none */
    bool has_pre, has_build;
};

static const struct cel_type semver_type = {.kind = CEL_STRUCT, .name = {"kubernetes.Semver", 17}};

static const char *const number_names[] = {"major", "minor", "patch"};

static bool is_number(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}

static bool is_alphanumeric(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i], letter = (char)(c | 0x20);
        if (!ascii_is_digit(c) && !ascii_is_lower(letter) && c != '-')
            return false;
    }
    return true;
}

/* Always false, with blang's message about a part. */
static bool refuse(struct buf *error, const char *what, struct str part)
{
    buf_format(error, "%s ", what);
    cel_go_quote(error, part);
    return false;
}

static bool has_leading_zero(struct str text)
{
    return text.n > 1 && text.p[0] == '0';
}

static bool parse_u64(struct str text, uint64_t *ret_value, struct buf *error)
{
    const int failed = number_parse_u64(text, ret_value);
    if (failed == 0)
        return true;
    buf_add_c(error, "strconv.ParseUint: parsing ");
    cel_go_quote(error, text);
    buf_add_c(error, failed == -ERANGE ? ": value out of range" : ": invalid syntax");
    return false;
}

static bool parse_number(struct str text, unsigned which, struct version *version,
                         struct buf *error)
{
    char what[64];
    if (!is_number(text)) {
        snprintf(what, sizeof what, "Invalid character(s) found in %s number", number_names[which]);
        return refuse(error, what, text);
    }
    if (has_leading_zero(text)) {
        snprintf(what, sizeof what, "%c%s number must not contain leading zeroes",
                 number_names[which][0] ^ 0x20, number_names[which] + 1);
        return refuse(error, what, text);
    }
    return parse_u64(text, &version->numbers[which], error);
}

static bool check_pre(struct str part, struct buf *error)
{
    uint64_t value;
    if (part.n == 0) {
        buf_add_c(error, "Prerelease is empty");
        return false;
    }
    if (is_number(part)) {
        if (has_leading_zero(part))
            return refuse(error, "Numeric PreRelease version must not contain leading zeroes",
                          part);
        return parse_u64(part, &value, error);
    }
    return is_alphanumeric(part) || refuse(error, "Invalid character(s) found in prerelease", part);
}

static bool check_build(struct str part, struct buf *error)
{
    if (part.n == 0) {
        buf_add_c(error, "Build meta data is empty");
        return false;
    }
    return is_alphanumeric(part) ||
           refuse(error, "Invalid character(s) found in build meta data", part);
}

/* Each part between points; there is at least one, though it may be empty. */
static bool check_parts(struct str text, bool (*check)(struct str part, struct buf *error),
                        struct buf *error)
{
    for (size_t from = 0, i = 0; i <= text.n; i++)
        if (i == text.n || text.p[i] == '.') {
            if (!check(str_sub(text, from, i), error))
                return false;
            from = i + 1;
        }
    return true;
}

/* What follows a character is cut off `text`; false when it is not there. */
static bool cut_at(struct str *text, char c, struct str *ret_after)
{
    const ptrdiff_t at = str_find_char(*text, c);
    if (at < 0)
        return false;
    *ret_after = str_from_offset(*text, (size_t)at + 1);
    *text = str_sub(*text, 0, (size_t)at);
    return true;
}

static bool parse(struct str text, struct version *ret_version, struct buf *error)
{
    *ret_version = (struct version){0};
    if (text.n == 0) {
        buf_add_c(error, "Version string empty");
        return false;
    }
    struct str major = text, minor, patch;
    if (!cut_at(&major, '.', &minor) || !cut_at(&minor, '.', &patch)) {
        buf_add_c(error, "No Major.Minor.Patch elements found");
        return false;
    }
    if (!parse_number(major, 0, ret_version, error) || !parse_number(minor, 1, ret_version, error))
        return false;
    ret_version->has_build = cut_at(&patch, '+', &ret_version->build);
    ret_version->has_pre = cut_at(&patch, '-', &ret_version->pre);
    return parse_number(patch, 2, ret_version, error) &&
           (!ret_version->has_pre || check_parts(ret_version->pre, check_pre, error)) &&
           (!ret_version->has_build || check_parts(ret_version->build, check_build, error));
}

/* ---- order ---- */

static int compare_pre_parts(struct str a, struct str b)
{
    uint64_t x = 0, y = 0;
    const bool a_is_number = is_number(a), b_is_number = is_number(b);
    if (a_is_number != b_is_number)
        return a_is_number ? -1 : 1;
    if (!a_is_number)
        return str_cmp(a, b);
    if (number_parse_u64(a, &x) < 0 || number_parse_u64(b, &y) < 0)
        BUG("a version was not checked");
    return (x > y) - (x < y);
}

static int compare_pre(struct str a, struct str b)
{
    struct str x, y;
    while (a.n && b.n) {
        str_split(&a, '.', &x);
        str_split(&b, '.', &y);
        const int order = compare_pre_parts(x, y);
        if (order)
            return order;
    }
    return (a.n > 0) - (b.n > 0);
}

static int compare(const struct version *a, const struct version *b)
{
    for (unsigned i = 0; i < 3; i++)
        if (a->numbers[i] != b->numbers[i])
            return a->numbers[i] > b->numbers[i] ? 1 : -1;
    if (a->has_pre != b->has_pre)
        return a->has_pre ? -1 : 1;
    const int order = compare_pre(a->pre, b->pre);
    return (order > 0) - (order < 0);
}

static bool equal(const void *a, const void *b)
{
    return compare(a, b) == 0;
}

static void format(struct buf *out, const void *data)
{
    const struct version *version = data;
    buf_format(out, "%llu.%llu.%llu", (unsigned long long)version->numbers[0],
               (unsigned long long)version->numbers[1], (unsigned long long)version->numbers[2]);
    if (version->has_pre)
        buf_format(out, "-%.*s", STR_FMT(version->pre));
    if (version->has_build)
        buf_format(out, "+%.*s", STR_FMT(version->build));
}

static const struct cel_class class = {.type = &semver_type, .equal = equal, .format = format};

/* ---- normalising: no "v", no leading zeros, three numbers ---- */

static void add_without_zeros(struct buf *out, struct str part)
{
    size_t zeros = 0;
    while (part.n > 1 && zeros < part.n && part.p[zeros] == '0')
        zeros++;
    const struct str rest = str_from_offset(part, zeros);
    if (part.n > 1 && (rest.n == 0 || rest.p[0] < '0' || rest.p[0] > '9'))
        buf_add_char(out, '0');
    buf_add(out, rest);
}

static bool normalize(struct str text, struct buf *out, struct buf *error)
{
    if (str_starts(text, STR("v")))
        text = str_from_offset(text, 1);
    unsigned parts = 1;
    struct str part = text, rest;
    while (parts < 3 && cut_at(&part, '.', &rest)) {
        add_without_zeros(out, part);
        buf_add_char(out, '.');
        part = rest;
        parts++;
    }
    add_without_zeros(out, part);
    if (parts < 3 && (str_find_char(part, '+') >= 0 || str_find_char(part, '-') >= 0)) {
        buf_add_c(error, "short version cannot contain PreRelease/Build meta data");
        return false;
    }
    for (; parts < 3; parts++)
        buf_add_c(out, ".0");
    return true;
}

/* args[1], when there is one, says whether to normalise. */
static bool read(struct cel_run *run, const struct cel_value *args, size_t n,
                 struct version *ret_version, struct buf *error)
{
    struct str text = cel_text(args[0]);
    if (n > 1 && cel_is_true(args[1])) {
        struct buf normal;
        buf_init(&normal, text.n * 2 + 16);
        const bool ok = normalize(text, &normal, error);
        text = str_dup(run->arena, buf_str(&normal));
        buf_release(&normal);
        if (!ok)
            return false;
    }
    return parse(text, ret_version, error);
}

/* ---- functions ---- */

static struct cel_value semver(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct version version;
    SCOPED(buf) struct buf error;
    buf_init(&error, 1024);
    if (read(run, args, n, &version, &error))
        return cel_opaque(&class, arena_dup(run->arena, &version, sizeof version));
    return cel_fail(run, "%.*s", STR_FMT(buf_str(&error)));
}

static struct cel_value is_semver(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct version version;
    SCOPED(buf) struct buf error;
    buf_init(&error, 1024);
    return cel_bool(read(run, args, n, &version, &error));
}

static int compare_args(const struct cel_value *args)
{
    return compare(args[0].data, args[1].data);
}

static struct cel_value is_greater(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_bool(compare_args(args) > 0);
}

static struct cel_value is_less(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_bool(compare_args(args) < 0);
}

static struct cel_value compare_to(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_int(compare_args(args));
}

/* Go converts to a signed number without looking. */
static struct cel_value number_of(const struct cel_value *args, unsigned which)
{
    const struct version *version = args[0].data;
    return cel_int((int64_t)version->numbers[which]);
}

static struct cel_value major_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return number_of(args, 0);
}

static struct cel_value minor_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return number_of(args, 1);
}

static struct cel_value patch_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return number_of(args, 2);
}

#define SEMVER &semver_type

static const struct cel_function rows[] = {
    {"semver", "string_to_semver", 0, PARAMS(STRING), SEMVER, semver, .cost = &cel_cost_string},
    {"semver", "string_bool_to_semver", 0, PARAMS(STRING, BOOL), SEMVER, semver,
     .cost = &cel_cost_string},
    {"isSemver", "is_semver_string", 0, PARAMS(STRING), BOOL, is_semver, .cost = &cel_cost_string},
    {"isSemver", "is_semver_string_bool", 0, PARAMS(STRING, BOOL), BOOL, is_semver,
     .cost = &cel_cost_string},
    {"isGreaterThan", "semver_is_greater_than", CEL_MEMBER, PARAMS(SEMVER, SEMVER), BOOL,
     is_greater, .cost = &cel_cost_one},
    {"isLessThan", "semver_is_less_than", CEL_MEMBER, PARAMS(SEMVER, SEMVER), BOOL, is_less,
     .cost = &cel_cost_one},
    {"compareTo", "semver_compare_to", CEL_MEMBER, PARAMS(SEMVER, SEMVER), INT, compare_to,
     .cost = &cel_cost_one},
    {"major", "semver_major", CEL_MEMBER, PARAMS(SEMVER), INT, major_of, .cost = &cel_cost_one},
    {"minor", "semver_minor", CEL_MEMBER, PARAMS(SEMVER), INT, minor_of, .cost = &cel_cost_one},
    {"patch", "semver_patch", CEL_MEMBER, PARAMS(SEMVER), INT, patch_of, .cost = &cel_cost_one},
};

static const struct cel_type *const types[] = {SEMVER, NULL};

const struct cel_library cel_lib_semver = {"kubernetes.Semver", 33, 0, LIBRARY_ROWS(rows), types};
