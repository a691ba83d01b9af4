/* SPDX-License-Identifier: Apache-2.0 */
/* The checks there are: one row each. */
#include "check/check_internal.h"

static const struct check *const table[] = {
    &check_duplicate,
    &check_crd_conflict,
};

void check_run(const struct check_input *input, struct diags *diags)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        table[i]->run(input, diags);
}
