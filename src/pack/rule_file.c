/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in a rule file: one table, and what a table can't say. */
#include "pack/rule_file.h"
#include "base/glob.h"
#include "base/suggest.h"

enum shape {
    SHAPE_TEXT,
    SHAPE_FLAG,
    SHAPE_LINE,    /* a number of lines */
    SHAPE_TEXTS,   /* a list of texts */
    SHAPE_VALUES,  /* a map with names as keys and any values */
    SHAPE_TABLE,   /* a map with the keys of `inner` */
    SHAPE_ENTRIES, /* a list of such maps */
    SHAPE_ANY,
};

enum needed { OPTIONAL, IN_PACKS, ALWAYS };

struct key {
    const char *name; /* NULL ends the table */
    enum shape shape;
    enum needed needed;
    const struct key *inner;
    const char *(*problem)(struct str text); /* of each text; NULL: fine */
};

struct reading {
    struct arena *arena;
    struct diags *diags;
    enum rule_file_home home;
    bool failed;
};

/* ---- texts ---- */

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

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
        if (part.n == 0 || !is_lower(part.p[0]) || part.p[part.n - 1] == '-')
            return "must be family/name in lower case, words joined by -";
        for (size_t i = 0; i < part.n; i++)
            if (!is_lower(part.p[i]) && !is_digit(part.p[i]) && part.p[i] != '-')
                return "must be family/name in lower case, words joined by -";
    }
    if (parts < 2 || parts > 3 || str_ends(text, STR("/")))
        return "must be family/name";
    return str_is_one_of(family, taken, ARRAY_LEN(taken))
               ? "is in a family that only tidegate itself has rules in"
               : NULL;
}

static const char *severity_problem(struct str text)
{
    enum severity severity;
    return severity_parse(text, &severity) && severity != SEVERITY_OFF
               ? NULL
               : "must be error, warning or info";
}

static const char *kind_problem(struct str text)
{
    static const char form[] = "must be Kind, group/Kind, workloads or *";
    if (str_is(text, "*") || str_is(text, "workloads"))
        return NULL;
    const ptrdiff_t slash = str_find_last_char(text, '/');
    const struct str kind = str_from_offset(text, (size_t)(slash + 1));
    if (slash == 0 || kind.n == 0 || !is_upper(kind.p[0]))
        return form;
    for (size_t i = 0; i < kind.n; i++)
        if (!is_lower(kind.p[i]) && !is_upper(kind.p[i]) && !is_digit(kind.p[i]))
            return form;
    return NULL;
}

static const char *const operations[] = {"CREATE", "UPDATE", "DELETE"};

static const char *operation_problem(struct str text)
{
    return str_is_one_of(text, operations, ARRAY_LEN(operations))
               ? NULL
               : "must be CREATE, UPDATE or DELETE";
}

static const char *namespace_problem(struct str text)
{
    const bool is_not = str_starts(text, STR("!"));
    return glob_error(str_from_offset(text, is_not)) ? "must be a pattern of names" : NULL;
}

static const char *name_problem(struct str text)
{
    static const char form[] = "must be a name as expressions write it";
    if (text.n == 0 || is_digit(text.p[0]))
        return form;
    for (size_t i = 0; i < text.n; i++)
        if (!is_lower(text.p[i]) && !is_upper(text.p[i]) && !is_digit(text.p[i]) &&
            text.p[i] != '_')
            return form;
    return NULL;
}

static const char *line_problem(struct str text)
{
    return str_find_char(text, '\n') >= 0 ? "must be one line" : NULL;
}

static const char *patch_problem(struct str text)
{
    static const char *const ops[] = {"add", "remove", "replace", "test"};
    return str_is_one_of(text, ops, ARRAY_LEN(ops)) ? NULL : "must be add, remove, replace or test";
}

static const char *pointer_problem(struct str text)
{
    return text.n == 0 || text.p[0] == '/' ? NULL : "must be a JSON pointer such as /spec/replicas";
}

/* ---- the table ---- */

static const struct key label_keys[] = {
    {"matchLabels", SHAPE_ANY, OPTIONAL, NULL, NULL},
    {"matchExpressions", SHAPE_ANY, OPTIONAL, NULL, NULL},
    {0},
};

static const struct key match_keys[] = {
    {"kinds", SHAPE_TEXTS, ALWAYS, NULL, kind_problem},
    {"operations", SHAPE_TEXTS, OPTIONAL, NULL, operation_problem},
    {"namespaces", SHAPE_TEXTS, OPTIONAL, NULL, namespace_problem},
    {"labels", SHAPE_TABLE, OPTIONAL, label_keys, NULL},
    {0},
};

static const struct key variable_keys[] = {
    {"name", SHAPE_TEXT, ALWAYS, NULL, name_problem},
    {"expression", SHAPE_TEXT, ALWAYS, NULL, NULL},
    {0},
};

static const struct key validation_keys[] = {
    {"expression", SHAPE_TEXT, ALWAYS, NULL, NULL},
    {"message", SHAPE_TEXT, OPTIONAL, NULL, line_problem},
    {"messageExpression", SHAPE_TEXT, OPTIONAL, NULL, NULL},
    {0},
};

static const struct key fix_keys[] = {
    {"op", SHAPE_TEXT, OPTIONAL, NULL, patch_problem},
    {"path", SHAPE_TEXT, OPTIONAL, NULL, pointer_problem},
    {"value", SHAPE_ANY, OPTIONAL, NULL, NULL},
    {"valueExpression", SHAPE_TEXT, OPTIONAL, NULL, NULL},
    {"expression", SHAPE_TEXT, OPTIONAL, NULL, NULL},
    {0},
};

static const struct key pass_keys[] = {
    {"manifest", SHAPE_TEXT, ALWAYS, NULL, NULL},
    {0},
};

static const struct key fail_keys[] = {
    {"manifest", SHAPE_TEXT, ALWAYS, NULL, NULL},
    {"line", SHAPE_LINE, ALWAYS, NULL, NULL},
    {"message", SHAPE_TEXT, OPTIONAL, NULL, line_problem},
    {"fixed", SHAPE_TEXT, OPTIONAL, NULL, NULL},
    {0},
};

static const struct key file_keys[] = {
    {"id", SHAPE_TEXT, ALWAYS, NULL, id_problem},
    {"severity", SHAPE_TEXT, IN_PACKS, NULL, severity_problem},
    {"default", SHAPE_FLAG, IN_PACKS, NULL, NULL},
    {"builtin", SHAPE_FLAG, OPTIONAL, NULL, NULL},
    {"summary", SHAPE_TEXT, IN_PACKS, NULL, line_problem},
    {"why", SHAPE_TEXT, IN_PACKS, NULL, NULL},
    {"remedy", SHAPE_TEXT, IN_PACKS, NULL, line_problem},
    {"docs", SHAPE_TEXT, OPTIONAL, NULL, line_problem},
    {"match", SHAPE_TABLE, OPTIONAL, match_keys, NULL},
    {"params", SHAPE_VALUES, OPTIONAL, NULL, NULL},
    {"variables", SHAPE_ENTRIES, OPTIONAL, variable_keys, NULL},
    {"validations", SHAPE_ENTRIES, OPTIONAL, validation_keys, NULL},
    {"fix", SHAPE_ENTRIES, OPTIONAL, fix_keys, NULL},
    {"pass", SHAPE_ENTRIES, IN_PACKS, pass_keys, NULL},
    {"fail", SHAPE_ENTRIES, IN_PACKS, fail_keys, NULL},
    {0},
};

/* ---- mistakes ---- */

static void mistake(struct reading *reading, const struct path *path, const struct node *at,
                    const char *what)
{
    const struct str name = path->up ? path_format(reading->arena, path) : STR("the rule");
    const struct str shown = diag_quote(reading->arena, name);
    diag_add_path(reading->diags, RULE_POLICY_RULE, node_span(at), path, "%.*s %s", STR_FMT(shown),
                  what);
    reading->failed = true;
}

static void unknown_key(struct reading *reading, const struct key *keys, const struct node *key,
                        const struct path *path)
{
    struct suggest suggest;
    suggest_init(&suggest, node_text(key));
    for (; keys->name; keys++)
        suggest_offer(&suggest, str_from(keys->name));
    const struct str name = diag_quote(reading->arena, path_format(reading->arena, path));
    diag_add_path(reading->diags, RULE_POLICY_RULE, node_span(key), path,
                  "%.*s is not a key of a rule%s%.*s%s", STR_FMT(name),
                  suggest.best.n ? "; did you mean '" : "", STR_FMT(suggest.best),
                  suggest.best.n ? "'?" : "");
    reading->failed = true;
}

/* ---- shapes ---- */

static void read_table(struct reading *reading, const struct key *keys, const struct node *map,
                       const struct path *path);

static void read_text(struct reading *reading, const struct key *key, const struct node *value,
                      const struct node *written, const struct path *path)
{
    const char *problem = NULL;
    if (node_kind(value) != NODE_STRING)
        problem = "must be text";
    else if (str_trim(node_text(value)).n == 0 && key->problem != pointer_problem)
        problem = "must not be empty";
    else if (key->problem)
        problem = key->problem(node_text(value));
    if (problem)
        mistake(reading, path, written, problem);
}

static void read_list(struct reading *reading, const struct key *key, const struct entry *entry,
                      const struct path *path)
{
    if (node_kind(entry->value) != NODE_LIST || node_real(entry->value)->n == 0) {
        mistake(reading, path, entry->written,
                node_kind(entry->value) == NODE_LIST ? "must not be empty" : "must be a list");
        return;
    }
    for (struct item it = list_first(entry->value); it.value; it = list_next(it)) {
        const struct path at = {.up = path, .index = it.index, .node = it.value};
        if (key->shape == SHAPE_TEXTS)
            read_text(reading, key, it.value, it.written, &at);
        else if (node_kind(it.value) == NODE_MAP)
            read_table(reading, key->inner, it.value, &at);
        else
            mistake(reading, &at, it.written, "must be a map");
    }
}

static void read_values(struct reading *reading, const struct entry *entry, const struct path *path)
{
    if (node_kind(entry->value) != NODE_MAP) {
        mistake(reading, path, entry->written, "must be a map of names with their defaults");
        return;
    }
    for (struct entry e = map_first(entry->value); e.key; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        const char *problem = name_problem(node_text(e.key));
        if (problem)
            mistake(reading, &at, e.key, problem);
    }
}

static void read_value(struct reading *reading, const struct key *key, const struct entry *entry,
                       const struct path *path)
{
    int64_t number;
    switch (key->shape) {
    case SHAPE_TEXT:
        read_text(reading, key, entry->value, entry->written, path);
        return;
    case SHAPE_FLAG:
        if (node_kind(entry->value) != NODE_BOOL)
            mistake(reading, path, entry->written, "must be on or off");
        return;
    case SHAPE_LINE:
        if (!node_i64(entry->value, &number) || number < 1)
            mistake(reading, path, entry->written, "must be the number of a line, from 1");
        return;
    case SHAPE_TEXTS:
    case SHAPE_ENTRIES:
        read_list(reading, key, entry, path);
        return;
    case SHAPE_VALUES:
        read_values(reading, entry, path);
        return;
    case SHAPE_TABLE:
        if (node_kind(entry->value) == NODE_MAP)
            read_table(reading, key->inner, entry->value, path);
        else
            mistake(reading, path, entry->written, "must be a map");
        return;
    case SHAPE_ANY:
        return;
    }
}

static const struct key *find_key(const struct key *keys, struct str name)
{
    for (; keys->name; keys++)
        if (str_is(name, keys->name))
            return keys;
    return NULL;
}

static void read_table(struct reading *reading, const struct key *keys, const struct node *map,
                       const struct path *path)
{
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        const struct key *key = find_key(keys, node_text(e.key));
        if (!key)
            unknown_key(reading, keys, e.key, &at);
        else
            read_value(reading, key, &e, &at);
    }
    for (const struct key *key = keys; key->name; key++) {
        const bool needed =
            key->needed == ALWAYS || (key->needed == IN_PACKS && reading->home == RULE_FILE_PACK);
        if (!needed || node_get(map, str_from(key->name)))
            continue;
        const struct node *first = map_first(map).key;
        mistake(reading, path, first ? first : map,
                str_to_c(reading->arena, str_format(reading->arena, "has no %s", key->name)));
    }
}

/* ---- what the table can't say ---- */

static void need(struct reading *reading, const struct path *root, bool is_builtin)
{
    static const char *const of_rules[] = {"match", "validations"};
    static const char *const not_builtin[] = {"match", "variables", "validations", "params", "fix"};
    for (size_t i = 0; !is_builtin && i < ARRAY_LEN(of_rules); i++)
        if (!node_get(root->node, str_from(of_rules[i])))
            mistake(reading, root, map_first(root->node).key,
                    i == 0 ? "has no match" : "has no validations");
    for (size_t i = 0; is_builtin && i < ARRAY_LEN(not_builtin); i++) {
        const struct entry entry = node_entry(root->node, str_from(not_builtin[i]));
        const struct path at = {.up = root, .name = str_from(not_builtin[i]), .node = entry.value};
        if (entry.key)
            mistake(reading, &at, entry.key, "can't be there with builtin");
    }
    if (is_builtin && reading->home == RULE_FILE_OWN)
        mistake(reading, root, node_entry(root->node, STR("builtin")).key,
                "can't be builtin: that is for rules that come with tidegate");
}

static void check_fixes(struct reading *reading, const struct path *root)
{
    const struct node *list = node_get(root->node, STR("fix"));
    const struct path path = {.up = root, .name = STR("fix"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        const bool computed = node_get(it.value, STR("expression"));
        const bool written = node_get(it.value, STR("op")) && node_get(it.value, STR("path"));
        if (node_kind(it.value) == NODE_MAP && (computed ? node_real(it.value)->n != 1 : !written))
            mistake(reading, &at, it.written, "must have op and path, or expression alone");
    }
}

static int64_t line_count(struct str text)
{
    int64_t n = 0;
    for (struct str line; str_split(&text, '\n', &line);)
        n++;
    return n;
}

static void check_lines(struct reading *reading, const struct path *root)
{
    const struct node *list = node_get(root->node, STR("fail"));
    const struct path path = {.up = root, .name = STR("fail"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        int64_t line;
        const struct node *written = node_get(it.value, STR("line"));
        if (node_i64(written, &line) && line > line_count(node_get_text(it.value, STR("manifest"))))
            mistake(reading, &at, written, "has a line that its manifest does not have");
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
    struct reading reading = {.arena = arena, .diags = diags, .home = home};
    const struct node *root = doc->root;
    const struct path path = {.node = root};
    if (node_kind(root) != NODE_MAP || root->n == 0) {
        mistake(&reading, &path, root, "must be a map");
        return false;
    }
    const bool is_builtin = node_bool(node_get(root, STR("builtin")));
    read_table(&reading, file_keys, root, &path);
    need(&reading, &path, is_builtin);
    check_fixes(&reading, &path);
    check_lines(&reading, &path);
    if (reading.failed)
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
