/* SPDX-License-Identifier: Apache-2.0 */
/* The variable `objects`: each kind's list is made once for a set, when the first expression asks
 * for it. */
#include "policy/policy_rule.h"

static bool find_kind(const struct cel_object *object, struct str name, struct cel_field *ret_field)
{
    (void)object;
    *ret_field = (struct cel_field){&cel_type_list_dyn, name};
    return true;
}

static const struct cel_object any_kind = {find_kind};
const struct cel_type policy_objects_type = {
    .kind = CEL_STRUCT, .name = {"tidegate.objects", 16}, .object = &any_kind};

/* What would not get in is left as it is written. */
static const struct node *value_of(struct policy_objects *objects, const struct object *object)
{
    const struct node *stored = policy_stored(objects->source, &objects->arena, object);
    return stored ? stored : object->root;
}

/* As long as its capacity, since several threads see it. */
static const struct cel_value *make_list(struct policy_objects *objects, struct str kind)
{
    const struct object_set *set = objects->source->objects;
    struct cel_run run = {.arena = &objects->arena};
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += str_eq(set->items[i].gvk.kind, kind);
    struct cel_value list = cel_list_new(&run, n);
    for (size_t i = 0; i < set->n; i++)
        if (str_eq(set->items[i].gvk.kind, kind))
            list = cel_list_add(
                &run, list, cel_from_node(&run, value_of(objects, &set->items[i]), &cel_type_dyn));
    return arena_dup(&objects->arena, &list, sizeof list);
}

static bool kind_field(struct cel_run *run, const void *data, struct str name,
                       struct cel_value *ret_value)
{
    (void)run;
    union { /* what is handed to the language is const, and remembers what was made */
        const void *borrowed;
        struct policy_objects *objects;
    } handed = {data};
    struct policy_objects *objects = handed.objects;
    pthread_mutex_lock(&objects->lock);
    void **slot = NULL;
    if (!map_has(&objects->kinds, name)) {
        union {
            const struct cel_value *made;
            void *held;
        } list = {make_list(objects, name)};
        slot = map_slot(&objects->kinds, str_dup(&objects->arena, name));
        *slot = list.held;
    }
    *ret_value = *(const struct cel_value *)map_get(&objects->kinds, name);
    pthread_mutex_unlock(&objects->lock);
    return true;
}

static const struct cel_class objects_class = {.type = &policy_objects_type, .field = kind_field};

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
