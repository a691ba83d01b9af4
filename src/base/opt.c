/* SPDX-License-Identifier: Apache-2.0 */
/* The command line against the table. Strings are borrowed from argv, which lives as long as main.
 */
#include "base/opt.h"

#include "base/number.h"
#include "base/suggest.h"
#include "base/vec.h"

struct parser {
    struct arena *arena;
    const struct opt *table;
    void *target;
    struct str *ret_error;
    const char *const *argv;
    int argc;
    int next; /* first argument that is not read yet */
};

/* One use of an option: how it was written, for messages, and its value if it came along. */
struct use {
    const struct opt *opt;
    struct str written; /* with dashes */
    struct str value;
    bool has_value;
    bool negated; /* --no-NAME */
};

static int parse_long(struct parser *parser, struct str arg);
static int parse_letters(struct parser *parser, struct str arg);
static int apply(struct parser *parser, struct use *use);

int opt_parse(struct arena *arena, const struct opt *table, int argc, const char *const *argv,
              void *target, struct str_list *ret_rest, struct str *ret_error)
{
    struct parser parser = {arena, table, target, ret_error, argv, argc, 0};
    bool only_rest = false;
    while (parser.next < argc) {
        struct str arg = str_from(argv[parser.next++]);
        if (only_rest || arg.n < 2 || arg.p[0] != '-') {
            VEC_PUSH(arena, ret_rest, arg);
            continue;
        }
        if (str_is(arg, "--")) {
            only_rest = true;
            continue;
        }
        bool is_long = arg.p[1] == '-';
        int error = is_long ? parse_long(&parser, arg) : parse_letters(&parser, arg);
        if (error < 0)
            return error;
    }
    return 0;
}

static const struct opt *find_name(const struct opt *table, struct str name)
{
    for (const struct opt *opt = table; opt->name; opt++)
        if (str_is(name, opt->name))
            return opt;
    return NULL;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
    for (const struct opt *opt = table; opt->name; opt++)
        if (opt->letter != 0 && opt->letter == letter)
            return opt;
    return NULL;
}

static int unknown(struct parser *parser, struct str name)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (const struct opt *opt = parser->table; opt->name; opt++)
        if (!opt->hidden)
            suggest_offer(&suggest, str_from(opt->name));
    struct str shown = str_sub(name, 0, 80);
    *parser->ret_error =
        suggest.best.n > 0
            ? str_format(parser->arena, "--%.*s is not an option; did you mean --%.*s?",
                         STR_FMT(shown), STR_FMT(suggest.best))
            : str_format(parser->arena, "--%.*s is not an option; --help lists them",
                         STR_FMT(shown));
    return -EINVAL;
}

static int parse_long(struct parser *parser, struct str arg)
{
    ptrdiff_t equals = str_find_char(arg, '=');
    struct use use = {.has_value = equals >= 0};
    use.written = equals >= 0 ? str_sub(arg, 0, (size_t)equals) : arg;
    if (use.has_value)
        use.value = str_from_offset(arg, (size_t)equals + 1);
    struct str name = str_from_offset(use.written, 2);
    use.opt = find_name(parser->table, name);
    if (!use.opt && str_starts(name, STR("no-"))) {
        use.opt = find_name(parser->table, str_from_offset(name, 3));
        use.negated = use.opt && use.opt->kind == OPT_FLAG;
        if (!use.negated)
            use.opt = NULL;
    }
    return use.opt ? apply(parser, &use) : unknown(parser, name);
}

/* -abc: flags one after the other; the first letter that takes a value takes the rest. */
static int parse_letters(struct parser *parser, struct str arg)
{
    for (size_t i = 1; i < arg.n; i++) {
        struct use use = {.opt = find_letter(parser->table, arg.p[i])};
        use.written = str_format(parser->arena, "-%c", arg.p[i]);
        if (!use.opt) {
            *parser->ret_error = str_format(
                parser->arena, "%.*s is not an option; --help lists them", STR_FMT(use.written));
            return -EINVAL;
        }
        bool takes_value = use.opt->kind != OPT_FLAG && use.opt->kind != OPT_MAYBE;
        if (takes_value && i + 1 < arg.n) {
            use.value = str_from_offset(arg, i + 1);
            use.has_value = true;
        }
        int error = apply(parser, &use);
        if (error < 0 || takes_value)
            return error;
    }
    return 0;
}

static int apply_number(struct parser *parser, const struct use *use, int64_t *ret_number)
{
    const struct opt *opt = use->opt;
    int64_t number;
    int error = number_parse_i64(use->value, &number);
    bool bounded = opt->min != 0 || opt->max != 0;
    if (error == 0 && (!bounded || (number >= opt->min && number <= opt->max))) {
        *ret_number = number;
        return 0;
    }
    struct str shown = str_sub(use->value, 0, 80);
    *parser->ret_error =
        bounded
            ? str_format(parser->arena,
                         "%.*s wants a whole number from %" PRId64 " to %" PRId64 ", not '%.*s'",
                         STR_FMT(use->written), opt->min, opt->max, STR_FMT(shown))
            : str_format(parser->arena, "%.*s wants a whole number, not '%.*s'",
                         STR_FMT(use->written), STR_FMT(shown));
    return -EINVAL;
}

static int apply_choice(struct parser *parser, const struct use *use, struct str *ret_choice)
{
    struct suggest suggest;
    suggest_init(&suggest, use->value);
    struct str rest = str_from(use->opt->choices);
    struct str choice;
    while (str_split(&rest, '|', &choice)) {
        if (str_eq(choice, use->value)) {
            *ret_choice = use->value;
            return 0;
        }
        suggest_offer(&suggest, choice);
    }
    struct str hint = {0};
    if (suggest.best.n > 0)
        hint = str_format(parser->arena, "; did you mean '%.*s'?", STR_FMT(suggest.best));
    struct str shown = str_sub(use->value, 0, 80);
    *parser->ret_error =
        str_format(parser->arena, "%.*s wants one of %s, not '%.*s'%.*s", STR_FMT(use->written),
                   use->opt->choices, STR_FMT(shown), STR_FMT(hint));
    return -EINVAL;
}

/* The value from behind the equals sign or from the next argument; flags take none. */
static int take_value(struct parser *parser, struct use *use)
{
    bool is_flag = use->opt->kind == OPT_FLAG;
    if (use->opt->kind == OPT_MAYBE && !use->has_value) {
        struct str choices = str_from(use->opt->choices);
        (void)str_split(&choices, '|', &use->value);
        return 0;
    }
    if (is_flag && use->has_value) {
        *parser->ret_error =
            str_format(parser->arena, "%.*s takes no value", STR_FMT(use->written));
        return -EINVAL;
    }
    if (is_flag || use->has_value)
        return 0;
    if (parser->next == parser->argc) {
        *parser->ret_error =
            str_format(parser->arena, "%.*s wants a value: %.*s %s", STR_FMT(use->written),
                       STR_FMT(use->written), use->opt->arg ? use->opt->arg : "VALUE");
        return -EINVAL;
    }
    use->value = str_from(parser->argv[parser->next++]);
    return 0;
}

static int apply(struct parser *parser, struct use *use)
{
    int error = take_value(parser, use);
    if (error < 0)
        return error;
    void *place = (char *)parser->target + use->opt->offset;
    switch (use->opt->kind) {
    case OPT_FLAG:
        *(bool *)place = !use->negated;
        return 0;
    case OPT_TEXT:
        *(struct str *)place = use->value;
        return 0;
    case OPT_LIST: {
        struct str_list *list = place;
        VEC_PUSH(parser->arena, list, use->value);
        return 0;
    }
    case OPT_NUMBER:
        return apply_number(parser, use, place);
    case OPT_CHOICE:
    case OPT_MAYBE:
        return apply_choice(parser, use, place);
    }
    BUG("option --%s has the unknown kind %d", use->opt->name, (int)use->opt->kind);
}
