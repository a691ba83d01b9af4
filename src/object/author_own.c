/* SPDX-License-Identifier: Apache-2.0 */
/* The annotations of tidegate itself: which there are, and the values that they can have. */
#include "base/suggest.h"
#include "object/author_internal.h"

enum { VALUES_MAX = 3 };

static const struct own {
    const char *name;               /* after the prefix */
    const char *values[VALUES_MAX]; /* none: any text that is not empty */
} owns[] = {
    {"keep", {"true", "false"}},  {"wave", {NULL}},           {"replace", {"true", "false"}},
    {"adopt", {"true", "false"}}, {"restart", {"on", "off"}}, {"drift", {"report", "heal"}},
    {"prune", {"approved"}},      {"ignore", {NULL}},         {"config-digest", {NULL}},
};

static const struct own *find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(owns); i++)
        if (str_is(name, owns[i].name))
            return &owns[i];
    return NULL;
}

static void say(struct arena *arena, struct author *author, const struct node *place,
                struct str key, struct str message, struct str hint)
{
    VEC_PUSH(arena, &author->problems,
             ((struct author_problem){.kind = AUTHOR_ANNOTATION,
                                      .place = place,
                                      .annotation = key,
                                      .message = message,
                                      .hint = hint}));
}

static void say_unknown(struct arena *arena, struct author *author, const struct node *key,
                        struct str name)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < ARRAY_LEN(owns); i++)
        suggest_offer(&suggest, str_from(owns[i].name));
    const struct str shown = diag_quote(arena, name);
    say(arena, author, key, node_text(key),
        str_format(arena, "there is no annotation " AUTHOR_PREFIX "%.*s", STR_FMT(shown)),
        suggest.best.n
            ? str_format(arena, "did you mean \"" AUTHOR_PREFIX "%.*s\"?", STR_FMT(suggest.best))
            : STR("it does nothing: take it out"));
}

static void check_value(struct arena *arena, struct author *author, const struct own *own,
                        struct entry entry)
{
    const struct str text = str_trim(node_text(entry.value));
    const struct str shown = diag_quote(arena, text);
    if (!own->values[0]) {
        if (!text.n)
            say(arena, author, entry.value, node_text(entry.key),
                str_format(arena, AUTHOR_PREFIX "%s is empty", own->name),
                STR("give it a value, or take it out"));
        return;
    }
    for (size_t i = 0; i < VALUES_MAX && own->values[i]; i++)
        if (str_is(text, own->values[i]))
            return;
    say(arena, author, entry.value, node_text(entry.key),
        str_format(arena, AUTHOR_PREFIX "%s can't be \"%.*s\"", own->name, STR_FMT(shown)),
        own->values[1] ? str_format(arena, "it is \"%s\" or \"%s\"", own->values[0], own->values[1])
                       : str_format(arena, "it is \"%s\" or not there", own->values[0]));
}

void author_check_own(struct arena *arena, const struct object *object, struct author *author)
{
    const struct node *metadata = node_get(object->root, STR("metadata"));
    const struct node *annotations = node_get(metadata, STR("annotations"));
    for (struct entry e = map_first(annotations); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        if (!str_starts(key, STR(AUTHOR_PREFIX)))
            continue;
        const struct str name = str_from_offset(key, sizeof AUTHOR_PREFIX - 1);
        const struct own *own = find(name);
        if (!own)
            say_unknown(arena, author, e.key, name);
        else if (!str_is(name, "wave") && node_kind(e.value) == NODE_STRING &&
                 !object_is_opaque(object, e.value))
            check_value(arena, author, own, e);
    }
}
