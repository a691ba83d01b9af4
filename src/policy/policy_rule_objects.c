/* SPDX-License-Identifier: Apache-2.0 */
/* The variables `objects` and `neighbours`: each kind's lists are made once for a set, when the
 * first expression asks for them. */
#include "policy/policy_rule.h"

/* All lists are as long as their capacity, since several threads see them. */
struct lists {
    struct cel_value all;
    struct map namespaces; /* struct cel_value *; made when a neighbour is asked for */
    bool is_split;
};

static bool find_kind(const struct cel_object *object, struct str name, struct cel_field *ret_field)
{
    (void)object;
    *ret_field = (struct cel_field){&cel_type_list_dyn, name};
    return true;
}

static const struct cel_object any_kind = {find_kind};
const struct cel_type policy_objects_type = {
    .kind = CEL_STRUCT, .name = {"tidegate.objects", 16}, .object = &any_kind};

/* ---- lists ---- */

/* What would not get in is left as it is written. */
static const struct node *value_of(struct policy_objects *objects, const struct object *object)
{
    const struct node *stored = policy_stored(objects->source, &objects->arena, object);
    return stored ? stored : object->root;
}

static struct lists *make_lists(struct policy_objects *objects, struct str kind)
{
    const struct object_set *set = objects->source->objects;
    struct cel_run run = {.arena = &objects->arena};
    struct lists *lists = ARENA_NEW(&objects->arena, struct lists);
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += str_eq(set->items[i].gvk.kind, kind);
    lists->all = cel_list_new(&run, n);
    for (size_t i = 0; i < set->n; i++)
        if (str_eq(set->items[i].gvk.kind, kind))
            lists->all =
                cel_list_add(&run, lists->all,
                             cel_from_node(&run, value_of(objects, &set->items[i]), &cel_type_dyn));
    lists->namespaces.arena = &objects->arena;
    return lists;
}

/* The objects of a kind by namespace, in the order of the whole list. */
struct group {
    VEC(struct cel_value);
};

static void split(struct policy_objects *objects, struct lists *lists, struct str kind)
{
    const struct object_set *set = objects->source->objects;
    struct cel_run run = {.arena = &objects->arena};
    struct map groups = {.arena = &objects->arena};
    size_t at = 0;
    for (size_t i = 0; i < set->n; i++) {
        if (!str_eq(set->items[i].gvk.kind, kind))
            continue;
        void **slot = map_slot(&groups, policy_namespace(objects->source, &set->items[i]));
        if (!*slot)
            *slot = ARENA_NEW(&objects->arena, struct group);
        struct group *group = *slot;
        VEC_PUSH(&objects->arena, group, cel_list_at(&run, lists->all, at++));
    }
    for (size_t g = 0; g < groups.n; g++) {
        const struct group *group = groups.entries[g].value;
        struct cel_value *list = ARENA_NEW(&objects->arena, struct cel_value);
        *list = cel_list_new(&run, group->n);
        for (size_t i = 0; i < group->n; i++)
            *list = cel_list_add(&run, *list, group->items[i]);
        map_put(&lists->namespaces, groups.entries[g].key, list);
    }
    lists->is_split = true;
}

/* Under the lock. */
static struct lists *find_lists(struct policy_objects *objects, struct str kind)
{
    struct lists *lists = map_get(&objects->kinds, kind);
    if (lists)
        return lists;
    lists = make_lists(objects, kind);
    map_put(&objects->kinds, str_dup(&objects->arena, kind), lists);
    return lists;
}

/* What is handed to the language is const, and remembers what was made. */
static struct policy_objects *objects_of(const void *data)
{
    union {
        const void *borrowed;
        struct policy_objects *objects;
    } handed = {data};
    return handed.objects;
}

/* ---- values ---- */

static bool kind_field(struct cel_run *run, const void *data, struct str name,
                       struct cel_value *ret_value)
{
    (void)run;
    struct policy_objects *objects = objects_of(data);
    pthread_mutex_lock(&objects->lock);
    *ret_value = find_lists(objects, name)->all;
    pthread_mutex_unlock(&objects->lock);
    return true;
}

/* Of one object. */
struct neighbours {
    const struct policy_objects *objects;
    struct str namespace;
};

static bool neighbour_field(struct cel_run *run, const void *data, struct str name,
                            struct cel_value *ret_value)
{
    const struct neighbours *neighbours = data;
    struct policy_objects *objects = objects_of(neighbours->objects);
    pthread_mutex_lock(&objects->lock);
    struct lists *lists = find_lists(objects, name);
    if (!lists->is_split)
        split(objects, lists, name);
    const struct cel_value *list = map_get(&lists->namespaces, neighbours->namespace);
    pthread_mutex_unlock(&objects->lock);
    *ret_value = list ? *list : cel_list_new(run, 0);
    return true;
}

static const struct cel_class objects_class = {.type = &policy_objects_type, .field = kind_field};
static const struct cel_class neighbours_class = {.type = &policy_objects_type,
                                                  .field = neighbour_field};

void policy_objects_init(struct policy_objects *objects, const struct policy_source *source)
{
    objects->source = source;
    objects->kinds.arena = &objects->arena;
    if (pthread_mutex_init(&objects->lock, NULL) != 0)
        BUG("a lock can't be made");
}

void policy_objects_release(struct policy_objects *objects)
{
    arena_release(&objects->arena);
    pthread_mutex_destroy(&objects->lock);
}

struct cel_value policy_objects_value(const struct policy_objects *objects)
{
    return cel_opaque(&objects_class, objects);
}

struct cel_value policy_neighbours_value(const struct policy_objects *objects, struct arena *arena,
                                         struct str namespace)
{
    const struct neighbours neighbours = {objects, namespace};
    return cel_opaque(&neighbours_class, arena_dup(arena, &neighbours, sizeof neighbours));
}
