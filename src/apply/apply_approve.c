/* SPDX-License-Identifier: Apache-2.0 */
/* What a commit approves: lines of its message. A line that names nothing approves nothing. */
#include "apply/apply_plan_internal.h"

void apply_approvals_read(struct arena *arena, struct str message,
                          struct apply_approvals *ret_approvals)
{
    const struct str key = STR("Tidegate-Prune:");
    struct str rest = message, line;
    *ret_approvals = (struct apply_approvals){0};
    while (str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        const struct str what = str_trim(str_from_offset(line, MIN_OF(key.n, line.n)));
        if (str_starts(line, key) && what.n)
            VEC_PUSH(arena, &ret_approvals->prunes, what);
    }
}

struct str plan_set_word(const struct apply_set *set)
{
    /* Without a name of its own: what its parent is called by, after "tidegate-". */
    return set->name.n ? set->name : str_from_offset(set->inventory->parent, STR("tidegate-").n);
}

bool plan_approves(const struct planning *planning, const struct apply_set *set,
                   const struct plan_step *step)
{
    const struct apply_approvals *approvals = planning->input->approvals;
    const struct str word = plan_set_word(set);
    for (size_t i = 0; approvals && i < approvals->prunes.n; i++) {
        const struct str line = approvals->prunes.items[i];
        if (str_eq(line, word))
            return true;
        if (step && line.n > word.n + 1 && str_starts(line, word) && line.p[word.n] == '/' &&
            apply_names(str_from_offset(line, word.n + 1), step))
            return true;
    }
    return step && str_is(plan_annotation(step->have, "tidegate.dev/prune"), "approved");
}
