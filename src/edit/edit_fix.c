/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of findings: kept as patches while stages work, made into text edits once at the end. */
#include "edit/edit_internal.h"

void edit_fix(struct diags *diags, struct diag *diag, const struct node *root,
              const struct edit_patch *patch, struct str summary)
{
    if (!diag || !diag->source || !root || patch->n == 0)
        return;
    struct diag_fix *fix = ARENA_NEW(&diags->arena, struct diag_fix);
    fix->summary = str_dup(&diags->arena, summary);
    fix->patch = edit_patch_write(&diags->arena, patch);
    fix->root = root->start;
    fix->defaulted = patch->defaulted;
    diag->fix = fix;
}
