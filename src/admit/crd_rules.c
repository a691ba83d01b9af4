/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of x-kubernetes-validations, and paths into a schema. */
#include "admit/crd.h"

#include "base/buf.h"

/* ---- field paths ---- */

struct tokens {
    struct str rest;
};

/* '.', '[' and ']' are tokens of their own, else what stands between them; quotes hide them. */
static bool next_token(struct tokens *tokens, struct str *ret_token)
{
    const struct str s = tokens->rest;
    size_t n = 0;
    if (s.n == 0)
        return false;
    if (s.p[0] == '\'') {
        for (n = 1; n < s.n && (s.p[n] != '\'' || s.p[n - 1] == '\\'); n++)
            ;
        n = n < s.n ? n + 1 : n;
    } else {
        while (n < s.n && s.p[n] != '.' && s.p[n] != '[' && s.p[n] != ']')
            n++;
        n = n == 0 ? 1 : n;
    }
    *ret_token = str_sub(s, 0, n);
    tokens->rest = str_from_offset(s, n);
    return true;
}

/* 'a\'b' as a'b; false when it is not in quotes or has another escape. */
static bool unquote(struct arena *arena, struct str token, struct str *ret_text)
{
    if (token.n < 2 || token.p[0] != '\'' || token.p[token.n - 1] != '\'')
        return false;
    const struct str inner = str_sub(token, 1, token.n - 1);
    char *text = arena_alloc_text(arena, inner.n);
    size_t n = 0;
    for (size_t i = 0; i < inner.n; i++) {
        if (inner.p[i] == '\\' && (++i == inner.n || (inner.p[i] != '\'' && inner.p[i] != '\\')))
            return false;
        text[n++] = inner.p[i];
    }
    *ret_text = (struct str){text, n};
    return true;
}

static bool enter(const struct node **schema, struct str name)
{
    const struct node *properties = node_get(*schema, STR("properties"));
    const struct node *additional = node_get(*schema, STR("additionalProperties"));
    if (node_kind(properties) == NODE_MAP && node_real(properties)->n > 0)
        *schema = node_get(properties, name);
    else
        *schema = node_kind(additional) == NODE_MAP ? additional : NULL;
    return *schema != NULL;
}

const char *crd_field_path(struct arena *arena, const struct node *schema, struct str path,
                           bool brackets, struct str *ret_root, const struct node **ret_schema)
{
    struct tokens tokens = {path};
    struct str token;
    *ret_root = (struct str){0};
    while (next_token(&tokens, &token)) {
        const bool bracket = str_is(token, "[");
        struct str name;
        if (bracket ? !brackets : !str_is(token, "."))
            return brackets ? "must be a path like .spec.size or .labels['x']"
                            : "must be a path like .spec.size";
        if (!next_token(&tokens, &token))
            return "must not end in the middle of a path";
        name = token;
        if (bracket && !unquote(arena, token, &name))
            return "must have single quotes inside of brackets";
        if (!enter(&schema, name))
            return "must lead to a field of the schema";
        if (bracket && (!next_token(&tokens, &token) || !str_is(token, "]")))
            return "must close its brackets";
        *ret_root = ret_root->p ? *ret_root : name;
    }
    *ret_schema = schema;
    return NULL;
}

/* ---- rules ---- */

/* As Go's TrimSpace, for the blanks of ASCII. */
static bool is_blank(struct str s)
{
    return str_trim(s).n == 0;
}

static bool has_newline(struct str s)
{
    return str_find_char(s, '\n') >= 0 || str_find_char(s, '\r') >= 0;
}

static void check_message(struct crd *crd, const struct path *path, const struct node *rule,
                          struct span key)
{
    const struct str text = node_get_text(rule, STR("rule"));
    const struct str message = node_get_text(rule, STR("message"));
    if (is_blank(text))
        crd_required(crd, path, rule, "rule", key);
    else if (message.n > 0 && is_blank(message))
        crd_report(crd, RULE_API_INVALID_VALUE, path, rule, "message", key, "must not be blank");
    else if (has_newline(str_trim(message)))
        crd_report(crd, RULE_API_INVALID_VALUE, path, rule, "message", key,
                   "must be a single line");
    else if (has_newline(str_trim(text)) && is_blank(message))
        crd_report(crd, RULE_API_REQUIRED, path, rule, "message", key,
                   "is required for a rule of several lines");
}

static void check_rule(struct crd *crd, const struct path *path, const struct node *rule,
                       const struct crd_schema *schema, struct span key)
{
    static const char *const reasons[] = {"FieldValueDuplicate", "FieldValueForbidden",
                                          "FieldValueInvalid", "FieldValueRequired"};
    const struct str expression = node_get_text(rule, STR("messageExpression"));
    const struct str field = node_get_text(rule, STR("fieldPath"));
    const struct node *reason = node_get(rule, STR("reason"));
    struct str root;
    const struct node *found;
    check_message(crd, path, rule, key);
    if (expression.n > 0 && is_blank(expression))
        crd_report(crd, RULE_API_REQUIRED, path, rule, "messageExpression", key,
                   "must not be blank");
    if (node_kind(reason) == NODE_STRING &&
        !str_is_one_of(node_text(reason), reasons, ARRAY_LEN(reasons)))
        crd_report(crd, RULE_API_UNSUPPORTED_VALUE, path, rule, "reason", key,
                   "must be FieldValueDuplicate, FieldValueForbidden, FieldValueInvalid or "
                   "FieldValueRequired");
    if (field.n == 0)
        return;
    const char *error = is_blank(field)      ? "must not be blank"
                        : has_newline(field) ? "must be a single line"
                                             : crd_field_path(crd->ctx->arena, schema->node, field,
                                                              true, &root, &found);
    if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, path, rule, "fieldPath", key, "%s", error);
}

void crd_check_rules(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema)
{
    const struct path list = {.up = &step->path,
                              .name = STR("x-kubernetes-validations"),
                              .node = schema->at[KW_X_VALIDATIONS]};
    for (struct item it = list_first(list.node); it.value; it = list_next(it)) {
        const struct path path = {.up = &list, .index = it.index, .node = it.value};
        const struct entry rule = node_entry(it.value, STR("rule"));
        if (node_kind(it.value) == NODE_MAP)
            check_rule(crd, &path, it.value, schema, node_span(rule.key ? rule.key : it.written));
    }
}
