/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of a set as a struct, and back. */
#include "apply/inventory_internal.h"

#include <sys/random.h>

#include "base/ascii.h"
#include "base/digest.h"
#include "base/limits.h"

enum { SLUG_BYTES = 40, SLUG_DIGITS = 8 };

const char *set_state_name(enum set_state state)
{
    static const char *const names[] = {
        "unknown", "applying",  "waiting",   "ready", "refused",
        "failed",  "unhealthy", "cancelled", "held",  "rolled-back",
    };
    return names[state];
}

/* ---- names ---- */

static struct str slug_letters(struct arena *arena, struct str set, size_t max)
{
    char *text = arena_alloc_text(arena, max + 1);
    size_t n = 0;
    for (size_t i = 0; i < set.n && n < max; i++) {
        const char c = ascii_to_lower(set.p[i]);
        const bool is_plain = (c >= 'a' && c <= 'z') || ascii_is_digit(c);
        if (is_plain || (n && text[n - 1] != '-'))
            text[n++] = is_plain ? c : '-';
    }
    while (n && text[n - 1] == '-')
        n--;
    return (struct str){text, n};
}

struct str set_slug(struct arena *arena, struct str set)
{
    const struct str plain = slug_letters(arena, set, SLUG_BYTES);
    if (plain.n && str_eq(plain, set))
        return plain;
    const struct sha256 sum = sha256_of(set);
    struct str part = slug_letters(arena, set, SLUG_BYTES - SLUG_DIGITS - 1);
    if (!part.n)
        part = STR("set");
    return str_format(arena, "%.*s-%02x%02x%02x%02x", STR_FMT(part), sum.bytes[0], sum.bytes[1],
                      sum.bytes[2], sum.bytes[3]);
}

struct str set_parent(struct arena *arena, struct str set)
{
    return str_format(arena, "tidegate-%.*s", STR_FMT(set_slug(arena, set)));
}

/* ---- members ---- */

struct str member_identity(struct arena *arena, const struct member *member)
{
    return str_format(arena, "%.*s/%.*s/%.*s/%.*s", STR_FMT(member->group), STR_FMT(member->kind),
                      STR_FMT(member->namespace), STR_FMT(member->name));
}

static int member_cmp(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    int order = str_cmp(left->group, right->group);
    if (!order)
        order = str_cmp(left->kind, right->kind);
    if (!order)
        order = str_cmp(left->namespace, right->namespace);
    return order ? order : str_cmp(left->name, right->name);
}

/* The place of a member, or where it would be. */
static size_t place_of(const struct members *members, const struct member *member, bool *ret_is)
{
    size_t first = 0, end = members->n;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        const int order = member_cmp(&members->items[middle], member);
        if (order == 0) {
            *ret_is = true;
            return middle;
        }
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    *ret_is = false;
    return first;
}

const struct member *inventory_find(const struct inventory *inventory, const struct member *member)
{
    bool is_there;
    const size_t at = place_of(&inventory->members, member, &is_there);
    return is_there ? &inventory->members.items[at] : NULL;
}

void inventory_put(struct arena *arena, struct inventory *inventory, const struct member *member)
{
    bool is_there;
    struct members *members = &inventory->members;
    const size_t at = place_of(members, member, &is_there);
    if (is_there) {
        if (member->uid.n)
            members->items[at].uid = str_dup(arena, member->uid);
        members->items[at].is_hook = member->is_hook;
        return;
    }
    const struct member copy = {.group = str_dup(arena, member->group),
                                .kind = str_dup(arena, member->kind),
                                .namespace = str_dup(arena, member->namespace),
                                .name = str_dup(arena, member->name),
                                .uid = str_dup(arena, member->uid),
                                .is_hook = member->is_hook};
    VEC_PUSH(arena, members, copy);
    memmove(&members->items[at + 1], &members->items[at],
            (members->n - 1 - at) * sizeof *members->items);
    members->items[at] = copy;
}

void inventory_drop(struct inventory *inventory, const struct member *member)
{
    bool is_there;
    struct members *members = &inventory->members;
    const size_t at = place_of(members, member, &is_there);
    if (!is_there)
        return;
    memmove(&members->items[at], &members->items[at + 1],
            (members->n - 1 - at) * sizeof *members->items);
    members->n--;
}

/* ---- a new one ---- */

static struct str id_of(struct arena *arena, const struct inventory *inventory)
{
    const struct applyset_parent parent = {
        .name = inventory->parent, .namespace = inventory->namespace, .kind = STR("ConfigMap")};
    return applyset_id(arena, &parent);
}

void inventory_init(struct arena *arena, struct str namespace, struct str set,
                    struct inventory *ret_inventory)
{
    *ret_inventory = (struct inventory){
        .set = set, .namespace = namespace, .parent = set_parent(arena, set), .is_ours = true};
    ret_inventory->id = id_of(arena, ret_inventory);
    if (getrandom(ret_inventory->key, INVENTORY_KEY_BYTES, 0) != INVENTORY_KEY_BYTES)
        BUG("no random bytes: %s", strerror(errno));
}

void inventory_copy(struct arena *arena, const struct inventory *from,
                    struct inventory *ret_inventory)
{
    *ret_inventory = *from;
    ret_inventory->members = (struct members){0};
    for (size_t i = 0; i < from->members.n; i++)
        VEC_PUSH(arena, &ret_inventory->members, from->members.items[i]);
    ret_inventory->history.items = NULL;
    ret_inventory->history.n = ret_inventory->history.cap = 0;
    for (size_t i = 0; i < from->history.n; i++)
        VEC_PUSH(arena, &ret_inventory->history, from->history.items[i]);
}

/* ---- history ---- */

static bool is_same_attempt(const struct set_attempt *a, const struct set_attempt *b)
{
    return a->start_s == b->start_s && str_eq(a->commit, b->commit) &&
           str_eq(a->trigger, b->trigger);
}

void inventory_record(struct arena *arena, struct inventory *inventory,
                      const struct set_attempt *attempt)
{
    for (size_t i = 0; i < inventory->history.n; i++)
        if (is_same_attempt(&inventory->history.items[i], attempt)) {
            inventory->history.items[i] = *attempt;
            return;
        }
    if (inventory->history.n == INVENTORY_HISTORY_MAX) {
        memmove(inventory->history.items, inventory->history.items + 1,
                (INVENTORY_HISTORY_MAX - 1) * sizeof *inventory->history.items);
        inventory->history.n--;
    }
    VEC_PUSH(arena, &inventory->history, *attempt);
}

/* ---- reading ---- */

static int wrong(struct str *ret_why, const char *why)
{
    *ret_why = str_from(why);
    return -1;
}

/* group/kind/namespace/name and what is known of it. */
static bool read_member(struct str line, struct member *ret_member)
{
    struct member member = {0};
    struct str identity, uid, flag;
    if (!str_split(&line, ' ', &identity) || !str_split(&line, ' ', &uid))
        return false;
    struct str *const parts[] = {&member.group, &member.kind, &member.namespace, &member.name};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!str_split(&identity, '/', parts[i]))
            return false;
    if (identity.n || !member.kind.n || !member.name.n || !uid.n)
        return false;
    if (!str_is(uid, "-"))
        member.uid = uid;
    if (str_split(&line, ' ', &flag)) {
        if (!str_is(flag, "hook"))
            return false;
        member.is_hook = true;
    }
    *ret_member = member;
    return true;
}

static int read_members(struct arena *arena, struct str text, struct members *members,
                        struct str *ret_why)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        struct member member;
        if (!line.n && !text.n)
            break;
        if (!read_member(line, &member))
            return wrong(ret_why, "its list of objects is damaged");
        if (members->n && member_cmp(&members->items[members->n - 1], &member) >= 0)
            return wrong(ret_why, "its list of objects is not in order");
        VEC_PUSH(arena, members, member);
    }
    return 0;
}

static int read_key(struct str text, unsigned char *key, struct str *ret_why)
{
    if (text.n != 2 * (size_t)INVENTORY_KEY_BYTES)
        return wrong(ret_why, "its key is damaged");
    for (size_t i = 0; i < INVENTORY_KEY_BYTES; i++) {
        const int high = ascii_hex_value(text.p[2 * i]), low = ascii_hex_value(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return wrong(ret_why, "its key is damaged");
        key[i] = (unsigned char)(high << 4 | low);
    }
    return 0;
}

int inventory_read(struct arena *arena, const struct node *parent, struct inventory *ret_inventory,
                   struct str *ret_why)
{
    const struct node *metadata = node_get(parent, STR("metadata"));
    const struct node *data = node_get(parent, STR("data"));
    struct inventory inventory = {
        .set = node_get_text(data, STR(INVENTORY_SET)),
        .namespace = node_get_text(metadata, STR("namespace")),
        .parent = node_get_text(metadata, STR("name")),
        .exists = true,
        .tooling = node_get_text(node_get(metadata, STR("annotations")), STR(APPLYSET_TOOLING)),
        .uid = node_get_text(metadata, STR("uid")),
        .resource_version = node_get_text(metadata, STR("resourceVersion"))};
    inventory.is_ours = applyset_is_ours(inventory.tooling, STR("tidegate"));
    inventory.id = id_of(arena, &inventory);
    if (!str_eq(inventory.id, node_get_text(node_get(metadata, STR("labels")), STR(APPLYSET_ID))))
        return wrong(ret_why, "it carries the id of another set");
    if (!node_get(data, STR(INVENTORY_SET)) ||
        !str_eq(inventory.parent, set_parent(arena, inventory.set)))
        return wrong(ret_why, "it has the name of another set");
    if (read_key(node_get_text(data, STR(INVENTORY_KEY)), inventory.key, ret_why) < 0 ||
        read_members(arena, node_get_text(data, STR(INVENTORY_MEMBERS)), &inventory.members,
                     ret_why) < 0 ||
        inventory_read_record(arena, data, &inventory, ret_why) < 0)
        return -1;
    *ret_inventory = inventory;
    return 0;
}
