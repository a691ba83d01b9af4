/* SPDX-License-Identifier: Apache-2.0 */
/* What stands against a plan, as findings at the places of the manifests. */
#include "apply/apply_plan_internal.h"

static struct span span_of(const struct object *object, struct str field)
{
    const struct node *kind = node_get(object->root, STR("kind"));
    if (field.n) {
        const struct lookup at = path_find(object->root, field);
        if (at.value)
            return node_span(at.key ? at.key : at.value);
        if (at.key_span.end)
            return at.key_span;
    }
    return node_span(kind ? kind : object->root);
}

void plan_tell(struct planning *planning, const struct candidate *candidate, enum rule_id rule,
               struct str field, const char *hint, struct str words)
{
    const struct object *object = candidate->given->object;
    struct diags *diags = planning->diags;
    struct diag_object name = object_diag(object);
    if (candidate->step.namespace.n)
        name.namespace = candidate->step.namespace;
    diags->at = (struct diag_at){.source = object->source,
                                 .set = planning->sets[candidate->set].name,
                                 .object = name,
                                 .versions = 1};
    struct diag *diag =
        diag_add(diags, rule, span_of(object, field), field, "%.*s", STR_FMT(words));
    if (hint && *hint)
        diag_hint(diags, diag, "%s", hint);
}

static void tell_answer(struct planning *planning, const struct candidate *candidate,
                        const struct dry_run_answer *answer, enum rule_id rule, const char *before)
{
    const struct cluster_causes *causes = &answer->status.causes;
    const char *hint = answer->is_withheld ? "its words may quote a Secret; kubectl apply "
                                             "--server-side --dry-run=server shows them"
                                           : "";
    size_t told = 0;
    for (size_t i = 0; i < causes->n; i++) {
        if (!causes->items[i].message.n || !causes->items[i].field.n)
            continue;
        told++;
        plan_tell(
            planning, candidate, rule, causes->items[i].field, hint,
            str_format(planning->arena, "%s: %.*s", before, STR_FMT(causes->items[i].message)));
    }
    if (!told)
        plan_tell(planning, candidate, rule, (struct str){0}, hint,
                  str_format(planning->arena, "%s: %.*s", before, STR_FMT(answer->why)));
}

void plan_tell_refused(struct planning *planning, const struct candidate *candidate,
                       const struct dry_run_result *result)
{
    if (result->answer.state == DRY_RUN_REFUSED)
        tell_answer(planning, candidate, &result->answer, RULE_DRY_RUN_REJECTED,
                    "the server refuses this");
    else if (result->has_pod && result->pod.state == DRY_RUN_REFUSED)
        tell_answer(planning, candidate, &result->pod, RULE_DRY_RUN_POD,
                    "the server accepts this and will refuse its Pods");
}
