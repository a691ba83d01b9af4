/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of a rule in the words of a server: what tidegate has besides becomes variables. */
#include "base/ascii.h"
#include "base/limits.h"
#include "cel/cel_library.h"
#include "cmd/rules_export.h"
#include "object/object.h"

/* ---- words ---- */

static bool is_word(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

struct scan {
    struct str text;
    size_t i;
    struct str before; /* what is not blank in front of the word */
};

static bool is_raw(struct str before)
{
    return before.n && (before.p[before.n - 1] == 'r' || before.p[before.n - 1] == 'R');
}

/* The end of a literal text that starts at i, of one or three quotes. */
static size_t text_end(struct str text, size_t i, bool raw)
{
    const char quote = text.p[i];
    const struct str three = str_sub(text, i, i + 3);
    const bool is_long = three.n == 3 && three.p[1] == quote && three.p[2] == quote;
    const size_t n = is_long ? 3 : 1;
    for (i += n; i < text.n; i++) {
        if (text.p[i] == '\\' && !raw)
            i++;
        else if (str_starts(str_from_offset(text, i), str_sub(three, 0, n)))
            return i + n;
    }
    return text.n;
}

static size_t comment_end(struct str text, size_t i)
{
    const ptrdiff_t end = str_find_char(str_from_offset(text, i), '\n');
    return end < 0 ? text.n : i + (size_t)end;
}

/* Whether a word names a variable: no field that is selected, and no function. */
static bool is_variable(struct str before, struct str after)
{
    before = str_trim(before);
    after = str_trim(after);
    const bool is_selected = str_ends(before, STR(".")) || str_ends(before, STR(".?"));
    return !is_selected && !str_starts(after, STR("("));
}

/* order: export_pod */
static const char *const pod_names[EXPORT_POD_COUNT] = {"pod", "podMetadata", "containers",
                                                        "allContainers", "podPath"};

static bool has_own(const struct rule_file *rule, struct str name)
{
    for (struct item it = list_first(rule->variables); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("name")), name))
            return true;
    return false;
}

/* Which of the variables of workloads follows `variables`. */
static void note_pod(struct exporting *exporting, struct str after)
{
    after = str_trim(after);
    if (!str_starts(after, STR(".")))
        return;
    after = str_trim(str_from_offset(after, 1));
    size_t n = 0;
    while (n < after.n && is_word(after.p[n]))
        n++;
    const struct str name = str_sub(after, 0, n);
    for (size_t i = 0; i < EXPORT_POD_COUNT; i++)
        exporting->uses_pod[i] |= str_is(name, pod_names[i]) && !has_own(exporting->rule, name);
}

static void add_word(struct exporting *exporting, struct buf *out, struct str word,
                     struct str before, struct str after)
{
    const bool counts = is_variable(before, after);
    if (counts &&
        (str_is(word, "objects") || str_is(word, "neighbours") || str_is(word, "written")))
        export_refuse(exporting,
                      "its expressions look at `%.*s`, which no server shows to a policy",
                      STR_FMT(word));
    if (counts && str_is(word, "variables"))
        note_pod(exporting, after);
    if (counts && str_is(word, "params")) {
        exporting->uses_params = true;
        buf_add_c(out, "variables.");
    }
    buf_add(out, word);
}

struct str export_expression(struct exporting *exporting, struct str text)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    for (size_t i = 0; i < text.n;) {
        const size_t start = i;
        const struct str before = str_sub(text, 0, start);
        if (text.p[i] == '"' || text.p[i] == '\'')
            i = text_end(text, i, is_raw(before));
        else if (str_starts(str_from_offset(text, i), STR("//")))
            i = comment_end(text, i);
        else if (!is_word(text.p[i]))
            i++;
        while (i == start || (is_word(text.p[start]) && i < text.n && is_word(text.p[i])))
            i++;
        const struct str part = str_sub(text, start, i);
        if (is_word(part.p[0]))
            add_word(exporting, &out, part, before, str_from_offset(text, i));
        else
            buf_add(&out, part);
    }
    return str_dup(exporting->arena, str_trim(buf_str(&out)));
}

/* ---- literals ---- */

/* A text as a literal of the language. */
static struct str export_quote(struct arena *arena, struct str text)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    buf_add_char(&out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.p[i];
        if (c == '\\' || c == '\'')
            buf_format(&out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            buf_format(&out, "\\u%04x", c);
        else
            buf_add_char(&out, (char)c);
    }
    buf_add_char(&out, '\'');
    return str_dup(arena, buf_str(&out));
}

static void add_literal(struct exporting *exporting, struct buf *out, const struct node *value);

/* The items of a list or map are of one type for the language, unless they are wrapped. */
static void add_wrapped(struct exporting *exporting, struct buf *out, const struct node *value)
{
    buf_add_c(out, "dyn(");
    add_literal(exporting, out, value);
    buf_add_char(out, ')');
}

static void add_number(struct buf *out, const struct node *value)
{
    int64_t integer;
    double number = 0;
    if (node_kind(value) == NODE_INT && node_i64(value, &integer)) {
        buf_format(out, "%" PRId64, integer);
        return;
    }
    const size_t start = out->n;
    (void)node_double(value, &number);
    cel_double_format(out, number);
    const struct str text = str_from_offset(buf_str(out), start);
    if (str_find_char(text, '.') < 0 && str_find_char(text, 'e') < 0)
        buf_add_c(out, ".0");
}

/* Nesting is bounded: no reader makes a tree deeper than LIMIT_DEPTH. */
static void add_literal(struct exporting *exporting, struct buf *out, const struct node *value)
{
    switch (node_kind(value)) {
    case NODE_NULL:
        buf_add_c(out, "null");
        return;
    case NODE_BOOL:
        buf_add_c(out, node_bool(value) ? "true" : "false");
        return;
    case NODE_INT:
    case NODE_UINT:
    case NODE_FLOAT:
        add_number(out, value);
        return;
    case NODE_STRING:
        buf_add(out, export_quote(exporting->arena, node_text(value)));
        return;
    case NODE_LIST:
        buf_add_char(out, '[');
        for (struct item it = list_first(value); it.value; it = list_next(it)) {
            buf_add_c(out, it.index ? ", " : "");
            add_wrapped(exporting, out, it.value);
        }
        buf_add_char(out, ']');
        return;
    case NODE_MAP:
    case NODE_ALIAS:
        break;
    }
    const char *comma = "{";
    for (struct entry e = map_first(value); e.key; e = map_next(e)) {
        buf_add_c(out, comma);
        comma = ", ";
        buf_add(out, export_quote(exporting->arena, node_text(e.key)));
        buf_add_c(out, ": ");
        add_wrapped(exporting, out, e.value);
    }
    buf_add_c(out, *comma == '{' ? "{}" : "}");
}

/* ---- variables ---- */

void export_add_variable(struct exporting *exporting, struct node *list, struct str name,
                         struct str expression)
{
    struct node *map = node_new(exporting->arena, NODE_MAP);
    node_put(exporting->arena, map, STR("name"), node_new_text(exporting->arena, name));
    node_put(exporting->arena, map, STR("expression"), node_new_text(exporting->arena, expression));
    node_add(list, map);
}

static bool names_kind(const struct node *kinds, const char *kind)
{
    for (struct item it = list_first(kinds); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        if (str_is(text, "workloads") ||
            str_is(str_from_offset(text, (size_t)(str_find_last_char(text, '/') + 1)), kind))
            return true;
    }
    return false;
}

/* What is to be deleted is an object as well. */
static const char *object_of(const struct exporting *exporting)
{
    return exporting->rule->operations & RULE_DELETE ? "(object == null ? oldObject : object)"
                                                     : "object";
}

/* Where the Pod, or what it is made from, stands in each kind of workload; the others follow. */
static const struct {
    const char *kind;
    const char *place;
    const char *path;
} places[] = {
    {"Pod", "", "/spec"},
    {"PodTemplate", ".template", "/template/spec"},
    {"CronJob", ".spec.jobTemplate.spec.template", "/spec/jobTemplate/spec/template/spec"},
};

static struct str pod_place(const struct exporting *exporting)
{
    const char *object = object_of(exporting);
    struct str text = {0};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (names_kind(exporting->rule->kinds, places[i].kind))
            text = str_format(exporting->arena, "%.*s%s.kind == '%s' ? %s%s : ", STR_FMT(text),
                              object, places[i].kind, object, places[i].place);
    if (names_kind(exporting->rule->kinds, "ReplicationController"))
        return str_format(exporting->arena, "%.*shas(%s.spec.template) ? %s.spec.template : {}",
                          STR_FMT(text), object, object);
    return str_format(exporting->arena, "%.*s%s.spec.template", STR_FMT(text), object);
}

static struct str pod_path(const struct exporting *exporting)
{
    struct str text = {0};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (names_kind(exporting->rule->kinds, places[i].kind))
            text = str_format(exporting->arena, "%.*s%s.kind == '%s' ? '%s' : ", STR_FMT(text),
                              object_of(exporting), places[i].kind, places[i].path);
    return str_format(exporting->arena, "%.*s'/spec/template/spec'", STR_FMT(text));
}

static void add_pod_variables(struct exporting *exporting, struct node *list)
{
    static const char *const expressions[EXPORT_PATH] = {
        "has(variables.podTemplate.spec) ? variables.podTemplate.spec : {}",
        "has(variables.podTemplate.metadata) ? variables.podTemplate.metadata : {}",
        "has(variables.pod.containers) ? variables.pod.containers : []",
        "(has(variables.pod.initContainers) ? variables.pod.initContainers : []) + "
        "(has(variables.pod.containers) ? variables.pod.containers : []) + "
        "(has(variables.pod.ephemeralContainers) ? variables.pod.ephemeralContainers : [])"};
    bool *uses = exporting->uses_pod;
    uses[EXPORT_POD] |= uses[EXPORT_CONTAINERS] || uses[EXPORT_ALL];
    if (uses[EXPORT_PATH])
        export_add_variable(exporting, list, str_from(pod_names[EXPORT_PATH]), pod_path(exporting));
    if (!uses[EXPORT_POD] && !uses[EXPORT_METADATA])
        return;
    if (has_own(exporting->rule, STR("podTemplate")) ||
        (uses[EXPORT_POD] && has_own(exporting->rule, STR("pod"))))
        export_refuse(exporting, "it has a variable of its own called podTemplate or pod");
    export_add_variable(exporting, list, STR("podTemplate"), pod_place(exporting));
    for (size_t i = 0; i < EXPORT_PATH; i++)
        if (uses[i])
            export_add_variable(exporting, list, str_from(pod_names[i]), str_from(expressions[i]));
}

void export_variables(struct exporting *exporting, struct node *list)
{
    if (exporting->uses_params) {
        struct buf out SCOPED(buf) = {0};
        buf_init(&out, LIMIT_FILE_BYTES);
        add_literal(exporting, &out, exporting->rule->params);
        if (has_own(exporting->rule, STR("params")))
            export_refuse(exporting, "it has a variable of its own called params");
        export_add_variable(exporting, list, STR("params"), buf_str(&out));
    }
    add_pod_variables(exporting, list);
}
