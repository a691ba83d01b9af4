/* SPDX-License-Identifier: Apache-2.0 */
/* What declared sets owe each other: unique names, and dependencies that exist and end somewhere.
 */
#include "base/map.h"
#include "base/suggest.h"
#include "config/config_internal.h"

enum { SHOWN_MAX = 8 }; /* sets of a circle that a message names */

enum state { UNSEEN, OPEN, DONE };

struct declared {
    const struct node *node;
    struct str name;
    uint32_t index;
    enum state state;
    struct item next; /* dependency to follow, while open */
};

struct sets {
    struct config_checker *checker;
    struct declared *items;
    size_t n;
    struct map by_name;
    struct declared **stack; /* the open ones, from where the walk began */
    size_t depth;
};

static void add_sets(struct sets *sets, const struct node *list);
static void check_dependencies(struct sets *sets, const struct declared *set);
static void find_circles(struct sets *sets, struct declared *from);

void config_check_sets(struct config_checker *checker, const struct node *plain)
{
    const struct node *list = node_get(plain, STR("sets"));
    if (!list || !list->n)
        return;
    struct sets sets = {.checker = checker, .by_name = {.arena = checker->arena}};
    sets.items = ARENA_ARRAY(checker->arena, struct declared, list->n);
    sets.stack = ARENA_ARRAY(checker->arena, struct declared *, list->n);
    const unsigned before = checker->mistakes;
    add_sets(&sets, list);
    for (size_t i = 0; i < sets.n; i++)
        check_dependencies(&sets, &sets.items[i]);
    for (size_t i = 0; i < sets.n && checker->mistakes == before; i++)
        find_circles(&sets, &sets.items[i]);
}

static void report(struct sets *sets, const struct declared *set, const char *key,
                   const struct item *item, const struct node *at, struct str meant,
                   struct str message)
{
    const struct path root = {0};
    const struct path list = {.up = &root, .name = STR("sets")};
    const struct path entry = {.up = &list, .index = set->index, .node = set->node};
    const struct path member = {.up = &entry, .name = str_from(key)};
    const struct path index = {.up = &member, .index = item ? item->index : 0};
    config_mistake(sets->checker, RULE_CONFIG_VALUE, node_span(at), item ? &index : &member, meant,
                   NULL, message);
}

static void add_sets(struct sets *sets, const struct node *list)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct node *name = node_get(it.value, STR("name"));
        struct declared *set = &sets->items[sets->n++];
        *set = (struct declared){.node = it.value, .name = node_text(name), .index = it.index};
        if (map_has(&sets->by_name, set->name)) {
            struct str quoted = diag_quote(sets->checker->arena, set->name);
            report(sets, set, "name", NULL, name, (struct str){0},
                   str_format(sets->checker->arena, "there are two sets with the name '%.*s'",
                              STR_FMT(quoted)));
            continue;
        }
        map_put(&sets->by_name, set->name, set);
    }
}

static struct item first_dependency(const struct declared *set)
{
    return list_first(node_get(set->node, STR("depends-on")));
}

static struct str nearest_set(const struct sets *sets, struct str name)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < sets->n; i++)
        suggest_offer(&suggest, sets->items[i].name);
    return suggest.best;
}

static void check_dependencies(struct sets *sets, const struct declared *set)
{
    struct arena *arena = sets->checker->arena;
    for (struct item it = first_dependency(set); it.value && !config_is_full(sets->checker);
         it = list_next(it)) {
        struct str name = node_text(it.value);
        struct str quoted = diag_quote(arena, name);
        if (str_eq(name, set->name))
            report(sets, set, "depends-on", &it, it.value, (struct str){0},
                   str_format(arena, "the set '%.*s' depends on itself", STR_FMT(quoted)));
        else if (!map_has(&sets->by_name, name))
            report(sets, set, "depends-on", &it, it.value, nearest_set(sets, name),
                   str_format(arena, "there is no set '%.*s'", STR_FMT(quoted)));
    }
}

/* The open sets from `first` on are a circle that `it` closes. */
static void report_circle(struct sets *sets, const struct declared *first, const struct item *it)
{
    struct arena *arena = sets->checker->arena;
    size_t from = 0, shown = 0;
    while (sets->stack[from] != first)
        from++;
    struct str names = {0};
    for (size_t i = from; i < sets->depth && shown < SHOWN_MAX; i++, shown++) {
        struct str name = diag_quote(arena, sets->stack[i]->name);
        names = str_format(arena, "%.*s%.*s -> ", STR_FMT(names), STR_FMT(name));
    }
    if (sets->depth - from > SHOWN_MAX)
        names = str_concat(arena, names, STR("... -> "));
    struct str last = diag_quote(arena, first->name);
    report(sets, sets->stack[sets->depth - 1], "depends-on", it, it->value, (struct str){0},
           str_format(arena, "sets depend on each other in a circle: %.*s%.*s", STR_FMT(names),
                      STR_FMT(last)));
}

static void open_set(struct sets *sets, struct declared *set)
{
    set->state = OPEN;
    set->next = first_dependency(set);
    sets->stack[sets->depth++] = set;
}

/* Depth first with a stack of our own, because a file may chain any number of sets. */
static void find_circles(struct sets *sets, struct declared *from)
{
    if (from->state != UNSEEN)
        return;
    open_set(sets, from);
    while (sets->depth && !config_is_full(sets->checker)) {
        struct declared *set = sets->stack[sets->depth - 1];
        if (!set->next.value) {
            set->state = DONE;
            sets->depth--;
            continue;
        }
        struct item it = set->next;
        set->next = list_next(it);
        struct declared *other = map_get(&sets->by_name, node_text(it.value));
        if (other->state == OPEN)
            report_circle(sets, other, &it);
        else if (other->state == UNSEEN)
            open_set(sets, other);
    }
}
