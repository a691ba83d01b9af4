/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over expressions, plugin/cel/condition.go and activation.go: values of the variables of
 * the environment, lazy variables of the policy, budgets.
 */
#include "admit/expr.h"
#include "cel/cel_authorizer.h"
#include "cel/cel_library.h"
#include "policy/policy_internal.h"
#include "policy/policy_objects.h"

/* Variables that use variables are evaluated inside each other; the stack has an end. */
enum { NESTED_VARIABLES = 16 };

/* ---- request ---- */

static struct node *make_kind(struct arena *arena, const struct kind_info *kind,
                              const struct policy_matched *as, bool is_resource)
{
    struct node *map = node_new(arena, NODE_MAP);
    node_put(arena, map, STR("group"), node_new_text(arena, as->group));
    node_put(arena, map, STR("version"), node_new_text(arena, as->version));
    node_put(arena, map, is_resource ? STR("resource") : STR("kind"),
             node_new_text(arena, is_resource ? kind->plural : kind->kind));
    return map;
}

/* What is empty is left out, as by the JSON form of AdmissionRequest. */
static const struct node *make_request(const struct policy_pass *pass)
{
    static const char *const operations[] = {"CREATE", "UPDATE", "DELETE"};
    const struct policy_subject *subject = pass->subject;
    struct arena *arena = subject->arena;
    const struct kind_info *kind = subject->kind;
    const struct policy_matched own = {kind->group, kind->version};
    struct node *map = node_new(arena, NODE_MAP);
    node_put(arena, map, STR("kind"), make_kind(arena, kind, pass->matched, false));
    node_put(arena, map, STR("resource"),
             make_kind(arena, kind, pass->no_namespace ? &own : pass->matched, true));
    node_put(arena, map, STR("requestKind"), make_kind(arena, kind, &own, false));
    node_put(arena, map, STR("requestResource"), make_kind(arena, kind, &own, true));
    if (subject->name.n)
        node_put(arena, map, STR("name"), node_new_text(arena, subject->name));
    if (subject->namespace.n)
        node_put(arena, map, STR("namespace"), node_new_text(arena, subject->namespace));
    node_put(arena, map, STR("operation"),
             node_new_text(arena, str_from(operations[subject->request->operation])));
    node_put(arena, map, STR("dryRun"), node_new_bool(arena, false));
    if (subject->request->user)
        node_put(arena, map, STR("userInfo"), node_copy(arena, subject->request->user));
    return map;
}

/* A pass is handed to the language as const, and remembers what was computed. */
static struct policy_pass *pass_of(const void *data)
{
    union {
        const void *borrowed;
        struct policy_pass *pass;
    } handed = {data};
    return handed.pass;
}

static bool request_field(struct cel_run *run, const void *data, struct str name,
                          struct cel_value *ret_value)
{
    struct policy_pass *pass = pass_of(data);
    if (!pass->request)
        pass->request = make_request(pass);
    const struct node *value = node_get(pass->request, name);
    if (value) {
        *ret_value = cel_from_node(run, value, &cel_type_dyn);
        return true;
    }
    if (str_is(name, "userInfo")) {
        *ret_value = cel_unknown(run, "who sends the request is not known offline");
        return true;
    }
    if (str_is(name, "options")) {
        *ret_value = cel_unknown(run, "the options of the request are not known offline");
        return true;
    }
    return false;
}

static const struct cel_class request_class = {.type = &expr_request_type, .field = request_field};

/* ---- variables ---- */

/* What a variable is worth outlives the expression that asked first. */
static struct cel_value copy_error(struct cel_run *run, const struct policy_variable *variable,
                                   struct cel_value value)
{
    const struct str text = cel_error_text(value);
    if (value.kind == CEL_UNKNOWN)
        return cel_unknown(run, "%.*s", STR_FMT(text));
    struct cel_value error = cel_fail(run, "composited variable \"%.*s\" fails to evaluate: %.*s",
                                      STR_FMT(variable->name), STR_FMT(text));
    error.node = value.node;
    return error;
}

static struct cel_value compute(struct policy_pass *pass, const struct policy_variable *variable)
{
    struct cel_run inner = {.arena = pass->subject->arena};
    if (!variable->expr.program)
        return cel_fail(&inner, "composited variable \"%.*s\" fails to compile: %.*s",
                        STR_FMT(variable->name), STR_FMT(variable->expr.error));
    if (pass->depth == NESTED_VARIABLES)
        return cel_unknown(&inner, "variables are nested more than %d deep", NESTED_VARIABLES);
    pass->depth++;
    struct cel_value value = cel_eval(&inner, variable->expr.program, pass->slots);
    pass->depth--;
    pass->variable_cost += inner.cost;
    if (cel_is_error(value))
        value = copy_error(&inner, variable, value);
    cel_run_release(&inner);
    return value;
}

static bool variable_field(struct cel_run *run, const void *data, struct str name,
                           struct cel_value *ret_value)
{
    (void)run;
    struct policy_pass *pass = pass_of(data);
    const struct policy_variables *variables = &pass->policy->variables;
    for (uint32_t i = 0; i < variables->n; i++) {
        if (!str_eq(variables->items[i].name, name))
            continue;
        if (!pass->is_known[i]) {
            pass->values[i] = compute(pass, &variables->items[i]);
            pass->is_known[i] = true;
        }
        *ret_value = pass->values[i];
        return true;
    }
    const enum policy_pod_variable pod = variables->on_pods ? policy_pod_find(name) : POD_VARIABLES;
    if (pod == POD_VARIABLES)
        return false;
    const uint32_t i = variables->n + pod;
    if (!pass->is_known[i])
        pass->values[i] = policy_pod_value(pass->subject, pod);
    pass->is_known[i] = true;
    *ret_value = pass->values[i];
    return true;
}

/* Its type's name is all that the language asks for. */
static const struct cel_type variables_type = {.kind = CEL_STRUCT,
                                               .name = {"kubernetes.variables", 20}};
static const struct cel_class variables_class = {.type = &variables_type, .field = variable_field};

/* ---- passes ---- */

static const struct cel_authorizer nobody_knows;

static struct cel_value namespace_value(struct cel_run *run,
                                        const struct policy_activation *activation)
{
    const struct policy_subject *subject = activation->subject;
    if (activation->no_namespace || subject->is_namespace || !subject->namespace.n)
        return cel_null();
    if (subject->namespace_value)
        return cel_from_node(run, subject->namespace_value, &cel_type_dyn);
    return cel_unknown(run, "Namespace %.*s is not in the set", STR_FMT(subject->namespace));
}

static struct cel_value value_of(struct cel_run *run, const struct node *node)
{
    return node ? cel_from_node(run, node, &cel_type_dyn) : cel_null();
}

void policy_pass_begin(struct policy_pass *pass, const struct policy_activation *activation)
{
    const struct policy_subject *subject = activation->subject;
    const struct policy *policy = activation->policy;
    struct cel_run run = {.arena = subject->arena};
    const uint32_t variables = policy->variables.n + POD_VARIABLES;
    *pass = (struct policy_pass){
        .subject = subject,
        .policy = policy,
        .matched = activation->matched,
        .no_namespace = activation->no_namespace,
        .values = ARENA_ARRAY(subject->arena, struct cel_value, variables),
        .is_known = ARENA_ARRAY(subject->arena, bool, variables),
        .budget = activation->budget,
    };
    struct cel_value *slots = pass->slots;
    slots[SLOT_OBJECT] = value_of(&run, subject->value);
    slots[SLOT_OLD_OBJECT] = value_of(&run, subject->old);
    slots[SLOT_NAMESPACE] = namespace_value(&run, activation);
    slots[SLOT_REQUEST] = cel_opaque(&request_class, pass);
    slots[SLOT_VARIABLES] = cel_opaque(&variables_class, pass);
    if (policy->param_state != PARAMS_NONE)
        slots[SLOT_PARAMS] = value_of(&run, activation->param);
    if (policy->own) {
        slots[policy->written_slot] = value_of(&run, subject->value ? subject->object->root : NULL);
        slots[policy->written_slot + 1] = policy_objects_value(subject->set->objects);
        slots[policy->written_slot + 2] =
            policy_neighbours_value(subject->set->objects, subject->arena, subject->namespace);
    }
    if (activation->no_authorizer) {
        slots[policy->authorizer_slot] = (struct cel_value){.kind = CEL_UNKNOWN};
        slots[policy->authorizer_slot + 1] = (struct cel_value){.kind = CEL_UNKNOWN};
        return;
    }
    const struct cel_access access = {.group = subject->kind->group,
                                      .resource = subject->kind->plural,
                                      .namespace = subject->namespace,
                                      .name = subject->name};
    const struct cel_authorizer *authorizer =
        subject->request->authorizer ? subject->request->authorizer : &nobody_knows;
    slots[policy->authorizer_slot] = cel_authorizer_value(&run, authorizer);
    slots[policy->authorizer_slot + 1] = cel_authorizer_of_resource(&run, authorizer, &access);
}

/* False when the budget is used up. */
static bool spend(struct policy_pass *pass, uint64_t cost)
{
    if (cost > pass->budget)
        pass->is_out = true;
    else
        pass->budget -= cost;
    return !pass->is_out;
}

/* What is needed of a value when its memory is gone. */
static void keep(struct arena *arena, const struct policy_expr *expr, struct cel_value value,
                 struct policy_result *result)
{
    if (value.kind == CEL_UNKNOWN) {
        result->outcome = OUTCOME_UNKNOWN;
        result->text = str_dup(arena, cel_error_text(value));
        return;
    }
    if (value.kind == CEL_ERROR) {
        result->text = str_format(arena, "expression '%.*s' resulted in error: %.*s",
                                  STR_FMT(expr->source), STR_FMT(cel_error_text(value)));
        return;
    }
    result->outcome = OUTCOME_VALUE;
    result->value = value.kind == CEL_STRING ? cel_string(str_dup(arena, cel_text(value)))
                                             : cel_bool(cel_is_true(value));
}

struct policy_result policy_eval_in(struct policy_pass *pass, const struct policy_expr *expr,
                                    struct cel_run *run, struct cel_value *ret_value)
{
    struct arena *arena = pass->subject->arena;
    struct policy_result result = {.outcome = OUTCOME_ERROR};
    *ret_value = (struct cel_value){.kind = CEL_NULL};
    if (!expr->program) {
        result.text = str_format(arena, "compilation error: %.*s", STR_FMT(expr->error));
        return result;
    }
    pass->variable_cost = 0;
    *ret_value = cel_eval(run, expr->program, pass->slots);
    if (spend(pass, pass->variable_cost) && spend(pass, run->cost))
        keep(arena, expr, *ret_value, &result);
    else
        result.text = STR("validation failed due to running out of cost budget, no further "
                          "validation rules will be run");
    return result;
}

struct policy_result policy_eval(struct policy_pass *pass, const struct policy_expr *expr)
{
    struct arena scratch SCOPED(arena) = {0};
    struct cel_run run = {.arena = &scratch};
    struct cel_value value;
    const struct policy_result result = policy_eval_in(pass, expr, &run, &value);
    cel_run_release(&run);
    return result;
}

const struct node *policy_blame(struct policy_pass *pass, const struct policy_expr *expr,
                                struct buf *lines)
{
    if (!expr->program)
        return NULL;
    struct arena scratch SCOPED(arena) = {0};
    const struct policy_subject *subject = pass->subject;
    struct cel_run run = {
        .arena = &scratch,
        .blamed = {subject->value ? subject->value : subject->old, subject->object->root}};
    const struct node *node = cel_explain(&run, expr->program, pass->slots, lines);
    cel_run_release(&run);
    return node;
}
