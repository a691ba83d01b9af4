/* SPDX-License-Identifier: Apache-2.0 */
/* Admission policies and their bindings, but for what their expressions mean. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "base/ascii.h"
#include "rule_calls.h"

static bool is_blank(struct str text)
{
    return str_trim(text).n == 0;
}

void rule_match_expression(struct validating *v, const struct spot *spot)
{
    if (is_blank(spot_text(spot)))
        say_required(v, spot, NULL);
}

void rule_policy_expression(struct validating *v, const struct spot *spot)
{
    if (is_blank(spot_text(spot)))
        say_required(v, spot, "expression is not specified");
}

void rule_policy_message_expression(struct validating *v, const struct spot *spot)
{
    const struct str text = spot_text(spot);
    if (text.n && is_blank(text))
        say_invalid(v, spot, "must be non-empty if specified");
}

void rule_policy_message(struct validating *v, const struct spot *spot)
{
    const struct str text = spot_text(spot);
    const struct str trimmed = str_trim(text);
    if (text.n && trimmed.n == 0)
        say_invalid(v, spot, "must be non-empty if specified");
    else if (str_find_char(trimmed, '\n') >= 0 || str_find_char(trimmed, '\r') >= 0)
        say_invalid(v, spot, "must not contain line breaks");
}

/* An identifier of CEL that is no reserved word. */
static bool is_identifier(struct str s)
{
    static const char *const reserved[] = {
        "true",     "false",   "null",      "in",       "as",  "break",  "const",
        "continue", "else",    "for",       "function", "if",  "import", "let",
        "loop",     "package", "namespace", "return",   "var", "void",   "while"};
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        const bool letter = ascii_is_letter(c) || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return s.n && !str_is_one_of(s, reserved, ARRAY_LEN(reserved));
}

void rule_policy_variable_name(struct validating *v, const struct spot *spot)
{
    if (is_blank(spot_text(spot)))
        say_required(v, spot, "name is not specified");
    else if (!is_identifier(spot_text(spot)))
        say_invalid(v, spot, "must be a valid CEL identifier");
}

/* The name under which an annotation is recorded: policy/key. */
void rule_audit_key(struct validating *v, const struct spot *spot)
{
    const struct str name = node_get_text(node_get(v->root, STR("metadata")), STR("name"));
    const struct str key = spot_text(spot);
    struct arena *arena = v->ctx->arena;
    if (name.n == 0) {
        say_invalid(v, spot, "requires metadata.name be non-empty");
        return;
    }
    const struct str full = str_format(arena, "%.*s/%.*s", STR_FMT(name), STR_FMT(key));
    const char *reason = format_qualified_name(full);
    if (reason)
        say_invalid_as(v, spot, str_format(arena, "\"%.*s\"", STR_FMT(full)), reason);
}

void rule_audit_expression(struct validating *v, const struct spot *spot)
{
    enum { EXPRESSION_MAX = 5 * 1024 };
    const struct str text = str_trim(spot_text(spot));
    if (text.n == 0)
        say_required(v, spot, "valueExpression is not specified");
    else if (text.n > EXPRESSION_MAX)
        say_required(v, spot, "must not exceed 5120 bytes in length");
}

/* ---- parameters ---- */

void rule_param_version(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    const struct str text = spot_text(spot);
    const ptrdiff_t slash = str_find_char(text, '/');
    if (text.n == 0)
        return;
    if (slash >= 0 && str_find_last_char(text, '/') != slash) {
        say_invalid_fmt(v, spot, "unexpected GroupVersion string: %.*s", STR_FMT(text));
        return;
    }
    const struct str group = slash < 0 ? STR("") : str_sub(text, 0, (size_t)slash);
    const struct str version = str_from_offset(text, (size_t)(slash + 1));
    const char *wrong_group = group.n ? format_dns1123_subdomain(group) : NULL;
    const char *wrong_version = version.n ? format_dns1035_label(version) : NULL;
    if (wrong_group)
        say_invalid_as(v, spot, str_format(arena, "\"%.*s\"", STR_FMT(group)), wrong_group);
    if (version.n == 0)
        say_invalid(v, spot, "version must be specified");
    else if (wrong_version)
        say_invalid_as(v, spot, str_format(arena, "\"%.*s\"", STR_FMT(version)), wrong_version);
}

void rule_param_kind(struct validating *v, const struct spot *spot)
{
    const struct str kind = spot_text(spot);
    const char *reason = kind.n ? format_dns1035_label(str_lower(v->ctx->arena, kind)) : NULL;
    if (reason)
        say_invalid_fmt(v, spot, "may have mixed case, but should otherwise match: %s", reason);
}

void rule_param_ref(struct validating *v, const struct spot *spot)
{
    if (child_text(spot, "name").n == 0 && !child_is_set(spot, "selector"))
        say_required(v, spot, "one of name or selector must be specified");
}

/* ---- what policies do ---- */

void rule_validation_actions(struct validating *v, const struct spot *spot)
{
    bool deny = false;
    bool warn = false;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        deny |= spot_text_is(&e.spot, "Deny");
        warn |= spot_text_is(&e.spot, "Warn");
    }
    if (deny && warn)
        say_invalid(v, spot,
                    "must not contain both Deny and Warn (repeating the same validation failure "
                    "information in the API response and headers serves no purpose)");
}

/* What is deleted can't be changed. The server leaves the indexes out of the field. */
void rule_mutating_operations(struct validating *v, const struct spot *spot)
{
    static const char *const operations[] = {"*", "CONNECT", "CREATE", "UPDATE"};
    const struct spot rules = spot_child(v, spot, "resourceRules");
    for (struct each rule = each_first(v, &rules); rule.spot.path.node; each_next(v, &rule)) {
        const struct spot list = spot_child(v, &rule.spot, "operations");
        struct spot without_index = list;
        without_index.path.up = &rules.path;
        for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
            if (str_is_one_of(spot_text(&e.spot), operations, ARRAY_LEN(operations)))
                continue;
            struct spot said = e.spot;
            said.path = without_index.path;
            said.path.node = e.spot.path.node;
            say_unsupported(v, &said, operations, ARRAY_LEN(operations));
        }
    }
}
