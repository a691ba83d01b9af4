/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as the API server writes them: apimachinery's Quantity.String on a parsed value. */
#include "doc/doc.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

enum { NANO = 1000000000, NANO_DIGITS = 9, DIGITS_MAX = 48 };

static struct str write_number(struct arena *arena, uwide value, bool negative, struct str suffix)
{
    char digits[DIGITS_MAX];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    return str_format(arena, "%s%.*s%.*s", negative ? "-" : "", (int)(sizeof digits - start),
                      digits + start, STR_FMT(suffix));
}

static struct str decimal_suffix(struct arena *arena, int exponent, bool scientific)
{
    static const char *const names[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    const int i = exponent / 3 + 3;
    if (exponent && (scientific || i >= (int)ARRAY_LEN(names)))
        return str_format(arena, "e%d", exponent);
    return str_from(names[i]);
}

/* All factors of ten go into the exponent, which is then made a multiple of three. */
static struct str write_decimal(struct arena *arena, uwide value, bool negative, bool scientific)
{
    int exponent = -NANO_DIGITS;
    while (value % 10 == 0) {
        value /= 10;
        exponent++;
    }
    for (; exponent % 3 != 0; exponent--)
        value *= 10;
    return write_number(arena, value, negative, decimal_suffix(arena, exponent, scientific));
}

static struct str write_binary(struct arena *arena, uwide value, bool negative)
{
    static const char *const names[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    enum { STEP = 1024 };
    size_t i = 0;
    value /= NANO;
    while (value % STEP == 0 && i + 1 < ARRAY_LEN(names)) {
        value /= STEP;
        i++;
    }
    return write_number(arena, value, negative, str_from(names[i]));
}

struct str quantity_format(struct arena *arena, const struct quantity *quantity)
{
    enum { BINARY_MIN = 1024 };
    const bool negative = quantity->nano < 0;
    const uwide value = negative ? (uwide)0 - (uwide)quantity->nano : (uwide)quantity->nano;
    if (value == 0)
        return STR("0");
    /* small and broken numbers would lose by binary suffixes */
    if (quantity->format == QUANTITY_BINARY && quantity_is_integer(quantity) &&
        value >= (uwide)BINARY_MIN * NANO)
        return write_binary(arena, value, negative);
    return write_decimal(arena, value, negative, quantity->format == QUANTITY_EXPONENT);
}
