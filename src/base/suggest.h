/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean": the nearest of some names by edit distance (transpositions count once). */
#pragma once

#include "base/str.h"

struct suggest {
    struct str wanted;
    struct str best;   /* empty: nothing near enough */
    unsigned distance; /* of best */
};

void suggest_init(struct suggest *suggest, struct str wanted);
/* Offers one candidate; of equals the first offered stays. */
void suggest_offer(struct suggest *suggest, struct str candidate);
/* Edit distance with case folded, counting a difference of case as less than one step; limited:
 * anything over max gives max + 1. */
unsigned suggest_distance(struct str a, struct str b, unsigned max);
