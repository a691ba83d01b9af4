/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in a rule file: one table, and what a table can't say. */
#include "pack/rule_file.h"
#include "base/ascii.h"
#include "base/glob.h"
#include "pack/form.h"

/* ---- texts ---- */

static const char *id_problem(struct str text)
{
    /* families whose findings the program treats apart */
    static const char *const taken[] = {"api", "config", "document", "file", "ignore",
                                        "io",  "limit",  "policy",   "yaml"};
    struct str rest = text, part, family = {0};
    size_t parts = 0;
    for (; str_split(&rest, '/', &part); parts++) {
        if (parts == 0)
            family = part;
        if (part.n == 0 || !ascii_is_lower(part.p[0]) || part.p[part.n - 1] == '-')
            return "must be family/name in lower case, words joined by -";
        for (size_t i = 0; i < part.n; i++)
            if (!ascii_is_lower_alnum(part.p[i]) && part.p[i] != '-')
                return "must be family/name in lower case, words joined by -";
    }
    if (parts < 2 || parts > 3 || str_ends(text, STR("/")))
        return "must be family/name";
    return str_is_one_of(family, taken, ARRAY_LEN(taken))
               ? "is in a family that only tidegate itself has rules in"
               : NULL;
}

static const char *kind_problem(struct str text)
{
    static const char form[] = "must be Kind, group/Kind, workloads or *";
    if (str_is(text, "*") || str_is(text, "workloads"))
        return NULL;
    const ptrdiff_t slash = str_find_last_char(text, '/');
    const struct str kind = str_from_offset(text, (size_t)(slash + 1));
    if (slash == 0 || kind.n == 0 || !ascii_is_upper(kind.p[0]))
        return form;
    for (size_t i = 0; i < kind.n; i++)
        if (!ascii_is_alnum(kind.p[i]))
            return form;
    return NULL;
}

static const char *const operations[] = {"CREATE", "UPDATE", "DELETE"};

static const char *namespace_problem(struct str text)
{
    const bool is_not = str_starts(text, STR("!"));
    return glob_error(str_from_offset(text, is_not)) ? "must be a pattern of names" : NULL;
}

static const char *line_problem(struct str text)
{
    return str_find_char(text, '\n') >= 0 ? "must be one line" : NULL;
}

static const char *pointer_problem(struct str text)
{
    return text.n == 0 || text.p[0] == '/' ? NULL : "must be a JSON pointer such as /spec/replicas";
}

/* ---- the table ---- */

static const struct form_key label_keys[] = {
    {.name = "matchLabels", .shape = FORM_ANY},
    {.name = "matchExpressions", .shape = FORM_ANY},
    {0},
};

static const struct form_key match_keys[] = {
    {.name = "kinds", .shape = FORM_TEXTS, .need = FORM_ALWAYS, .problem = kind_problem},
    {.name = "operations", .shape = FORM_TEXTS, .choices = "CREATE|UPDATE|DELETE"},
    {.name = "namespaces", .shape = FORM_TEXTS, .problem = namespace_problem},
    {.name = "labels", .shape = FORM_TABLE, .inner = label_keys},
    {0},
};

static const struct form_key variable_keys[] = {
    {.name = "name", .shape = FORM_TEXT, .need = FORM_ALWAYS, .problem = form_name_problem},
    {.name = "expression", .shape = FORM_TEXT, .need = FORM_ALWAYS},
    {0},
};

static const struct form_key validation_keys[] = {
    {.name = "expression", .shape = FORM_TEXT, .need = FORM_ALWAYS},
    {.name = "message", .shape = FORM_TEXT, .problem = line_problem},
    {.name = "messageExpression", .shape = FORM_TEXT},
    {0},
};

static const struct form_key fix_keys[] = {
    {.name = "op", .shape = FORM_TEXT, .choices = "add|remove|replace|test"},
    {.name = "path", .shape = FORM_TEXT, .problem = pointer_problem, .may_be_empty = true},
    {.name = "value", .shape = FORM_ANY},
    {.name = "valueExpression", .shape = FORM_TEXT},
    {.name = "expression", .shape = FORM_TEXT},
    {0},
};

static const struct form_key pass_keys[] = {
    {.name = "manifest", .shape = FORM_TEXT, .need = FORM_ALWAYS},
    {0},
};

static const struct form_key fail_keys[] = {
    {.name = "manifest", .shape = FORM_TEXT, .need = FORM_ALWAYS},
    {.name = "line", .shape = FORM_LINE, .need = FORM_ALWAYS},
    {.name = "message", .shape = FORM_TEXT, .problem = line_problem},
    {.name = "fixed", .shape = FORM_TEXT},
    {0},
};

static const struct form_key file_keys[] = {
    {.name = "id", .shape = FORM_TEXT, .need = FORM_ALWAYS, .problem = id_problem},
    {.name = "severity",
     .shape = FORM_TEXT,
     .need = FORM_COMPLETE,
     .choices = "error|warning|info"},
    {.name = "default", .shape = FORM_FLAG, .need = FORM_COMPLETE},
    {.name = "builtin", .shape = FORM_FLAG},
    {.name = "summary", .shape = FORM_TEXT, .need = FORM_COMPLETE, .problem = line_problem},
    {.name = "why", .shape = FORM_TEXT, .need = FORM_COMPLETE},
    {.name = "remedy", .shape = FORM_TEXT, .need = FORM_COMPLETE, .problem = line_problem},
    {.name = "docs", .shape = FORM_TEXT, .problem = line_problem},
    {.name = "match", .shape = FORM_TABLE, .inner = match_keys},
    {.name = "params", .shape = FORM_VALUES},
    {.name = "variables", .shape = FORM_ENTRIES, .inner = variable_keys},
    {.name = "validations", .shape = FORM_ENTRIES, .inner = validation_keys},
    {.name = "fix", .shape = FORM_ENTRIES, .inner = fix_keys},
    {.name = "pass", .shape = FORM_ENTRIES, .need = FORM_COMPLETE, .inner = pass_keys},
    {.name = "fail", .shape = FORM_ENTRIES, .need = FORM_COMPLETE, .inner = fail_keys},
    {0},
};

/* ---- what the table can't say ---- */

static void need(struct form *form, const struct path *root, bool is_builtin)
{
    static const char *const of_rules[] = {"match", "validations"};
    static const char *const not_builtin[] = {"match", "variables", "validations", "params", "fix"};
    for (size_t i = 0; !is_builtin && i < ARRAY_LEN(of_rules); i++)
        if (!node_get(root->node, str_from(of_rules[i])))
            form_mistake(form, root, map_first(root->node).key,
                         i == 0 ? "has no match" : "has no validations");
    for (size_t i = 0; is_builtin && i < ARRAY_LEN(not_builtin); i++) {
        const struct entry entry = node_entry(root->node, str_from(not_builtin[i]));
        const struct path at = {.up = root, .name = str_from(not_builtin[i]), .node = entry.value};
        if (entry.key)
            form_mistake(form, &at, entry.key, "can't be there with builtin");
    }
    if (is_builtin && !form->complete)
        form_mistake(form, root, node_entry(root->node, STR("builtin")).key,
                     "can't be builtin: that is for rules that come with tidegate");
}

static void check_fixes(struct form *form, const struct path *root)
{
    const struct node *list = node_get(root->node, STR("fix"));
    const struct path path = {.up = root, .name = STR("fix"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        const bool computed = node_get(it.value, STR("expression"));
        const bool written = node_get(it.value, STR("op")) && node_get(it.value, STR("path"));
        if (node_kind(it.value) == NODE_MAP && (computed ? node_real(it.value)->n != 1 : !written))
            form_mistake(form, &at, it.written, "must have op and path, or expression alone");
    }
}

static int64_t line_count(struct str text)
{
    int64_t n = 0;
    for (struct str line; str_split(&text, '\n', &line);)
        n++;
    return n;
}

static void check_lines(struct form *form, const struct path *root)
{
    const struct node *list = node_get(root->node, STR("fail"));
    const struct path path = {.up = root, .name = STR("fail"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        int64_t line;
        const struct node *written = node_get(it.value, STR("line"));
        if (node_i64(written, &line) && line > line_count(node_get_text(it.value, STR("manifest"))))
            form_mistake(form, &at, written, "has a line that its manifest does not have");
    }
}

/* ---- the file ---- */

bool rule_file_is(const struct node *root)
{
    return node_kind(root) == NODE_MAP && !node_get(root, STR("apiVersion")) &&
           !node_get(root, STR("kind")) &&
           (node_get(root, STR("id")) || node_get(root, STR("validations")));
}

void rule_file_take(const struct node *root, struct rule_file *file)
{
    const struct node *match = node_get(root, STR("match"));
    const struct node *list = node_get(match, STR("operations"));
    file->kinds = node_get(match, STR("kinds"));
    file->namespaces = node_get(match, STR("namespaces"));
    file->labels = node_get(match, STR("labels"));
    file->operations = list ? 0 : RULE_CREATE | RULE_UPDATE;
    for (struct item it = list_first(list); it.value; it = list_next(it))
        for (unsigned i = 0; i < ARRAY_LEN(operations); i++)
            if (str_is(node_text(it.value), operations[i]))
                file->operations |= 1U << i;
    file->params = node_get(root, STR("params"));
    file->variables = node_get(root, STR("variables"));
    file->validations = node_get(root, STR("validations"));
    file->fix = node_get(root, STR("fix"));
}

/* Lines of a paragraph are one line: whoever prints it wraps it anew. */
static struct str join_lines(struct arena *arena, struct str text)
{
    char *joined = arena_alloc_text(arena, text.n);
    for (size_t i = 0; i < text.n; i++) {
        const bool is_break =
            text.p[i] == '\n' && text.p[i + 1] != '\n' && (i == 0 || text.p[i - 1] != '\n');
        joined[i] = is_break ? ' ' : text.p[i];
    }
    return (struct str){joined, text.n};
}

bool rule_file_read(struct arena *arena, const struct doc *doc, enum rule_file_home home,
                    struct diags *diags, struct rule_file *ret_file)
{
    struct form form = {.arena = arena,
                        .diags = diags,
                        .whole = "the rule",
                        .one = "a rule",
                        .complete = home == RULE_FILE_PACK};
    const struct node *root = doc->root;
    const struct path path = {.node = root};
    if (node_kind(root) != NODE_MAP || root->n == 0) {
        form_mistake(&form, &path, root, "must be a map");
        return false;
    }
    const bool is_builtin = node_bool(node_get(root, STR("builtin")));
    (void)form_check(&form, file_keys, &path);
    need(&form, &path, is_builtin);
    check_fixes(&form, &path);
    check_lines(&form, &path);
    if (form.failed)
        return false;
    struct rule_file file = {
        .source = doc->source,
        .root = root,
        .id = node_get_text(root, STR("id")),
        .severity = SEVERITY_WARNING,
        .is_default = node_bool(node_get(root, STR("default"))),
        .is_builtin = is_builtin,
        .summary = node_get_text(root, STR("summary")),
        .why = join_lines(arena, str_trim(node_get_text(root, STR("why")))),
        .remedy = node_get_text(root, STR("remedy")),
        .docs = node_get_text(root, STR("docs")),
        .pass = node_get(root, STR("pass")),
        .fail = node_get(root, STR("fail")),
    };
    (void)severity_parse(node_get_text(root, STR("severity")), &file.severity);
    rule_file_take(root, &file);
    *ret_file = file;
    return true;
}
