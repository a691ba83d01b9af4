/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones by name from the system's database (RFC 9636), without libc's global idea of the
 * local zone. A zone that is not there is an error, never UTC by silence.
 */
#include "base/file.h"
#include "base/number.h"
#include "cel/cel_time.h"

enum {
    HEADER_BYTES = 44,
    ZONE_BYTES_MAX = 1 << 20,
    NAME_MAX_BYTES = 255,
    TYPE_BYTES = 6,
};

/* Where Debian, and every other system that follows the FHS, has it. */
static const char folder[] = "/usr/share/zoneinfo/";

struct counts {
    uint64_t utc, standard, leap, times, types, chars;
};

static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)p[i];
    return value;
}

static bool read_header(struct str data, struct counts *ret_counts)
{
    if (data.n < HEADER_BYTES || memcmp(data.p, "TZif", 4) != 0)
        return false;
    const char *p = data.p + 20;
    *ret_counts = (struct counts){
        .utc = big_endian(p, 4),
        .standard = big_endian(p + 4, 4),
        .leap = big_endian(p + 8, 4),
        .times = big_endian(p + 12, 4),
        .types = big_endian(p + 16, 4),
        .chars = big_endian(p + 20, 4),
    };
    return true;
}

/* Bytes of a block whose times take `width` bytes. Counts are 32 bits, so nothing overflows. */
static uint64_t block_bytes(const struct counts *counts, uint64_t width)
{
    return counts->times * (width + 1) + counts->types * TYPE_BYTES + counts->chars +
           counts->leap * (width + 4) + counts->standard + counts->utc;
}

static int32_t type_offset(const char *types, uint64_t index)
{
    return (int32_t)(uint32_t)big_endian(types + index * TYPE_BYTES, 4);
}

/* The offset of the type in force: that of the last transition at or before the instant. */
static bool look_up(struct str block, const struct counts *counts, struct str rule, int64_t seconds,
                    int32_t *ret_offset)
{
    const char *indexes = block.p + counts->times * 8;
    const char *types = indexes + counts->times;
    uint64_t low = 0, high = counts->times;
    if (counts->types == 0)
        return false;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if ((int64_t)big_endian(block.p + middle * 8, 8) <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == counts->times && rule.n && cel_zone_rule_offset(rule, seconds, ret_offset))
        return true;
    const uint64_t type = low == 0 ? 0 : (unsigned char)indexes[low - 1];
    if (type >= counts->types)
        return false;
    *ret_offset = type_offset(types, type);
    return true;
}

/* Version 2 and later: a second header and block with 64-bit times, then the rule in a line. */
static bool zone_data_offset(struct str data, int64_t seconds, int32_t *ret_offset)
{
    struct counts counts;
    if (!read_header(data, &counts) || data.p[4] < '2')
        return false;
    const uint64_t first = HEADER_BYTES + block_bytes(&counts, 4);
    if (first > data.n)
        return false;
    data = str_from_offset(data, (size_t)first);
    if (!read_header(data, &counts))
        return false;
    const uint64_t second = HEADER_BYTES + block_bytes(&counts, 8);
    if (second > data.n)
        return false;
    struct str rest = str_from_offset(data, (size_t)second);
    struct str rule = {0};
    if (rest.n && rest.p[0] == '\n') {
        rest = str_from_offset(rest, 1);
        str_split(&rest, '\n', &rule);
    }
    return look_up(str_from_offset(data, HEADER_BYTES), &counts, rule, seconds, ret_offset);
}

/* Go's strconv.Atoi. */
static bool parse_number(struct cel_run *run, struct str text, int64_t *ret_value,
                         struct cel_value *ret_error)
{
    const int error = number_parse_i64(text, ret_value);
    if (error == 0)
        return true;
    *ret_error = cel_fail(run, "strconv.Atoi: parsing \"%.*s\": %s", STR_FMT(text),
                          error == -ERANGE ? "value out of range" : "invalid syntax");
    return false;
}

/* hours:minutes; cel-go does not hold them to any range. */
static struct cel_value numeric_offset(struct cel_run *run, struct str zone, size_t colon,
                                       int32_t *ret_offset)
{
    int64_t hours = 0, minutes = 0;
    struct cel_value error;
    if (!parse_number(run, str_sub(zone, 0, colon), &hours, &error) ||
        !parse_number(run, str_from_offset(zone, colon + 1), &minutes, &error))
        return error;
    const int64_t limit = 1000000; /* hours and minutes that are no offset of anything */
    if (hours > limit || hours < -limit || minutes > limit || minutes < -limit)
        return cel_fail(run, "time zone offset out of range");
    const int64_t sum = hours * 60 + (zone.p[0] == '-' ? -minutes : minutes);
    *ret_offset = (int32_t)(sum * 60 % INT32_MAX);
    return cel_bool(true);
}

static bool is_safe_name(struct str name)
{
    return name.n <= NAME_MAX_BYTES && name.p[0] != '/' && name.p[0] != '\\' &&
           !str_has(name, STR("..")) && str_find_char(name, '\0') < 0;
}

struct cel_value cel_zone_offset(struct cel_run *run, struct str zone, int64_t seconds,
                                 int32_t *ret_offset)
{
    SCOPED(arena) struct arena arena = {0};
    struct str data;
    const ptrdiff_t colon = str_find_char(zone, ':');
    *ret_offset = 0;
    if (colon >= 0)
        return numeric_offset(run, zone, (size_t)colon, ret_offset);
    if (zone.n == 0 || str_is(zone, "UTC"))
        return cel_bool(true);
    if (!is_safe_name(zone))
        return cel_fail(run, "time: invalid location name");
    char path[sizeof folder + NAME_MAX_BYTES + 1];
    snprintf(path, sizeof path, "%s%.*s", folder, STR_FMT(zone));
    if (!cel_tick(run, HEADER_BYTES) || file_read(&arena, path, ZONE_BYTES_MAX, &data) < 0 ||
        !zone_data_offset(data, seconds, ret_offset))
        return cel_fail(run, "unknown time zone %.*s", STR_FMT(zone));
    return cel_bool(true);
}
