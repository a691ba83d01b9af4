/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tidegate rules export ID`: a ValidatingAdmissionPolicy with a binding that refuses what the rule
 * does. A rule that sees more than a server shows to a policy can't be exported.
 */
#include <stdarg.h>

#include "admit/admit.h"
#include "base/limits.h"
#include "cmd/rules_export.h"
#include "config/config.h"
#include "object/object.h"
#include "pack/pack.h"

enum { STABLE_SINCE = 30 }; /* the minor whose server has ValidatingAdmissionPolicies of v1 */

void export_refuse(struct exporting *exporting, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!exporting->refused.n)
        exporting->refused = str_dup(exporting->arena, str_from(text));
}

/* ---- the manifests ---- */

static void put_text(struct exporting *exporting, struct node *map, const char *key,
                     struct str text)
{
    node_put(exporting->arena, map, str_from(key), node_new_text(exporting->arena, text));
}

static struct node *new_object(struct exporting *exporting, const char *kind, struct node *spec)
{
    struct arena *arena = exporting->arena;
    struct node *object = node_new(arena, NODE_MAP);
    struct node *metadata = node_new(arena, NODE_MAP);
    char *name = arena_alloc_text(arena, exporting->rule->id.n);
    for (size_t i = 0; i < exporting->rule->id.n; i++)
        name[i] = exporting->rule->id.p[i] == '/' ? '.' : exporting->rule->id.p[i];
    put_text(exporting, metadata, "name", (struct str){name, exporting->rule->id.n});
    put_text(exporting, object, "apiVersion",
             exporting->view->minor < STABLE_SINCE ? STR("admissionregistration.k8s.io/v1beta1")
                                                   : STR("admissionregistration.k8s.io/v1"));
    put_text(exporting, object, "kind", str_from(kind));
    node_put(arena, object, STR("metadata"), metadata);
    node_put(arena, object, STR("spec"), spec);
    return object;
}

static struct node *validations_of(struct exporting *exporting, struct str summary)
{
    struct node *list = node_new(exporting->arena, NODE_LIST);
    for (struct item it = list_first(exporting->rule->validations); it.value; it = list_next(it)) {
        struct node *map = node_new(exporting->arena, NODE_MAP);
        const struct str message = str_trim(node_get_text(it.value, STR("message")));
        const struct str computed = node_get_text(it.value, STR("messageExpression"));
        put_text(exporting, map, "expression",
                 export_expression(exporting, node_get_text(it.value, STR("expression"))));
        put_text(exporting, map, "message", message.n ? message : summary);
        if (computed.n)
            put_text(exporting, map, "messageExpression", export_expression(exporting, computed));
        node_add(list, map);
    }
    return list;
}

/* Those that stand for what servers do not have come first: the others use them. */
static struct node *variables_of(struct exporting *exporting, const struct node *own)
{
    struct node *list = node_new(exporting->arena, NODE_LIST);
    export_variables(exporting, list);
    for (struct item it = list_first(own); it.value; it = list_next(it))
        node_add(list, node_copy(exporting->arena, it.value));
    return list;
}

static struct node *own_variables(struct exporting *exporting)
{
    struct node *list = node_new(exporting->arena, NODE_LIST);
    for (struct item it = list_first(exporting->rule->variables); it.value; it = list_next(it))
        export_add_variable(
            exporting, list, node_get_text(it.value, STR("name")),
            export_expression(exporting, node_get_text(it.value, STR("expression"))));
    return list;
}

static struct node *policy_of(struct exporting *exporting, struct str summary)
{
    struct arena *arena = exporting->arena;
    struct node *spec = node_new(arena, NODE_MAP);
    struct node *conditions = export_conditions(exporting);
    struct node *own = own_variables(exporting);
    struct node *validations = validations_of(exporting, summary);
    struct node *variables = variables_of(exporting, own);
    put_text(exporting, spec, "failurePolicy", STR("Fail"));
    node_put(arena, spec, STR("matchConstraints"), export_constraints(exporting));
    if (conditions)
        node_put(arena, spec, STR("matchConditions"), conditions);
    if (variables->n)
        node_put(arena, spec, STR("variables"), variables);
    node_put(arena, spec, STR("validations"), validations);
    return new_object(exporting, "ValidatingAdmissionPolicy", spec);
}

static struct node *binding_of(struct exporting *exporting, const struct node *policy,
                               const struct str_list *actions)
{
    struct arena *arena = exporting->arena;
    struct node *spec = node_new(arena, NODE_MAP);
    struct node *list = node_new(arena, NODE_LIST);
    put_text(exporting, spec, "policyName",
             node_get_text(node_get(policy, STR("metadata")), STR("name")));
    for (size_t i = 0; i < actions->n; i++)
        node_add(list, node_new_text(arena, actions->items[i]));
    node_put(arena, spec, STR("validationActions"), list);
    return new_object(exporting, "ValidatingAdmissionPolicyBinding", spec);
}

/* ---- whether a server takes it ---- */

static void try_object(struct exporting *exporting, const struct doc *doc)
{
    struct diags found SCOPED(diags) = {.at = {.source = doc->source}};
    struct object_set set = {.arena = exporting->arena};
    struct admitted admitted;
    struct admit_ctx ctx = {.view = exporting->view, .arena = exporting->arena, .diags = &found};
    object_set_add_doc(&set, exporting->view, doc, &found);
    for (size_t i = 0; i < set.n; i++) {
        admit_decode(&ctx, &set.items[i], &admitted);
        admit_default(&ctx, &admitted);
        admit_validate(&ctx, &admitted, NULL);
    }
    for (size_t i = 0; i < found.n; i++)
        if (rule_is_server(found.items[i].rule) && found.items[i].severity == SEVERITY_ERROR &&
            found.items[i].rule != rule_get(RULE_API_NOT_SERVED))
            export_refuse(exporting, "a server of Kubernetes 1.%u would refuse it: %.*s",
                          exporting->view->minor, STR_FMT(found.items[i].message));
}

static void try_text(struct exporting *exporting, struct str text)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(exporting->arena, STR("exported"), text);
    dropped.at.source = source;
    if (doc_read_file(exporting->arena, source, &dropped, &docs) < 0)
        BUG("what was exported can't be read");
    for (size_t i = 0; i < docs.n; i++)
        try_object(exporting, &docs.items[i]);
}

/* ---- the command ---- */

/* order: severity */
static const char *const action_of[] = {"Audit", "Audit", "Warn", "Deny"};

static int read_actions(struct call *call, enum severity severity, struct str_list *ret_actions)
{
    static const char *const known[] = {"Deny", "Warn", "Audit"};
    const struct rules_args *args = call->args;
    bool denies = false, warns = false;
    struct str rest = args->actions.n ? args->actions : str_from(action_of[severity]);
    for (struct str action; str_split(&rest, ',', &action);) {
        action = str_trim(action);
        if (!str_is_one_of(action, known, ARRAY_LEN(known)))
            return usage_error("--actions takes Deny, Warn and Audit, separated by commas");
        denies |= str_is(action, "Deny");
        warns |= str_is(action, "Warn");
        VEC_PUSH(call->arena, ret_actions, action);
    }
    if (denies && warns)
        return usage_error("--actions can't be Deny and Warn: a server takes one of them");
    return EXIT_OK;
}

/* A rule of a pack, or of the repository. */
static int find_rule(struct call *call, struct str id, struct rule_file *ret_file,
                     struct str *ret_summary)
{
    const struct pack_rule *pack = pack_find(id);
    struct config config;
    struct rules_own own;
    *ret_file = (struct rule_file){.id = id};
    if (pack) {
        struct diags dropped SCOPED(diags) = {0};
        struct doc_list docs = {0};
        struct source *source = source_new(call->arena, id, pack->text);
        dropped.at.source = source;
        if (doc_read_stream(call->arena, source, &dropped, &docs) < 0 || docs.n != 1 ||
            !rule_file_read(call->arena, &docs.items[0], RULE_FILE_PACK, &dropped, ret_file))
            BUG("the rule %s was compiled in and can't be read", pack->rule.id);
        *ret_summary = str_from(pack->rule.summary);
        return EXIT_OK;
    }
    if (rule_find(id)) {
        ret_file->is_builtin = true;
        return EXIT_OK;
    }
    int code = rules_config(call, &config);
    if (code == EXIT_OK)
        code = rules_own_read(call, &config, &own);
    if (code != EXIT_OK)
        return code;
    const struct rules_own_rule *found = rules_own_find(&own, id);
    if (!found)
        return rules_unknown(call, &own, id);
    if (found->is_policy)
        return usage_error("%.*s is an admission policy already", STR_FMT(id));
    *ret_file = found->file;
    *ret_summary = found->file.summary.n
                       ? found->file.summary
                       : str_format(call->arena, "breaks the rule %.*s", STR_FMT(id));
    return EXIT_OK;
}

static int write_out(struct exporting *exporting, struct str summary,
                     const struct str_list *actions)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    if (exporting->rule->is_builtin) {
        export_refuse(exporting, "tidegate decides it by itself, from all objects together");
    } else {
        const struct node *policy = policy_of(exporting, summary);
        doc_write_yaml(&out, policy);
        buf_add_c(&out, "---\n");
        doc_write_yaml(&out, binding_of(exporting, policy, actions));
    }
    if (!exporting->refused.n)
        try_text(exporting, buf_str(&out));
    if (!exporting->refused.n)
        return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
    const struct str why = diag_escape(exporting->arena, exporting->refused);
    output_say("%.*s can't be exported: %.*s", STR_FMT(exporting->rule->id), STR_FMT(why));
    return EXIT_FINDINGS;
}

int rules_export(struct call *call)
{
    unsigned minor;
    struct rule_file rule;
    struct str summary = {0};
    struct str_list actions = {0};
    struct schema_view view;
    int code = rules_minor(call->args, &minor);
    if (code == EXIT_OK)
        code = find_rule(call, call->rest.items[1], &rule, &summary);
    if (code == EXIT_OK)
        code = read_actions(call, rule.severity, &actions);
    if (code != EXIT_OK)
        return code;
    schema_view_init(&view, call->arena, minor);
    struct exporting exporting = {.arena = call->arena, .rule = &rule, .view = &view};
    code = write_out(&exporting, summary, &actions);
    schema_view_release(&view);
    return code;
}
