/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of a row that say when it holds, and other things that rules and defaults share.
 */
#include "rulegen.h"

struct flag_word {
    const char *word;
    enum rule_flag flag;
};

static const struct flag_word flag_words[] = {
    {"pointer", RULE_POINTER}, {"always", RULE_ALWAYS},   {"update", RULE_UPDATE},
    {"create", RULE_CREATE},   {"warning", RULE_WARNING},
};

static const char *const value_words[] = {
    "says=", "error=", "if=", "in=", "not-in=", "as=", "not-as=", "gate=", "at="};

bool gen_is_attribute(struct str word)
{
    if (word.p[0] == '@')
        return true;
    for (size_t i = 0; i < ARRAY_LEN(flag_words); i++)
        if (str_is(word, flag_words[i].word))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(value_words); i++)
        if (str_starts(word, str_from(value_words[i])))
            return true;
    return false;
}

const struct field *gen_field(const struct rulegen *gen, type_id type, struct str name)
{
    const struct type *t = &gen->types->types.items[type];
    for (size_t i = 0; i < t->field_count; i++) {
        const struct field *field = &gen->types->fields.items[t->first_field + i];
        if (str_eq(table_text(gen->types, field->name), name))
            return field;
    }
    return NULL;
}

type_id gen_element(const struct rulegen *gen, type_id type)
{
    const struct type *types = gen->types->types.items;
    while (types[type].kind == TYPE_LIST || types[type].kind == TYPE_MAP)
        type = types[type].element;
    return type;
}

uint32_t gen_list(struct rulegen *gen, const struct str *texts, size_t n)
{
    const uint32_t index = (uint32_t)gen->texts.lists.n;
    if (n == 0)
        return 0;
    VEC_PUSH(gen->arena, &gen->texts.lists, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(gen->arena, &gen->texts.lists,
                 table_string(&gen->texts, fact_unquote(gen->arena, texts[i])));
    return index;
}

int gen_function(const struct gen_functions *functions, const struct gen_line *line,
                 struct str name, uint16_t *ret_index)
{
    for (size_t i = 0; i < functions->n; i++) {
        if (!str_eq(functions->items[i], name))
            continue;
        *ret_index = (uint16_t)i;
        return 0;
    }
    return gen_fail(line, "there is no function %.*s in src/admit", STR_FMT(name));
}

static uint32_t comma_list(struct rulegen *gen, struct str text)
{
    struct str parts[RULE_WORDS_MAX];
    size_t n = 0;
    text = fact_unquote(gen->arena, text);
    while (n < RULE_WORDS_MAX && str_split(&text, ',', &parts[n]))
        n++;
    if (n == 0)
        parts[n++] = STR("");
    return gen_list(gen, parts, n);
}

/* ---- minors ---- */

static bool read_minor(struct str text, unsigned open, unsigned *ret_minor)
{
    unsigned minor = 0;
    if (text.n == 0)
        return *ret_minor = open, true;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || minor >= MINOR_LIMIT)
            return false;
        minor = minor * 10 + (unsigned)(text.p[i] - '0');
    }
    *ret_minor = minor;
    return minor < MINOR_LIMIT;
}

int gen_minors(const struct gen_line *line, struct str text, uint64_t *ret_minors)
{
    struct str part;
    uint64_t set = 0;
    while (str_split(&text, ',', &part)) {
        unsigned first;
        unsigned last;
        const ptrdiff_t dash = str_find_char(part, '-');
        const struct str low = dash < 0 ? part : str_sub(part, 0, (size_t)dash);
        const struct str high = dash < 0 ? part : str_from_offset(part, (size_t)dash + 1);
        if (part.n == 0 || !read_minor(low, 0, &first) || !read_minor(high, MINOR_LIMIT - 1, &last))
            return gen_fail(line, "this is no range of minors: write @30, @30-32, @30- or @-32");
        for (unsigned m = first; m <= last; m++)
            set |= minor_bit(m);
    }
    *ret_minors = set;
    return 0;
}

static int take_minors(const struct gen_line *line, struct str text, struct rule_when *when)
{
    uint64_t set = 0;
    const int result = gen_minors(line, text, &set);
    when->minors &= set;
    when->minors_alone &= set;
    return result;
}

/* Lists only grow at their end, so that what the row has so far is copied. */
static uint32_t add_gate(struct rulegen *gen, uint32_t old, uint32_t gate)
{
    const uint32_t list = (uint32_t)gen->texts.lists.n;
    const uint32_t count = old ? gen->texts.lists.items[old] : 0;
    VEC_PUSH(gen->arena, &gen->texts.lists, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t item = gen->texts.lists.items[old + 1 + i];
        VEC_PUSH(gen->arena, &gen->texts.lists, item);
    }
    VEC_PUSH(gen->arena, &gen->texts.lists, gate);
    return list;
}

static int take_gate(struct rulegen *gen, const struct gen_line *line, struct str name,
                     struct rule_when *when)
{
    const bool off = str_starts(name, STR("!"));
    name = str_from_offset(name, off);
    for (size_t i = 0; i < gen->gates.n; i++) {
        const struct rule_gate *gate = &gen->gates.items[i];
        if (!str_eq(table_text(&gen->texts, gate->name), name))
            continue;
        when->minors &= off ? ~gate->minors : gate->minors;
        when->gates = add_gate(gen, when->gates, (uint32_t)(2 * i + off));
        return 0;
    }
    return gen_fail(line, "there is no gate %.*s in schemas/gates.txt", STR_FMT(name));
}

/* ---- if= ---- */

static int take_if(struct rulegen *gen, const struct gen_line *line, const struct gen_block *block,
                   struct str text, struct rule_when *when)
{
    const ptrdiff_t equal = str_find_char(text, '=');
    enum rule_op op = RULE_IS_SET;
    struct str field = text;
    uint32_t values = 0;
    if (equal > 0) {
        op = text.p[equal - 1] == '!' ? RULE_IS_NOT : RULE_IS;
        field = str_sub(text, 0, (size_t)equal - (op == RULE_IS_NOT));
        values = comma_list(gen, str_from_offset(text, (size_t)equal + 1));
    } else if (str_starts(text, STR("!"))) {
        op = RULE_IS_NOT_SET;
        field = str_from_offset(text, 1);
    }
    if (!gen_field(gen, block->type, field))
        return gen_fail(line, "there is no field %.*s to ask for", STR_FMT(field));
    /* Earlier conditions of the row are copied: lists only grow at their end. */
    const uint32_t old = when->ifs;
    const uint32_t count = old ? gen->texts.lists.items[old] : 0;
    when->ifs = (uint32_t)gen->texts.lists.n;
    VEC_PUSH(gen->arena, &gen->texts.lists, count + 1);
    for (uint32_t i = 0; i < count * 3; i++) {
        const uint32_t item = gen->texts.lists.items[old + 1 + i];
        VEC_PUSH(gen->arena, &gen->texts.lists, item);
    }
    const uint32_t name = table_string(&gen->texts, field);
    VEC_PUSH(gen->arena, &gen->texts.lists, name);
    VEC_PUSH(gen->arena, &gen->texts.lists, (uint32_t)op);
    VEC_PUSH(gen->arena, &gen->texts.lists, values);
    return 0;
}

/* ---- in= and as= ---- */

static int check_kinds(const struct rulegen *gen, const struct gen_line *line, struct str text)
{
    struct str kind;
    while (str_split(&text, ',', &kind)) {
        bool known = false;
        for (size_t i = 0; i < gen->types->kinds.n && !known; i++)
            known = str_eq(table_text(gen->types, gen->types->kinds.items[i].kind), kind);
        if (!known)
            return gen_fail(line, "there is no kind %.*s", STR_FMT(kind));
    }
    return 0;
}

static int take_place(struct rulegen *gen, const struct gen_line *line, struct str word,
                      struct rule_when *when)
{
    const ptrdiff_t equal = str_find_char(word, '=');
    const struct str values = str_from_offset(word, (size_t)equal + 1);
    const bool negated = str_starts(word, STR("not-"));
    if (str_starts(word, STR("in=")) || str_starts(word, STR("not-in="))) {
        when->in = comma_list(gen, values);
        when->flags |= negated ? RULE_NOT_IN : 0;
        return check_kinds(gen, line, values);
    }
    when->as = comma_list(gen, values);
    when->flags |= negated ? RULE_NOT_AS : 0;
    return 0;
}

int gen_when(struct rulegen *gen, const struct gen_line *line, const struct gen_block *block,
             struct str word, struct rule_when *when, bool *ret_taken)
{
    *ret_taken = true;
    if (word.p[0] == '@')
        return take_minors(line, str_from_offset(word, 1), when);
    for (size_t i = 0; i < ARRAY_LEN(flag_words); i++) {
        if (!str_is(word, flag_words[i].word))
            continue;
        when->flags |= flag_words[i].flag;
        return 0;
    }
    if (str_starts(word, STR("gate=")))
        return take_gate(gen, line, str_from_offset(word, 5), when);
    if (block && str_starts(word, STR("if=")))
        return take_if(gen, line, block, str_from_offset(word, 3), when);
    const char *const places[] = {"in=", "not-in=", "as=", "not-as="};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (str_starts(word, str_from(places[i])))
            return take_place(gen, line, word, when);
    *ret_taken = false;
    return 0;
}
