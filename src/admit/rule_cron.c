/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules as the standard parser of robfig/cron v3 reads them, with its words, and time zones as
 * Go's time.LoadLocation finds them.
 */
#include "admit/admit_internal.h"
#include "admit/rule.h"
#include "admit/timezone.h"
#include "rule_calls.h"

#include "base/ascii.h"
#include "base/number.h"

struct cron_field {
    int64_t min;
    int64_t max;
    const char *const *names; /* of min and what follows, NULL: numbers only */
    size_t name_count;
};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

enum { CRON_FIELDS = 5 };

static const struct cron_field cron_fields[CRON_FIELDS] = {
    {0, 59, NULL, 0},
    {0, 23, NULL, 0},
    {1, 31, NULL, 0},
    {1, 12, months, ARRAY_LEN(months)},
    {0, 6, days, ARRAY_LEN(days)},
};

/* ---- numbers ---- */

/* NULL, or what is wrong. */
static const char *read_number(struct arena *arena, struct str text, int64_t *ret_value)
{
    const struct str shown = diag_quote(arena, text);
    const int error = number_parse_i64(text, ret_value);
    if (error)
        return str_to_c(arena,
                        str_format(arena,
                                   "failed to parse int from %.*s: strconv.Atoi: parsing "
                                   "\"%.*s\": %s",
                                   STR_FMT(shown), STR_FMT(shown),
                                   error == -ERANGE ? "value out of range" : "invalid syntax"));
    if (*ret_value < 0)
        return str_to_c(arena, str_format(arena, "negative number (%" PRId64 ") not allowed: %.*s",
                                          *ret_value, STR_FMT(shown)));
    return NULL;
}

static const char *read_value(struct arena *arena, const struct cron_field *field, struct str text,
                              int64_t *ret_value)
{
    for (size_t i = 0; i < field->name_count; i++) {
        if (!str_eq_fold(text, str_from(field->names[i])))
            continue;
        *ret_value = field->min + (int64_t)i;
        return NULL;
    }
    return read_number(arena, text, ret_value);
}

/* ---- ranges: 5, 1-5, 1-30/2, 5/10, *, ?, star/2 ---- */

struct cron_range {
    int64_t start;
    int64_t end;
    int64_t step;
};

/* What stands before the first `c`; the rest, behind it, in ret_rest: .p NULL when there is none.
 */
static struct str cut(struct str text, char c, struct str *ret_rest)
{
    const ptrdiff_t at = str_find_char(text, c);
    *ret_rest = at < 0 ? (struct str){0} : str_from_offset(text, (size_t)at + 1);
    return at < 0 ? text : str_sub(text, 0, (size_t)at);
}

static const char *read_bounds(struct arena *arena, const struct cron_field *field, struct str text,
                               struct str whole, struct cron_range *range)
{
    struct str high;
    const struct str low = cut(text, '-', &high);
    if (str_is(low, "*") || str_is(low, "?")) {
        range->start = field->min;
        range->end = field->max;
        return NULL;
    }
    const char *error = read_value(arena, field, low, &range->start);
    range->end = range->start;
    if (error || !high.p)
        return error;
    if (str_find_char(high, '-') >= 0)
        return str_to_c(arena, str_format(arena, "too many hyphens: %.*s", STR_FMT(whole)));
    return read_value(arena, field, high, &range->end);
}

static const char *check_range(struct arena *arena, const struct cron_field *field,
                               const struct cron_range *range, struct str shown)
{
    struct str text = {0};
    if (range->start < field->min)
        text = str_format(arena, "beginning of range (%" PRId64 ") below minimum (%" PRId64 ")",
                          range->start, field->min);
    else if (range->end > field->max)
        text = str_format(arena, "end of range (%" PRId64 ") above maximum (%" PRId64 ")",
                          range->end, field->max);
    else if (range->start > range->end)
        text =
            str_format(arena, "beginning of range (%" PRId64 ") beyond end of range (%" PRId64 ")",
                       range->start, range->end);
    else if (range->step == 0)
        text = STR("step of range should be a positive number");
    if (!text.p)
        return NULL;
    return str_to_c(arena, str_format(arena, "%.*s: %.*s", STR_FMT(text), STR_FMT(shown)));
}

static const char *read_range(struct arena *arena, const struct cron_field *field, struct str text)
{
    struct str step;
    struct cron_range range = {.step = 1};
    const struct str bounds = cut(text, '/', &step);
    const struct str shown = diag_quote(arena, text);
    const char *error = read_bounds(arena, field, bounds, shown, &range);
    if (error)
        return error;
    if (step.p && str_find_char(step, '/') >= 0)
        return str_to_c(arena, str_format(arena, "too many slashes: %.*s", STR_FMT(shown)));
    if (step.p) {
        error = read_number(arena, step, &range.step);
        if (error)
            return error;
        if (str_find_char(bounds, '-') < 0)
            range.end = field->max;
    }
    return check_range(arena, field, &range, shown);
}

/* Ranges between commas; empty ones don't count, not even when there are no others. */
static const char *read_field(struct arena *arena, const struct cron_field *field, struct str text)
{
    struct str rest = text;
    while (rest.p) {
        const struct str one = cut(rest, ',', &rest);
        const char *error = one.n ? read_range(arena, field, one) : NULL;
        if (error)
            return error;
    }
    return NULL;
}

/* ---- schedules ---- */

/* Length of a blank as unicode.IsSpace has it, 0: none. */
static size_t blank_length(struct str text)
{
    static const char *const wide[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
        "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
    };
    if (text.n && (text.p[0] == ' ' || (text.p[0] >= '\t' && text.p[0] <= '\r')))
        return 1;
    for (size_t i = 0; i < ARRAY_LEN(wide); i++)
        if (str_starts(text, str_from(wide[i])))
            return strlen(wide[i]);
    return 0;
}

static struct str skip_blanks(struct str text)
{
    for (size_t n; (n = blank_length(text)) > 0;)
        text = str_from_offset(text, n);
    return text;
}

/* The next word; .n 0 at the end. */
static struct str next_word(struct str *text)
{
    *text = skip_blanks(*text);
    size_t n = 0;
    while (n < text->n && blank_length(str_from_offset(*text, n)) == 0)
        n++;
    const struct str word = str_sub(*text, 0, n);
    *text = str_from_offset(*text, n);
    return word;
}

static const char *read_descriptor(struct arena *arena, struct str text)
{
    static const char *const known[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                        "@daily",  "@midnight", "@hourly"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_is(text, known[i]))
            return NULL;
    const struct str shown = diag_quote(arena, text);
    if (!str_starts(text, STR("@every ")))
        return str_to_c(arena, str_format(arena, "unrecognized descriptor: %.*s", STR_FMT(shown)));
    const char *reason = format_duration(str_from_offset(text, strlen("@every ")));
    if (!reason)
        return NULL;
    return str_to_c(arena,
                    str_format(arena, "failed to parse duration %.*s: %s", STR_FMT(shown), reason));
}

static const char *read_words(struct arena *arena, struct str text)
{
    struct str words[CRON_FIELDS];
    struct str all = STR("");
    size_t n = 0;
    for (struct str rest = text, word = next_word(&rest); word.n; word = next_word(&rest), n++) {
        if (n < CRON_FIELDS)
            words[n] = word;
        if (n < CRON_FIELDS + 3)
            all = str_format(arena, "%.*s%s%.*s", STR_FMT(all), n ? " " : "", STR_FMT(word));
    }
    if (n != CRON_FIELDS)
        return str_to_c(arena, str_format(arena, "expected exactly 5 fields, found %zu: [%.*s]", n,
                                          STR_FMT(diag_quote(arena, all))));
    for (size_t i = 0; i < CRON_FIELDS; i++) {
        const char *error = read_field(arena, &cron_fields[i], words[i]);
        if (error)
            return error;
    }
    return NULL;
}

static const char *read_schedule(struct arena *arena, struct str text)
{
    if (str_starts(text, STR("TZ=")) || str_starts(text, STR("CRON_TZ="))) {
        struct str rest;
        struct str zone;
        const struct str prefix = cut(text, ' ', &rest);
        cut(prefix, '=', &zone);
        /* the parser cuts at the blank without looking for it */
        if (!rest.p)
            return "invalid schedule format: there is no schedule behind the time zone";
        if (zone.n && !str_is(zone, "Local") && !timezone_is_known(zone))
            return str_to_c(arena,
                            str_format(arena, "provided bad location %.*s: unknown time zone %.*s",
                                       STR_FMT(diag_quote(arena, zone)),
                                       STR_FMT(diag_quote(arena, zone))));
        text = skip_blanks(rest);
        size_t n = text.n;
        while (n > 0 && blank_length(str_sub(text, n - 1, n)) == 1)
            n--;
        text = str_sub(text, 0, n);
    }
    if (str_starts(text, STR("@")))
        return read_descriptor(arena, text);
    return read_words(arena, text);
}

static bool names_zone(struct str schedule)
{
    return str_find(schedule, STR("TZ")) >= 0;
}

void rule_schedule(struct validating *v, const struct spot *spot)
{
    const struct spot before = spot_before(spot);
    const struct str schedule = spot_text(spot);
    if (schedule.n == 0)
        return;
    const char *error = read_schedule(v->ctx->arena, schedule);
    if (error)
        say_invalid(v, spot, error);
    if (!names_zone(schedule))
        return;
    if (!v_is_update(v) || !names_zone(spot_text(&before)))
        say_invalid(v, spot, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    else if (child_is_set(spot->up, "timeZone"))
        say_invalid(v, spot, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    else
        say_warning(v, spot,
                    "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead");
}

/* ---- time zones ---- */

static bool is_zone_part(struct str part)
{
    enum { PART_MAX = 14 };
    if (part.n == 0 || part.n > PART_MAX || part.p[0] == '-' || str_is(part, ".") ||
        str_is(part, ".."))
        return false;
    for (size_t i = 0; i < part.n; i++) {
        const char c = part.p[i];
        const bool alnum = ascii_is_alnum(c);
        if (!alnum && c != '.' && c != '-' && c != '_' && c != '+')
            return false;
    }
    return true;
}

static bool is_zone_name(struct str name)
{
    struct str rest = name;
    while (rest.p)
        if (!is_zone_part(cut(rest, '/', &rest)))
            return false;
    return true;
}

void rule_time_zone(struct validating *v, const struct spot *spot)
{
    const struct str name = spot_text(spot);
    if (!spot_is_set(spot) || (v_is_update(v) && spot_is_unchanged(spot)))
        return;
    if (name.n == 0) {
        say_invalid(v, spot, "timeZone must be nil or non-empty string");
        return;
    }
    const bool local = str_eq_fold(name, STR("Local"));
    if (local)
        say_invalid(v, spot,
                    "timeZone must be an explicit time zone as defined in the IANA time zone "
                    "database");
    if (!is_zone_name(name) || (!str_is(name, "Local") && !timezone_is_known(name)))
        say_invalid_fmt(v, spot, "unknown time zone %.*s",
                        STR_FMT(diag_quote(v->ctx->arena, name)));
}
