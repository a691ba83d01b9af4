/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities: what parses has an order, and what is suggested parses. */
#include "doc/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_suggestion(struct str suggestion)
{
    struct str part;
    for (bool quoted = false; str_split(&suggestion, '"', &part); quoted = !quoted) {
        struct quantity quantity;
        if (quoted && quantity_parse(part, &quantity))
            BUG("a suggestion is no quantity");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct quantity quantity = {0};
    const struct quantity zero = {0};
    const struct str text = {(const char *)data, n};
    const bool parses = quantity_parse(text, &quantity) == NULL;
    const struct str suggestion = quantity_suggest(&arena, text);
    if (parses && suggestion.n)
        BUG("a quantity needs no suggestion");
    if (parses && quantity_cmp(&quantity, &zero) != -quantity_cmp(&zero, &quantity))
        BUG("the order has no direction");
    check_suggestion(suggestion);
    arena_release(&arena);
    return 0;
}
