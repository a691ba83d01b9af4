/* SPDX-License-Identifier: Apache-2.0 */
/* From decisions to findings, at what is to blame. */
#include "policy/policy_rule.h"

enum { SHOWN_LINES = 4 };

/* ---- rules ---- */

void policy_make_rules(struct arena *arena, const struct policy *policy,
                       struct policy_binding *binding)
{
    static const char *const others[] = {[WHICH_CONDITIONS] = "match-conditions",
                                         [WHICH_BINDING] = "binding",
                                         [WHICH_AUDIT] = "audit-annotations",
                                         [WHICH_BUDGET] = "cost"};
    const uint32_t n = policy->validation_count + WHICH_COUNT;
    struct rule *rules = ARENA_ARRAY(arena, struct rule, n);
    for (uint32_t i = 0; i < n; i++) {
        const bool is_validation = i < policy->validation_count;
        const struct str message =
            is_validation ? str_trim(policy->validations[i].message) : (struct str){0};
        const struct str id = is_validation
                                  ? str_format(arena, "policy/%.*s/%s%u", STR_FMT(policy->name),
                                               policy->mutates ? "mutation-" : "", i)
                                  : str_format(arena, "policy/%.*s/%s", STR_FMT(policy->name),
                                               others[i - policy->validation_count]);
        rules[i] = (struct rule){
            .id = str_to_c(arena, id),
            .severity = binding->severity,
            .summary = message.n ? str_to_c(arena, message)
                                 : "a ValidatingAdmissionPolicy refuses the object",
            .why = "A ValidatingAdmissionPolicy of the repository says so: the API server refuses, "
                   "warns or logs as its binding tells it to.",
            .fix = "Change the object so that the expression of the policy is true, or the "
                   "policy.",
        };
        if (policy->mutates) {
            rules[i].summary = "a MutatingAdmissionPolicy fails";
            rules[i].why = "A MutatingAdmissionPolicy of the repository can't change the object: "
                           "the API server refuses it, as failurePolicy is Fail.";
            rules[i].fix = "Change the policy so that it takes such objects, or leave them out of "
                           "what it matches.";
        }
    }
    binding->rules = rules;
}

const struct rule *policy_rule_of(const struct policy *policy, const struct policy_binding *binding,
                                  uint32_t index)
{
    return policy->own ? policy->own->rule : &binding->rules[index];
}

/* ---- places ---- */

struct spot_of_finding {
    struct span span;
    struct str field;
};

static struct spot_of_finding place_of(const struct policy_subject *subject,
                                       const struct node *node)
{
    const struct object *object = subject->object;
    const struct node *const roots[] = {subject->value ? subject->value : subject->old,
                                        object->root};
    struct spot_of_finding place = {.span = {object->root->start, object->root->start}};
    for (size_t i = 0; node && i < ARRAY_LEN(roots); i++) {
        if (!path_of(subject->arena, roots[i], node, &place.field))
            continue;
        if (node != roots[i])
            place.span = node_span(node);
        return place;
    }
    const struct lookup name = path_find(object->root, STR("metadata.name"));
    if (name.value)
        place.span = node_span(name.value);
    return place;
}

/* The first sub-expressions with their values, on one line. Not those of a Secret. */
static struct str shown_of(const struct policy_denial *denial)
{
    struct arena *arena = denial->subject->arena;
    struct str rest = denial->shown;
    struct str line;
    struct str shown = {0};
    if (object_is(denial->subject->object, "", "Secret") || denial->policy->sees_secrets)
        return shown;
    for (unsigned i = 0; i < SHOWN_LINES && str_split(&rest, '\n', &line); i++) {
        /* the whole expression is the first line */
        if (i > 0)
            shown =
                str_format(arena, "%.*s%s%.*s", STR_FMT(shown), shown.n ? "; " : "", STR_FMT(line));
    }
    return diag_escape(arena, shown);
}

static const char *kind_of(const struct policy *policy)
{
    return policy->mutates ? "MutatingAdmissionPolicy" : "ValidatingAdmissionPolicy";
}

static void relate(const struct policy_denial *denial, struct diags *diags, struct diag *diag)
{
    const struct policy *policy = denial->policy;
    const struct str shown = shown_of(denial);
    struct source *source = policy->own ? policy->own->file.source : policy->object->source;
    if (!policy->own)
        diag_relate(diags, diag, NULL, (struct span){0, 0}, "%s '%.*s' with binding '%.*s'%s%.*s",
                    kind_of(policy), STR_FMT(policy->name), STR_FMT(denial->binding->name),
                    shown.n ? ": " : "", STR_FMT(shown));
    else if (shown.n)
        diag_relate(diags, diag, NULL, (struct span){0, 0}, "%.*s", STR_FMT(shown));
    if (denial->expr && denial->expr->node && source)
        diag_relate(diags, diag, source, node_span(denial->expr->node), "the expression");
}

void policy_deny(const struct policy_denial *denial, struct diags *diags)
{
    struct arena *arena = denial->subject->arena;
    const struct spot_of_finding place = place_of(denial->subject, denial->node);
    const enum severity severity =
        denial->always_denies ? SEVERITY_ERROR : denial->binding->severity;
    if (severity == SEVERITY_OFF)
        return;
    struct diag *diag = diag_add_rule(diags, denial->rule, place.span, place.field,
                                      diag_escape(arena, denial->message));
    if (!diag)
        return;
    if (diag->severity == denial->rule->severity) /* not set by name */
        diag->severity = severity;
    relate(denial, diags, diag);
    if (!denial->policy->own)
        return;
    if (denial->policy->own->pack || denial->policy->own->file.remedy.n)
        diag_hint(diags, diag, "%s", denial->rule->fix);
    policy_rule_fix(denial, diags, diag);
}

/* Of a rule: what the expression is stands in the rule. */
static struct str reason_of(struct arena *arena, struct str why)
{
    static const char error[] = "' resulted in error: ";
    const ptrdiff_t at = str_find(why, str_from(error));
    struct str rest = at < 0 ? why : str_from_offset(why, (size_t)at + strlen(error));
    struct str line = {0};
    (void)str_split(&rest, '\n', &line);
    return diag_escape(arena, line);
}

void policy_undecided(const struct policy_subject *subject, const struct policy *policy,
                      struct str why, struct diags *diags)
{
    const struct spot_of_finding place = place_of(subject, NULL);
    const struct str reason =
        policy->own ? reason_of(subject->arena, why) : diag_quote(subject->arena, why);
    struct diag *diag =
        policy->own
            ? diag_add(diags, RULE_POLICY_UNDECIDED, place.span, STR(""),
                       "whether rule '%.*s' holds can't be decided here: %.*s",
                       STR_FMT(policy->name), STR_FMT(reason))
            : diag_add(diags, RULE_POLICY_UNDECIDED, place.span, STR(""),
                       policy->mutates ? "what %s '%.*s' makes of it can't be decided here: %.*s"
                                       : "whether %s '%.*s' takes it can't be decided here: %.*s",
                       kind_of(policy), STR_FMT(policy->name), STR_FMT(reason));
    if (diag && diag->severity == diag->rule->severity && subject->set->source.is_strict)
        diag->severity = SEVERITY_ERROR;
}
