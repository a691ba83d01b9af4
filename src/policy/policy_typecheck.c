/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions of ValidatingAdmissionPolicies against the kinds that they match: what the server's
 * controller writes into status.typeChecking, plugin/policy/validating/typechecking.go. Only
 * validations and their messages are checked, with at most ten kinds, and no kind that a wildcard
 * matches.
 *
 * The controller warns as well of what it does not see though it works (policy_typed.h), which is
 * information here. It does not know authorizer.requestResource, which is told nowhere.
 */
#include <strings.h>

#include "admit/expr.h"
#include "cel/cel_authorizer.h"
#include "policy/policy_internal.h"
#include "policy/policy_rules.h"
#include "policy/policy_typed.h"

enum {
    TYPES_MAX = 10, /* of one rule, as the server */
    KINDS_TEXT = 1 << 10,
    /* Ours, of one policy: combinations of group, version and resource, and expressions times
       kinds. */
    RESOURCES_MAX = 4096,
    CHECKS_MAX = 20000,
};

/* ---- which kinds ---- */

static bool has_any(struct str text, const char *chars)
{
    for (; *chars; chars++)
        if (str_find_char(text, *chars) >= 0)
            return true;
    return false;
}

struct names {
    struct str *items;
    size_t n;
};

/* Sorted. None when one has a wildcard, of which resources are left out alone. */
static struct names read_names(struct arena *arena, const struct node *list, bool are_resources)
{
    struct names names = {0};
    if (node_kind(list) != NODE_LIST)
        return names;
    names.items = ARENA_ARRAY(arena, struct str, node_real(list)->n + 1);
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        if (!has_any(text, are_resources ? "*/" : "*"))
            names.items[names.n++] = text;
        else if (!are_resources)
            return (struct names){0};
    }
    qsort(names.items, names.n, sizeof *names.items, str_cmp_qsort);
    return names;
}

static bool is_known(const struct typecheck *check, const struct kind_info *kind)
{
    for (size_t i = 0; i < check->kinds.n; i++) {
        const struct kind_info *known = &check->kinds.items[i].info;
        if (str_eq(known->group, kind->group) && str_eq(known->version, kind->version) &&
            str_eq(known->kind, kind->kind))
            return true;
    }
    return false;
}

struct resource {
    struct str group, version, name; /* the name in lower case */
};

/* As the REST mapper finds kinds: by the plural or the singular, and in every group where it was
 * given none, though that is a group itself. */
static bool is_resource(const struct kind_info *kind, const struct resource *resource)
{
    return str_eq(kind->version, resource->version) &&
           (resource->group.n == 0 || str_eq(kind->group, resource->group)) && kind->plural.n &&
           !kind->is_list &&
           (str_eq(kind->plural, resource->name) ||
            (kind->kind.n == resource->name.n &&
             strncasecmp(kind->kind.p, resource->name.p, kind->kind.n) == 0));
}

/* False when there are enough. */
static bool take_kind(struct typecheck *check, const struct kind_info *kind,
                      const struct resource *resource, unsigned *count)
{
    if (!is_resource(kind, resource))
        return true;
    struct typed_candidate checked = {0};
    if (!is_known(check, kind) &&
        schema_find_kind(check->views[AS_CHECKED].view, kind->group, kind->version, kind->kind,
                         &checked.info) == KIND_SERVED)
        VEC_PUSH(check->arena, &check->kinds, checked);
    return ++*count < TYPES_MAX;
}

static bool take_resource(struct typecheck *check, const struct resource *resource, unsigned *count)
{
    const struct schema_view *view = check->views[AS_CHECKED].view;
    struct kind_info kind;
    enum kind_state state;
    struct str last = {0}; /* one kind may have several rows */
    for (size_t i = 0; schema_kind_at(view, i, &state, &kind); i++) {
        if (state != KIND_SERVED || (str_eq(last, kind.kind) && is_known(check, &kind)))
            continue;
        last = kind.kind;
        if (!take_kind(check, &kind, resource, count))
            return false;
    }
    for (size_t i = 0; i < view->customs.n; i++)
        for (const struct custom *c = view->customs.items[i]; c; c = c->next)
            if (c->served && !take_kind(check, &c->info, resource, count))
                return false;
    return true;
}

static bool take_rule(struct typecheck *check, const struct node *rule, unsigned *left)
{
    struct arena *arena = check->arena;
    const struct names groups = read_names(arena, node_get(rule, STR("apiGroups")), false);
    const struct names versions = read_names(arena, node_get(rule, STR("apiVersions")), false);
    const struct names resources = read_names(arena, node_get(rule, STR("resources")), true);
    unsigned count = 0;
    for (size_t g = 0; g < groups.n; g++)
        for (size_t v = 0; v < versions.n; v++)
            for (size_t r = 0; r < resources.n; r++)
                if ((*left)-- == 0 ||
                    !take_resource(check,
                                   &(struct resource){groups.items[g], versions.items[v],
                                                      str_lower(arena, resources.items[r])},
                                   &count))
                    return false;
    return true;
}

static int by_kind(const void *a, const void *b)
{
    const struct kind_info *first = &((const struct typed_candidate *)a)->info;
    const struct kind_info *second = &((const struct typed_candidate *)b)->info;
    int order = str_cmp(first->group, second->group);
    if (order == 0)
        order = str_cmp(first->version, second->version);
    return order ? order : str_cmp(first->kind, second->kind);
}

static void find_kinds(struct typecheck *check)
{
    const struct node *spec = node_get(check->root, STR("spec"));
    const struct node *rules =
        node_get(node_get(spec, STR("matchConstraints")), STR("resourceRules"));
    unsigned left = RESOURCES_MAX;
    for (struct item it = list_first(rules); it.value; it = list_next(it))
        if (!take_rule(check, it.value, &left))
            break;
    if (check->kinds.n > 1)
        qsort(check->kinds.items, check->kinds.n, sizeof *check->kinds.items, by_kind);
}

/* ---- environments ---- */

static const struct cel_type *params_type(const struct typed_view *view, const struct node *kind)
{
    struct gvk gvk = {.kind = node_get_text(kind, STR("kind"))};
    struct kind_info info;
    (void)api_version_split(node_get_text(kind, STR("apiVersion")), &gvk.group, &gvk.version);
    if (schema_find_kind(view->view, gvk.group, gvk.version, gvk.kind, &info) != KIND_SERVED)
        return NULL;
    /* the names that the server makes are numbered, so that the types differ */
    info.kind = str_format(view->arena, "%.*s2", STR_FMT(info.kind));
    return typed_kind(view, &info);
}

static const struct cel_type *or_any(const struct cel_type *type)
{
    return type ? type : &cel_type_dyn;
}

/* A variable that does not compile may be anything, and is told nowhere. */
static void add_variables(const struct typecheck *check, struct cel_env *env,
                          struct policy_variables *variables)
{
    for (struct item it = list_first(check->variables); it.value; it = list_next(it)) {
        struct policy_variable *variable = &variables->items[variables->n];
        struct cel_issues issues = {.arena = check->arena};
        struct cel_program *program =
            cel_compile(check->arena, env, node_get_text(it.value, STR("expression")), &issues);
        variable->name = node_get_text(it.value, STR("name"));
        variable->type =
            expr_declared_type(check->arena, program ? cel_program_type(program) : NULL);
        cel_program_release(program);
        variables->n++;
    }
}

static const struct cel_env *env_of(const struct typecheck *check, struct typed_candidate *kind,
                                    enum typed_as as)
{
    struct arena *arena = check->arena;
    const struct typed_view *view = &check->views[as];
    if (kind->envs[as])
        return kind->envs[as];
    struct cel_env *env = cel_env_extend(arena, check->base);
    const struct cel_type *object =
        as == AS_ANYTHING ? &cel_type_dyn : or_any(typed_kind(view, &kind->info));
    const bool any_params = as == AS_ANYTHING || !check->param_kind;
    struct policy_variables *variables = ARENA_NEW(arena, struct policy_variables);
    const size_t room =
        node_kind(check->variables) == NODE_LIST ? node_real(check->variables)->n : 0;
    policy_variables_init(variables, ARENA_ARRAY(arena, struct policy_variable, room + 1));
    variables->on_pods = check->on_pods;
    cel_env_add_variable(env, STR("object"), object);
    cel_env_add_variable(env, STR("oldObject"), object);
    cel_env_add_variable(env, STR("namespaceObject"), &expr_namespace_type);
    cel_env_add_variable(env, STR("request"), &expr_request_type);
    cel_env_add_variable(env, STR("variables"), &variables->type);
    if (check->has_params)
        cel_env_add_variable(env, STR("params"),
                             any_params ? &cel_type_dyn
                                        : or_any(params_type(view, check->param_kind)));
    if (check->is_rule) {
        cel_env_add_variable(env, STR("written"), &cel_type_dyn);
        cel_env_add_variable(env, STR("objects"), &policy_objects_type);
    }
    cel_env_add_variable(env, STR("authorizer"), &cel_type_authorizer);
    cel_env_add_variable(env, STR("authorizer.requestResource"), &cel_type_resource_check);
    add_variables(check, env, variables);
    kind->envs[as] = env;
    return env;
}

static void compile(const struct typecheck *check, struct typed_candidate *kind, enum typed_as as,
                    struct str text, struct cel_issues *issues)
{
    *issues = (struct cel_issues){.arena = check->arena};
    cel_program_release(cel_compile(check->arena, env_of(check, kind, as), text, issues));
}

/* ---- findings ---- */

/* The same issue of several kinds. */
struct shared_issue {
    struct cel_issue issue;
    struct buf kinds;
    size_t kind_count;
    bool is_wrong; /* at runtime too */
};
struct shared_issues {
    VEC(struct shared_issue);
};

static bool is_at(const struct cel_issues *issues, const struct cel_issue *issue)
{
    for (size_t i = 0; i < issues->n; i++)
        if (issues->items[i].line == issue->line && issues->items[i].column == issue->column)
            return true;
    return false;
}

static struct shared_issue *share(const struct typecheck *check, struct shared_issues *shared,
                                  const struct cel_issue *issue)
{
    for (size_t i = 0; i < shared->n; i++) {
        const struct cel_issue *known = &shared->items[i].issue;
        if (known->offset == issue->offset && str_eq(known->message, issue->message))
            return &shared->items[i];
    }
    struct shared_issue added = {.issue = *issue};
    buf_init(&added.kinds, KINDS_TEXT);
    VEC_PUSH(check->arena, shared, added);
    return &shared->items[shared->n - 1];
}

static void add_kind(struct shared_issue *shared, const struct kind_info *kind)
{
    buf_format(&shared->kinds, "%s%.*s%s%.*s %.*s", buf_str(&shared->kinds).n ? ", " : "",
               STR_FMT(kind->group), kind->group.n ? "/" : "", STR_FMT(kind->version),
               STR_FMT(kind->kind));
    shared->kind_count++;
}

static void tell(const struct typecheck *check, const struct node *node,
                 const struct shared_issue *shared)
{
    struct str field = {0};
    const struct policy_expr expr = {
        .node = node, .source = node_text(node), .issue = shared->issue};
    const struct str text = diag_escape(check->arena, shared->issue.message);
    (void)path_of(check->arena, check->root, node, &field);
    struct diag *diag =
        diag_add(check->diags, RULE_POLICY_TYPES, policy_issue_span(check->text, &expr), field,
                 "with %.*s as object: %.*s", STR_FMT(buf_str(&shared->kinds)), STR_FMT(text));
    if (!diag || shared->is_wrong)
        return;
    diag->severity = MIN_OF(diag->severity, SEVERITY_INFO);
    diag_hint(check->diags, diag,
              "the type check of the server does not see quantities, free-form data, that two "
              "places have one type, and that times and bytes are text; at runtime this works");
}

static void check_expression(const struct typecheck *check, const struct node *node)
{
    struct shared_issues shared = {0};
    struct cel_issues issues, others;
    const struct str text = node_text(node);
    for (size_t k = 0; k < check->kinds.n && text.n; k++) {
        struct typed_candidate *kind = &check->kinds.items[k];
        compile(check, kind, AS_CHECKED, text, &issues);
        if (issues.n == 0)
            continue;
        compile(check, kind, AS_ANYTHING, text, &others);
        if (others.n > 0) /* which is an error of the policy */
            break;
        compile(check, kind, AS_RUN, text, &others);
        for (size_t i = 0; i < issues.n; i++) {
            struct shared_issue *one = share(check, &shared, &issues.items[i]);
            add_kind(one, &kind->info);
            one->is_wrong |= is_at(&others, &issues.items[i]);
        }
    }
    for (size_t i = 0; i < shared.n; i++) {
        struct shared_issue *one = &shared.items[i];
        if (!check->is_rule || (one->is_wrong && one->kind_count == check->kinds.n))
            tell(check, node, one);
        buf_release(&one->kinds);
    }
}

struct typecheck typecheck_make(struct arena *arena, const struct schema_view *view,
                                const struct node *root, struct diags *diags)
{
    const struct typed_view strict = {.arena = arena, .view = view};
    return (struct typecheck){
        .arena = arena,
        .root = root,
        .text = diags->at.source,
        .views = {strict, {.arena = arena, .view = view, .is_lenient = true}, strict},
        .diags = diags,
    };
}

const struct cel_env *typecheck_env(struct arena *arena, const struct schema_view *view)
{
    return cel_env_new(arena, (struct cel_env_options){.minor = (uint8_t)view->minor,
                                                       .formats = expr_formats,
                                                       .format_count = EXPR_FORMAT_COUNT});
}

void typecheck_validations(const struct typecheck *check, const struct node *validations)
{
    size_t left = check->kinds.n ? CHECKS_MAX / check->kinds.n : 0;
    for (struct item it = list_first(validations); it.value && left > 0; it = list_next(it)) {
        left--;
        check_expression(check, node_get(it.value, STR("expression")));
        check_expression(check, node_get(it.value, STR("messageExpression")));
    }
}

static void check_policy(const struct policy_source *source, const struct cel_env *base,
                         const struct object *object, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const struct node *spec = node_get(object->root, STR("spec"));
    struct typecheck check = typecheck_make(&arena, source->view, object->root, diags);
    check.base = base;
    check.variables = node_get(spec, STR("variables"));
    check.param_kind = node_get(spec, STR("paramKind"));
    check.has_params = !node_is_null(check.param_kind);
    find_kinds(&check);
    typecheck_validations(&check, node_get(spec, STR("validations")));
}

void policy_check_types(const struct policy_source *source, struct diags *diags)
{
    const struct object_set *sets[] = {source->policies, source->library};
    const struct diag_at at = diags->at;
    struct arena arena SCOPED(arena) = {0};
    const struct cel_env *base = NULL;
    for (size_t s = 0; s < ARRAY_LEN(sets); s++)
        for (size_t i = 0; sets[s] && i < sets[s]->n; i++) {
            const struct object *object = &sets[s]->items[i];
            if (!object_is(object, "admissionregistration.k8s.io", "ValidatingAdmissionPolicy"))
                continue;
            if (!base)
                base = typecheck_env(&arena, source->view);
            diags->at.source = object->source;
            diags->at.object = object_diag(object);
            check_policy(source, base, object, diags);
        }
    diags->at = at;
    policy_check_rule_types(source->view, source->rules, diags);
}
