/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Optimal string alignment: insert, delete, replace and swap of neighbours cost one step each.
 * Case is folded, so a difference of case alone is no step at all and always near enough.
 */
#include "base/suggest.h"
#include "base/ascii.h"

enum { NAME_MAX_BYTES = 64 }; /* longer names are only compared for equality */

/* How far a typing mistake may be away; short names have too many neighbours to guess. */
static unsigned limit_for(size_t n)
{
    if (n < 3)
        return 0;
    return n < 6 ? 1 : n < 9 ? 2 : 3;
}

void suggest_init(struct suggest *suggest, struct str wanted)
{
    *suggest = (struct suggest){.wanted = wanted, .distance = limit_for(wanted.n) + 1};
}

void suggest_offer(struct suggest *suggest, struct str candidate)
{
    if (suggest->distance == 0 || candidate.n == 0)
        return;
    unsigned distance = suggest_distance(suggest->wanted, candidate, suggest->distance - 1);
    if (distance >= suggest->distance)
        return;
    suggest->best = candidate;
    suggest->distance = distance;
}

unsigned suggest_distance(struct str a, struct str b, unsigned max)
{
    size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (gap > max)
        return max + 1;
    if (str_eq_fold(a, b))
        return 0;
    if (max == 0 || a.n > NAME_MAX_BYTES || b.n > NAME_MAX_BYTES)
        return max + 1;
    unsigned rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        unsigned least = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = ascii_to_lower(a.p[i - 1]) == ascii_to_lower(b.p[j - 1]);
            unsigned best = MIN_OF(above[j], row[j - 1]) + 1;
            best = MIN_OF(best, above[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && ascii_to_lower(a.p[i - 1]) == ascii_to_lower(b.p[j - 2]) &&
                ascii_to_lower(a.p[i - 2]) == ascii_to_lower(b.p[j - 1]))
                best = MIN_OF(best, rows[(i + 1) % 3][j - 2] + 1);
            row[j] = best;
            least = MIN_OF(least, best);
        }
        if (least > max + 1) /* a swap may still skip one row, hence one step of slack */
            return max + 1;
    }
    return MIN_OF(rows[a.n % 3][b.n], max + 1);
}
