/* SPDX-License-Identifier: Apache-2.0 */
/* Relations between files that share a namespace, or of which one names an object of the other. */
#include "gate/gate_relations.h"

#include "base/file.h"
#include "pod/pod.h"

enum side { BASE, HEAD, SIDES };

struct asked {
    struct search *kinds;  /* files that may have objects of it */
    struct search *fields; /* files that may refer to one */
    struct map folders;    /* where it matters */
    struct map turned;     /* where the first came or the last went */
};

struct relations {
    struct arena *arena;
    const struct gate_sides *sides;
    bool declared_sets;       /* then folders don't matter, and all is one place */
    struct map names[SIDES];  /* "set target namespace/name" of what was read */
    struct map places[SIDES]; /* "set target namespace folder" where there is any */
    struct map changed_pods;  /* namespaces in which the change has Pods */
    struct map changed_kinds; /* "group/kind" of what differs: may be params of policies */
    bool has_policies;        /* among what was read */
    struct asked asked[TARGET_COUNT];
};

static const struct str nothing = {0};

struct relations *relations_new(struct arena *arena, const struct gate_sides *sides)
{
    struct relations *relations = ARENA_NEW(arena, struct relations);
    *relations = (struct relations){.arena = arena,
                                    .sides = sides,
                                    .changed_pods = {.arena = arena},
                                    .changed_kinds = {.arena = arena}};
    for (enum side side = BASE; side < SIDES; side++) {
        relations->names[side].arena = arena;
        relations->places[side].arena = arena;
    }
    for (enum check_target target = 0; target < TARGET_COUNT; target++) {
        struct asked *asked = &relations->asked[target];
        *asked = (struct asked){
            search_new(arena), search_new(arena), {.arena = arena}, {.arena = arena}};
        search_add(asked->kinds, str_from(check_target_kind(target)), nothing);
        const char *const *fields = check_target_fields(target);
        for (size_t i = 0; target != TARGET_NAMESPACE && fields[i]; i++)
            search_add(asked->fields, str_from(fields[i]), nothing);
    }
    const struct selection *selection = &sides->head.selection;
    for (size_t i = 0; i < selection->sets.n; i++)
        relations->declared_sets |= selection->sets.items[i].config != NULL;
    return relations;
}

/* ---- places ---- */

static struct str default_of(const struct related *related)
{
    const struct selection *selection = &related->side->selection;
    const uint32_t set = related->manifest->set;
    return set < selection->sets.n ? selection->sets.items[set].namespace : nothing;
}

/* Objects of it need not name it. */
static bool is_default(const struct relations *relations, struct str namespace)
{
    const struct gate_side *sides[] = {&relations->sides->base, &relations->sides->head};
    for (size_t s = 0; s < ARRAY_LEN(sides); s++)
        for (size_t i = 0; i < sides[s]->selection.sets.n; i++)
            if (str_eq(sides[s]->selection.sets.items[i].namespace, namespace))
                return true;
    return str_is(namespace, "default");
}

static void add_namespace(const struct relations *relations, struct str namespace,
                          struct search *search)
{
    search_add(search, is_default(relations, namespace) ? nothing : namespace, nothing);
}

static enum side side_of(const struct relations *relations, const struct related *related)
{
    return related->side == &relations->sides->base ? BASE : HEAD;
}

static struct str name_key(const struct relations *relations, const struct related *related,
                           const struct check_reference *reference)
{
    return str_format(relations->arena, "%u %u %.*s/%.*s", (unsigned)related->manifest->set,
                      (unsigned)reference->target, STR_FMT(reference->namespace),
                      STR_FMT(reference->name));
}

static struct str folder_of(const struct relations *relations, const struct manifest *manifest)
{
    return relations->declared_sets ? nothing : path_dir(manifest->path);
}

/* ---- what the change bears on ---- */

static bool is_counted(const struct object *object)
{
    return object_is(object, "", "LimitRange") || object_is(object, "", "ResourceQuota");
}

static void add_counted(struct search *search)
{
    search_add(search, STR("LimitRange"), nothing);
    search_add(search, STR("ResourceQuota"), nothing);
}

/* ---- policies ---- */

static const char policies[] = "admissionregistration.k8s.io";
static const char *const policy_kinds[] = {
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding"};

static bool is_policy(const struct object *object)
{
    return object_is(object, policies, "ValidatingAdmissionPolicy") ||
           object_is(object, policies, "MutatingAdmissionPolicy");
}

static bool is_policy_binding(const struct object *object)
{
    return object_is(object, policies, "ValidatingAdmissionPolicyBinding") ||
           object_is(object, policies, "MutatingAdmissionPolicyBinding");
}

static struct str kind_key(const struct relations *relations, struct str group, struct str kind)
{
    return str_format(relations->arena, "%.*s/%.*s", STR_FMT(group), STR_FMT(kind));
}

/* The words of a binding's params: its name, or a label that they have. */
static void add_params(const struct object *binding, struct search *search)
{
    const struct node *ref = node_get(node_get(binding->root, STR("spec")), STR("paramRef"));
    const struct entry label =
        map_first(node_get(node_get(ref, STR("selector")), STR("matchLabels")));
    const struct str name = node_get_text(ref, STR("name"));
    if (name.n)
        search_add(search, name, nothing);
    else if (label.key)
        search_add(search, node_text(label.value), node_text(label.key));
    else if (node_get(ref, STR("selector")))
        search_add(search, nothing, nothing);
}

/* Whether the change has an object of the policy's paramKind. */
static bool has_changed_params(const struct relations *relations, const struct object *policy)
{
    const struct node *kind = node_get(node_get(policy->root, STR("spec")), STR("paramKind"));
    struct str group;
    struct str version;
    return api_version_split(node_get_text(kind, STR("apiVersion")), &group, &version) &&
           map_has(&relations->changed_kinds,
                   kind_key(relations, group, node_get_text(kind, STR("kind"))));
}

void relations_touch(struct relations *relations, const struct related *related,
                     struct search *search)
{
    const struct object *object = related->object;
    map_put(&relations->changed_kinds, kind_key(relations, object->gvk.group, object->gvk.kind),
            relations);
    /* It may be about every object. */
    if (is_policy(object) || is_policy_binding(object))
        search_add(search, nothing, nothing);
    const struct str namespace = check_namespace(object, default_of(related));
    struct check_reference declared;
    struct pod pod;
    if (pod_of(object, &pod))
        map_put(&relations->changed_pods, namespace, relations);
    if (is_counted(object)) {
        add_namespace(relations, namespace, search);
        add_counted(search);
    }
    if (!check_declares(object, default_of(related), &declared))
        return;
    map_put(&relations->asked[declared.target].folders, folder_of(relations, related->manifest),
            relations);
    if (declared.target == TARGET_NAMESPACE) {
        add_namespace(relations, declared.name, search);
        return;
    }
    const char *const *fields = check_target_fields(declared.target);
    for (size_t i = 0; fields[i]; i++)
        search_add(search, declared.name, str_from(fields[i]));
}

/* ---- what is referred to ---- */

bool relations_has_policies(const struct relations *relations)
{
    return relations->has_policies;
}

void relations_need(struct relations *relations, const struct related *related,
                    struct search *search)
{
    struct check_references references = {0};
    struct pod pod;
    const struct object *object = related->object;
    for (size_t i = 0; i < ARRAY_LEN(policy_kinds); i++)
        search_add(search, str_from(policy_kinds[i]), nothing);
    if (is_policy_binding(object))
        add_params(object, search);
    if (relations->has_policies)
        search_add(search, check_namespace(object, default_of(related)), STR("Namespace"));
    check_references_of(relations->arena, object, default_of(related), &references);
    for (size_t i = 0; i < references.n; i++) {
        const struct check_reference *reference = &references.items[i];
        search_add(search, reference->name, str_from(check_target_kind(reference->target)));
        if (reference->target == TARGET_STORAGE_CLASS)
            search_add(search, reference->name, STR("PersistentVolume"));
    }
    const bool is_pod = pod_of(object, &pod);
    if (is_pod)
        search_add(search, check_namespace(object, default_of(related)), STR("Namespace"));
    if (is_pod || object_is(object, "", "PersistentVolumeClaim"))
        add_counted(search);
}

void relations_forget(struct relations *relations)
{
    for (enum side side = BASE; side < SIDES; side++) {
        relations->names[side] = (struct map){.arena = relations->arena};
        relations->places[side] = (struct map){.arena = relations->arena};
    }
}

void relations_declare(struct relations *relations, const struct related *related)
{
    struct check_reference declared;
    relations->has_policies |= is_policy(related->object);
    if (!check_declares(related->object, default_of(related), &declared))
        return;
    const enum side side = side_of(relations, related);
    map_put(&relations->names[side], name_key(relations, related, &declared), relations);
    if (object_is(related->object, "", "PersistentVolume"))
        return;
    struct str folder = folder_of(relations, related->manifest);
    map_put(&relations->places[side],
            str_format(relations->arena, "%u %u %.*s %.*s", (unsigned)related->manifest->set,
                       (unsigned)declared.target, STR_FMT(declared.namespace), STR_FMT(folder)),
            relations);
}

/* ---- whether there is any ---- */

static bool is_unresolved(const struct relations *relations, const struct related *related,
                          const struct check_reference *reference)
{
    return !map_has(&relations->names[side_of(relations, related)],
                    name_key(relations, related, reference)) &&
           !check_is_external(&relations->sides->config.externals, reference);
}

void relations_ask(struct relations *relations, const struct related *related)
{
    struct check_references references = {0};
    check_references_of(relations->arena, related->object, default_of(related), &references);
    for (size_t i = 0; i < references.n; i++) {
        const struct check_reference *reference = &references.items[i];
        if (!is_unresolved(relations, related, reference))
            continue;
        struct map *folders = &relations->asked[reference->target].folders;
        struct str folder = folder_of(relations, related->manifest);
        while (folder.n && !map_has(folders, folder)) {
            map_put(folders, folder, relations);
            folder = path_dir(folder);
        }
        map_put(folders, nothing, relations);
    }
}

bool relations_asked(struct relations *relations, const struct manifest *manifest,
                     const struct words *words)
{
    for (enum check_target target = 0; target < TARGET_COUNT; target++) {
        struct asked *asked = &relations->asked[target];
        if (map_has(&asked->folders, folder_of(relations, manifest)) &&
            search_has(asked->kinds, words))
            return true;
    }
    return false;
}

/* ---- what is counted together ---- */

static bool has_place(const struct relations *relations, const struct related *related)
{
    struct str folder = folder_of(relations, related->manifest);
    const struct map *places = &relations->places[side_of(relations, related)];
    if (relations->declared_sets)
        return true;
    for (;; folder = path_dir(folder)) {
        struct arena scratch SCOPED(arena) = {0};
        if (map_has(places, str_format(&scratch, "%u %u  %.*s", (unsigned)related->manifest->set,
                                       (unsigned)TARGET_NAMESPACE, STR_FMT(folder))))
            return true;
        if (!folder.n)
            return false;
    }
}

void relations_gather(struct relations *relations, const struct related *related,
                      struct search *search)
{
    const struct object *object = related->object;
    const struct str namespace = check_namespace(object, default_of(related));
    if (is_policy(object) && has_changed_params(relations, object))
        search_add(search, nothing, nothing);
    if (object_is(object, "", "ResourceQuota") && map_has(&relations->changed_pods, namespace))
        add_namespace(relations, namespace, search);
    struct check_references references = {0};
    check_references_of(relations->arena, object, default_of(related), &references);
    for (size_t i = 0; i < references.n; i++)
        if (references.items[i].target == TARGET_NAMESPACE &&
            is_unresolved(relations, related, &references.items[i]) &&
            has_place(relations, related))
            add_namespace(relations, namespace, search);
}

/* ---- first and last ---- */

static void turn_from(struct relations *relations, const struct map *from, const struct map *to)
{
    for (size_t i = 0; i < from->n; i++) {
        struct str key = from->entries[i].key;
        if (map_has(to, key))
            continue;
        /* "set target namespace folder" */
        struct str rest = str_from_offset(key, (size_t)str_find_char(key, ' ') + 1);
        const unsigned target = (unsigned)(rest.p[0] - '0');
        rest = str_from_offset(rest, 2);
        rest = str_from_offset(rest, (size_t)str_find_char(rest, ' ') + 1);
        map_put(&relations->asked[target].turned, rest, relations);
    }
}

bool relations_turn(struct relations *relations)
{
    turn_from(relations, &relations->places[BASE], &relations->places[HEAD]);
    turn_from(relations, &relations->places[HEAD], &relations->places[BASE]);
    for (enum check_target target = 0; target < TARGET_COUNT; target++)
        if (relations->asked[target].turned.n)
            return true;
    return false;
}

static bool is_below(const struct relations *relations, const struct map *folders,
                     const struct manifest *manifest)
{
    struct str folder = folder_of(relations, manifest);
    for (;; folder = path_dir(folder)) {
        if (map_has(folders, folder))
            return true;
        if (!folder.n)
            return false;
    }
}

bool relations_turned(struct relations *relations, const struct manifest *manifest,
                      const struct words *words)
{
    for (enum check_target target = 0; target < TARGET_COUNT; target++) {
        struct asked *asked = &relations->asked[target];
        if (asked->turned.n && is_below(relations, &asked->turned, manifest) &&
            (target == TARGET_NAMESPACE || search_has(asked->fields, words)))
            return true;
    }
    return false;
}
