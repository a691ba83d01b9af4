/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema errors have no causes, only words: of server-side apply "failed to create typed patch
 * object (...): .spec.a: ..." or a list of such behind "errors:", of a strict decoder `unknown
 * field "a.b"`, and of a loose one "... Go struct field Spec.spec.a of type int32". They become
 * causes here, so that whoever tells them knows one form.
 */
#include "plan/dry_run_internal.h"

#include "base/ascii.h"

static void add(struct arena *arena, struct cluster_status *status, struct str field,
                struct str message)
{
    VEC_PUSH(arena, &status->causes,
             ((struct cluster_cause){
                 .reason = STR("Malformed"), .message = str_trim(message), .field = field}));
}

/* Where ": " ends a path that may have quoted text in brackets. */
static size_t path_length(struct str line)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.n; i++) {
        const char c = line.p[i];
        if (quoted && c == '\\') {
            i++;
            continue;
        }
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '[')
            depth++;
        else if (!quoted && c == ']' && depth)
            depth--;
        else if (!quoted && !depth && c == ':' && i + 1 < line.n && line.p[i + 1] == ' ')
            return i;
    }
    return 0;
}

static void read_typed(struct arena *arena, struct str words, struct cluster_status *status)
{
    const ptrdiff_t start = str_find(words, STR("): "));
    if (start < 0)
        return;
    struct str rest = str_from_offset(words, (size_t)start + 3);
    if (str_starts(rest, STR("errors:")))
        rest = str_from_offset(rest, STR("errors:").n);
    for (struct str line; str_split(&rest, '\n', &line);) {
        line = str_trim(line);
        const size_t n = str_starts(line, STR(".")) ? path_length(line) : 0;
        if (n)
            add(arena, status, str_sub(line, 1, n), str_from_offset(line, n + 2));
        else if (line.n)
            add(arena, status, (struct str){0}, line);
    }
}

/* `unknown field "a.b", unknown field "c"`, and lines of the YAML reader between them. */
static void read_strict(struct arena *arena, struct str words, struct cluster_status *status)
{
    static const char *const starts[] = {"unknown field \"", "duplicate field \"", "line "};
    while (words.n) {
        size_t at = words.n;
        size_t which = 0;
        for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
            const ptrdiff_t found = str_find(words, str_from(starts[i]));
            if (found >= 0 && (size_t)found < at) {
                at = (size_t)found;
                which = i;
            }
        }
        if (at == words.n)
            return;
        words = str_from_offset(words, at);
        const size_t head = str_from(starts[which]).n;
        const bool is_line = which == 2;
        const ptrdiff_t end =
            is_line ? str_find_char(words, '\n') : str_find_char(str_from_offset(words, head), '"');
        const size_t n = end < 0 ? words.n : (size_t)end + (is_line ? 0 : head);
        if (is_line)
            add(arena, status, (struct str){0}, str_sub(words, 0, n));
        else
            add(arena, status, str_sub(words, head, n), str_sub(words, 0, n + 1));
        words = str_from_offset(words, n + 1);
    }
}

/* "Go struct field DeploymentSpec.spec.replicas of type int32": the path starts behind the type. */
static void read_loose(struct arena *arena, struct str words, struct cluster_status *status)
{
    const struct str mark = STR("Go struct field ");
    const ptrdiff_t start = str_find(words, mark);
    if (start < 0)
        return;
    const struct str rest = str_from_offset(words, (size_t)start + mark.n);
    const ptrdiff_t dot = str_find_char(rest, '.');
    const ptrdiff_t end = str_find(rest, STR(" of type "));
    if (dot < 0 || end < dot)
        return;
    const ptrdiff_t said = str_find(words, STR("json: "));
    add(arena, status, str_sub(rest, (size_t)dot + 1, (size_t)end),
        str_from_offset(words, said < 0 ? 0 : (size_t)said + 6));
}

void dry_run_causes(struct arena *arena, struct cluster_status *status)
{
    const struct str words = status->message;
    if (status->causes.n || !words.n)
        return;
    if (str_has(words, STR("failed to create typed patch object (")))
        read_typed(arena, words, status);
    else if (str_has(words, STR("Go struct field ")))
        read_loose(arena, words, status);
    else if (str_has(words, STR("strict decoding")))
        read_strict(arena, words, status);
}

/* ---- fields ---- */

/* One entry of a list, as it is chosen in brackets: its number, a set's value, keys with values. */
struct choice {
    struct str text; /* between the brackets */
    uint32_t index;
    bool is_index;
};

static bool take_quoted(struct arena *arena, struct str *rest, struct str *ret_value)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, rest->n);
    size_t i = 0;
    if (!rest->n || rest->p[0] != '"') {
        while (i < rest->n && rest->p[i] != ',')
            i++;
        *ret_value = str_sub(*rest, 0, i);
    } else {
        for (i = 1; i < rest->n && rest->p[i] != '"'; i++) {
            i += rest->p[i] == '\\' && i + 1 < rest->n;
            buf_add_char(&out, rest->p[i]);
        }
        *ret_value = str_dup(arena, buf_str(&out));
        i++;
    }
    *rest = str_from_offset(*rest, i);
    if (rest->n && rest->p[0] == ',')
        *rest = str_from_offset(*rest, 1);
    return true;
}

/* Keys that are not written are defaulted ones; one at least has to be the same. */
static bool is_chosen(struct arena *arena, const struct node *item, struct str text)
{
    bool any = false;
    while (text.n) {
        const ptrdiff_t equals = str_find_char(text, '=');
        struct str value;
        if (equals < 0)
            return false;
        const struct str key = str_sub(text, 0, (size_t)equals);
        text = str_from_offset(text, (size_t)equals + 1);
        (void)take_quoted(arena, &text, &value);
        const struct node *found = key.n ? node_get(item, key) : item;
        if (found && !str_eq(node_text(found), value))
            return false;
        any |= found != NULL;
    }
    return any;
}

/* The entry of one list that is the same as an entry of another: by what identifies entries. */
static bool is_twin(const struct node *a, const struct node *b)
{
    static const char *const keys[] = {"name", "key", "containerPort", "port", "mountPath", "ip"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct node *value = node_get(a, str_from(keys[i]));
        if (value)
            return str_eq(node_text(value), node_text(node_get(b, str_from(keys[i]))));
    }
    return node_is_scalar(a) && node_equal(a, b);
}

static const struct node *find_entry(struct arena *arena, const struct node *from,
                                     const struct node *to, const struct choice *choice,
                                     uint32_t *ret_index)
{
    const struct node *twin = choice->is_index && from ? node_at(from, choice->index) : NULL;
    for (struct item it = list_first(to); it.value; it = list_next(it)) {
        const bool is_it = twin               ? is_twin(twin, it.value)
                           : choice->is_index ? it.index == choice->index
                                              : is_chosen(arena, it.value, choice->text);
        if (!is_it)
            continue;
        *ret_index = it.index;
        return it.value;
    }
    return NULL;
}

/* The brackets' text, from behind the opening one; quotes may hold brackets. */
static size_t choice_length(struct str text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        if (quoted && text.p[i] == '\\')
            i++;
        else if (text.p[i] == '"')
            quoted = !quoted;
        else if (!quoted && text.p[i] == ']')
            return i;
    }
    return text.n;
}

static struct choice choice_of(struct str text)
{
    struct choice choice = {.text = text, .is_index = text.n > 0 && text.n < 9};
    for (size_t i = 0; i < text.n && choice.is_index; i++) {
        choice.is_index = ascii_is_digit(text.p[i]);
        choice.index = choice.index * 10 + (uint32_t)(text.p[i] - '0');
    }
    return choice;
}

struct str dry_run_field(struct arena *arena, const struct node *from, const struct node *to,
                         struct str field)
{
    struct buf out SCOPED(buf) = {0};
    struct buf way SCOPED(buf) = {0}; /* the same in `from` */
    buf_init(&out, field.n + 1024);
    buf_init(&way, field.n + 1024);
    struct str rest = str_starts(field, STR(".")) ? str_from_offset(field, 1) : field;
    while (rest.n) {
        const ptrdiff_t open = str_find_char(rest, '[');
        const struct str name = open < 0 ? rest : str_sub(rest, 0, (size_t)open);
        buf_add(&out, name);
        buf_add(&way, name);
        if (open < 0)
            break;
        rest = str_from_offset(rest, (size_t)open + 1);
        const size_t n = choice_length(rest);
        const struct str text = str_sub(rest, 0, n);
        const struct choice choice = choice_of(text);
        const struct node *list = path_find(to, buf_str(&out)).value;
        rest = str_from_offset(rest, n + 1);
        if (node_kind(list) == NODE_LIST) {
            const struct node *other = path_find(from, buf_str(&way)).value;
            uint32_t index = 0;
            if (!find_entry(arena, other, list, &choice, &index))
                break;
            buf_format(&out, "[%" PRIu32 "]", index);
        } else {
            buf_format(&out, "[%.*s]", STR_FMT(text));
        }
        buf_format(&way, "[%.*s]", STR_FMT(text));
    }
    return str_dup(arena, buf_str(&out));
}
