/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects are linked to what changed. */
#include "gate/gate_joins.h"

#include "check/check_links.h"

struct joins {
    struct arena *arena;
    struct map ends[LINK_NAMES + 1]; /* of live objects, by kind of link */
    struct map live;                 /* roots of live objects, by address */
    struct {
        VEC(struct check_links);
    } met; /* of those that become live at the next step */
};

struct joins *joins_new(struct arena *arena)
{
    struct joins *joins = ARENA_NEW(arena, struct joins);
    *joins = (struct joins){.arena = arena, .live = {.arena = arena}};
    for (enum check_link_kind kind = LINK_HAS; kind <= LINK_NAMES; kind++)
        joins->ends[kind].arena = arena;
    return joins;
}

static struct str end_of(struct arena *arena, const struct check_link *link)
{
    return str_format(arena, "%s %.*s %.*s", link->what, STR_FMT(link->key), STR_FMT(link->name));
}

/* The one label of a selector that is looked for: all that it selects have it. */
static bool is_looked_for(const struct check_links *links, size_t i)
{
    const struct check_link *link = &links->items[i];
    for (size_t o = 0; o < links->n; o++) {
        const struct check_link *other = &links->items[o];
        if (o == i || other->kind != LINK_PICKS || other->selector != link->selector)
            continue;
        if (other->is_common != link->is_common ? link->is_common
            : other->name.n != link->name.n     ? other->name.n > link->name.n
                                                : o < i)
            return false;
    }
    return true;
}

static void look_for(const struct joins *joins, const struct check_link *link,
                     struct search *search)
{
    const char *const *words = check_link_words(link);
    for (size_t i = 0; words[i]; i++)
        search_add(search, link->name,
                   link->key.n ? str_format(joins->arena, "%.*s %s", STR_FMT(link->key), words[i])
                               : str_from(words[i]));
}

/* Whether rules look past the object at this end. */
static bool goes_on(const struct check_link *link)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet",           "ReplicaSet",
                                        "DaemonSet",  "ReplicationController", "ClusterRole"};
    return link->kind == LINK_HAS || link->kind == LINK_PICKS ||
           str_is_one_of(str_from(link->what), kinds, ARRAY_LEN(kinds));
}

static void make_live(struct joins *joins, const struct check_links *links, bool is_changed,
                      struct search *search)
{
    for (size_t i = 0; i < links->n; i++) {
        const struct check_link *link = &links->items[i];
        if (link->kind == LINK_PICKS && !is_looked_for(links, i))
            continue;
        look_for(joins, link, search);
        if (is_changed || goes_on(link))
            map_put(&joins->ends[link->kind], end_of(joins->arena, link), joins);
    }
}

/* ---- whether it is linked ---- */

static bool has_end(const struct joins *joins, enum check_link_kind kind,
                    const struct check_link *link)
{
    struct arena scratch SCOPED(arena) = {0};
    return joins->ends[kind].n && map_has(&joins->ends[kind], end_of(&scratch, link));
}

/* Live objects have all labels that the selector wants, though it may be several that do. */
static bool may_select(const struct joins *joins, const struct check_links *links, size_t first)
{
    const uint32_t selector = links->items[first].selector;
    for (size_t i = first; i < links->n; i++)
        if (links->items[i].kind == LINK_PICKS && links->items[i].selector == selector &&
            !has_end(joins, LINK_HAS, &links->items[i]))
            return false;
    return true;
}

static bool is_linked(const struct joins *joins, const struct check_links *links)
{
    uint32_t selector = 0;
    for (size_t i = 0; i < links->n; i++) {
        const struct check_link *link = &links->items[i];
        switch (link->kind) {
        case LINK_HAS:
            if (has_end(joins, LINK_PICKS, link))
                return true;
            break;
        case LINK_IS:
            if (has_end(joins, LINK_NAMES, link))
                return true;
            break;
        case LINK_NAMES:
            if (has_end(joins, LINK_IS, link))
                return true;
            break;
        case LINK_PICKS:
            if (link->selector != selector && may_select(joins, links, i))
                return true;
            selector = link->selector;
            break;
        }
    }
    return false;
}

/* ---- objects ---- */

static struct str address_of(struct arena *arena, const struct object *object)
{
    return str_format(arena, "%p", (const void *)object->root);
}

void joins_touch(struct joins *joins, const struct object *object, struct search *search)
{
    struct check_links links = {0};
    check_links_of(joins->arena, object, &links);
    if (links.n && !map_put(&joins->live, address_of(joins->arena, object), joins))
        make_live(joins, &links, true, search);
}

void joins_meet(struct joins *joins, const struct object *object)
{
    struct arena scratch SCOPED(arena) = {0};
    struct check_links links = {0};
    if (!joins->live.n || map_has(&joins->live, address_of(&scratch, object)))
        return;
    check_links_of(&scratch, object, &links);
    if (!is_linked(joins, &links))
        return;
    map_put(&joins->live, address_of(joins->arena, object), joins);
    links.items = arena_dup(joins->arena, links.items, links.n * sizeof *links.items);
    VEC_PUSH(joins->arena, &joins->met, links);
}

void joins_step(struct joins *joins, struct search *search)
{
    for (size_t i = 0; i < joins->met.n; i++)
        make_live(joins, &joins->met.items[i], false, search);
    joins->met.n = 0;
}
