/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that are left to others: paths as people write them, and taking out what they name. */
#include "apply/owned_internal.h"

#include "base/glob.h"
#include "base/limits.h"
#include "base/number.h"

#define IGNORE_ANNOTATION "tidegate.dev/ignore"

/* Whose writes are an autoscaler's: it is part of this program and goes by the subresource. */
#define SCALER          "kube-controller-manager"
#define SCALER_RESOURCE "scale"

/* What others write by their nature, in whoever's objects. Restarting a workload by hand stays. */
static const struct {
    const char *kind; /* NULL: any */
    const char *path;
} usual[] = {
    {NULL, "spec.template.metadata.annotations[kubectl.kubernetes.io/restartedAt]"},
    {"MutatingWebhookConfiguration", "webhooks[*].clientConfig.caBundle"},
    {"ValidatingWebhookConfiguration", "webhooks[*].clientConfig.caBundle"},
    {"CustomResourceDefinition", "spec.conversion.webhook.clientConfig.caBundle"},
    {"APIService", "spec.caBundle"},
};

/* ---- paths ---- */

/* One step of a path. */
struct rule_step {
    struct str name;   /* of a field; .p NULL: it is in brackets */
    struct str inside; /* of the brackets */
};

/* Takes a step off a path. NULL, or what is wrong. */
static const char *take_step(struct str *rest, struct rule_step *ret_step)
{
    *ret_step = (struct rule_step){0};
    if (rest->p[0] == '[') {
        bool is_quoted = false;
        size_t i = 1;
        for (; i < rest->n && (is_quoted || rest->p[i] != ']'); i++)
            is_quoted ^= rest->p[i] == '"';
        if (i == rest->n)
            return "a bracket is not closed";
        ret_step->inside = str_sub(*rest, 1, i);
        if (!ret_step->inside.n)
            return "brackets are empty";
        *rest = str_from_offset(*rest, i + 1);
        if (rest->n && rest->p[0] != '.' && rest->p[0] != '[')
            return "a dot is missing after a bracket";
    } else {
        size_t n = 0;
        while (n < rest->n && rest->p[n] != '.' && rest->p[n] != '[')
            n++;
        ret_step->name = str_sub(*rest, 0, n);
        if (!n)
            return "a name is missing";
        *rest = str_from_offset(*rest, n);
    }
    if (rest->n && rest->p[0] == '.') {
        *rest = str_from_offset(*rest, 1);
        if (!rest->n)
            return "it ends with a dot";
    }
    return NULL;
}

const char *owned_rule_check(struct str path)
{
    static const char *const fixed[] = {"apiVersion", "kind"};
    struct rule_step step = {0};
    size_t steps = 0;
    if (!path.n)
        return "it is empty";
    if (path.n > LIMIT_PATH_BYTES)
        return "it is too long";
    for (struct str rest = path; rest.n; steps++) {
        const char *wrong = take_step(&rest, &step);
        if (wrong)
            return wrong;
        if (steps == 0 && str_is_one_of(step.name, fixed, ARRAY_LEN(fixed)))
            return "apiVersion and kind are no fields that can be left to others";
        if (steps == 0 && !rest.n && str_is(step.name, "metadata"))
            return "metadata can't be left to others as a whole";
    }
    return NULL;
}

static bool text_matches(struct str pattern, struct str text)
{
    if (pattern.n > 1 && pattern.p[0] == '"' && pattern.p[pattern.n - 1] == '"')
        return str_eq(str_sub(pattern, 1, pattern.n - 1), text);
    if (str_is(pattern, "*"))
        return true;
    return str_find_char(pattern, '*') >= 0 ? glob_match(pattern, text) : str_eq(pattern, text);
}

/* Whether a map's key is meant by a step. */
static bool step_is_key(const struct rule_step *step, struct str key)
{
    return text_matches(step->name.p ? step->name : step->inside, key);
}

/* Whether an entry of a list is meant by what is in brackets: *, 0, name=web,protocol=TCP. */
static bool step_is_item(struct str inside, const struct item *item)
{
    uint64_t index;
    if (str_is(inside, "*"))
        return true;
    if (number_parse_u64(inside, &index) == 0)
        return index == item->index;
    for (struct str member; str_split(&inside, ',', &member);) {
        const ptrdiff_t equals = str_find_char(member, '=');
        if (equals < 0)
            return node_is_scalar(item->value) && text_matches(member, node_text(item->value));
        const struct node *value = node_get(item->value, str_sub(member, 0, (size_t)equals));
        if (!node_is_scalar(value) ||
            !text_matches(str_from_offset(member, (size_t)equals + 1), node_text(value)))
            return false;
    }
    return true;
}

/* ---- taking out ---- */

struct leave {
    struct arena *arena;
    const struct owned_input *input;
    struct managed managed;
    const char *manager, *subresource; /* whose fields only; NULL: anybody's but ours */
    unsigned depth;
    bool has_left;
};

/* A place in the copy that is made. */
struct spot {
    const struct shape *shape; /* NULL: unknown */
    const struct trail *trail;
};

/* Gives true when the value is to go. */
static bool leave(struct leave *leave, const struct spot *spot, struct node *value,
                  struct str rest);

static bool is_others(const struct leave *leave, const struct trail *trail)
{
    const struct managed_entry *owner =
        managed_owner(&leave->managed, leave->input->manager, trail);
    if (!owner || !leave->manager)
        return owner != NULL;
    for (size_t i = 0; i < leave->managed.n; i++) {
        const struct managed one = {.items = &leave->managed.items[i], .n = 1};
        if (str_is(one.items->manager, leave->manager) &&
            str_is(one.items->subresource, leave->subresource) &&
            managed_owner(&one, leave->input->manager, trail))
            return true;
    }
    return false;
}

static bool leave_in_map(struct leave *out, const struct spot *spot, struct node *map,
                         const struct rule_step *step, struct str rest)
{
    const bool had_any = map->n > 0;
    for (struct node **link = &map->first; *link;) {
        struct node *key = *link;
        const struct str name = node_text(key);
        struct shape shape;
        bool is_declared;
        const bool has_shape =
            owned_shape_below(spot->shape, name, out->depth - 1, &shape, &is_declared);
        const struct trail trail = {spot->trail, str_concat(out->arena, STR("f:"), name)};
        const struct spot below = {has_shape ? &shape : NULL, &trail};
        if (step_is_key(step, name) && leave(out, &below, key->next, rest)) {
            *link = key->next->next;
            map->n--;
        } else {
            link = &key->next->next;
        }
    }
    return had_any && !map->n;
}

/* The keys of a list, from its type, or from what anybody owns of it. */
static bool keys_of(struct leave *out, const struct spot *spot, struct list_keys *ret_keys)
{
    *ret_keys = (struct list_keys){.list = spot->shape};
    if (spot->shape) {
        ret_keys->n = shape_keys(spot->shape, ret_keys->names, OWNED_KEYS_MAX);
        return !shape_atoms(spot->shape).atomic_list;
    }
    for (size_t i = 0; i < out->managed.n; i++) {
        const struct node *fields = trail_find(out->managed.items[i].fields, spot->trail);
        if (owned_keys_read(out->arena, fields, ret_keys))
            return true;
    }
    return false;
}

static bool leave_in_list(struct leave *out, const struct spot *spot, struct node *list,
                          const struct rule_step *step, struct str rest)
{
    struct list_keys keys;
    const bool had_any = list->n > 0;
    /* What is replaced as a whole can be left to others only as a whole. */
    if (!keys_of(out, spot, &keys))
        return false;
    const struct shape shape = spot->shape ? shape_item(spot->shape) : (struct shape){0};
    struct item item = {0};
    for (struct node **link = &list->first; *link; item.index++) {
        item.value = *link;
        const struct trail trail = {spot->trail, owned_entry_key(out->arena, &keys, item.value)};
        const struct spot below = {spot->shape ? &shape : NULL, &trail};
        if (trail.key.n && step_is_item(step->inside, &item) && leave(out, &below, *link, rest)) {
            *link = (*link)->next;
            list->n--;
        } else {
            link = &(*link)->next;
        }
    }
    return had_any && !list->n;
}

static bool leave(struct leave *out, const struct spot *spot, struct node *value, struct str rest)
{
    struct rule_step step;
    bool is_empty = false;
    if (!rest.n) {
        const bool goes = is_others(out, spot->trail);
        out->has_left |= goes;
        return goes;
    }
    /* "webhooks.clientConfig" is of all entries. */
    if (value->kind == NODE_LIST && rest.p[0] != '[')
        step = (struct rule_step){.inside = STR("*")};
    else if (out->depth >= LIMIT_DEPTH || take_step(&rest, &step))
        return false;
    out->depth++;
    if (value->kind == NODE_MAP)
        is_empty = leave_in_map(out, spot, value, &step, rest);
    else if (value->kind == NODE_LIST && !step.name.p)
        is_empty = leave_in_list(out, spot, value, &step, rest);
    out->depth--;
    return is_empty;
}

/* ---- rules ---- */

void owned_rules_add(struct arena *arena, const struct node *want, struct owned_rules *rules)
{
    const struct node *annotations = node_get(node_get(want, STR("metadata")), STR("annotations"));
    struct str text = node_get_text(annotations, STR(IGNORE_ANNOTATION));
    size_t start = 0;
    bool is_inside = false;
    for (size_t i = 0; i <= text.n; i++) {
        const char c = i < text.n ? text.p[i] : ',';
        is_inside = c == '[' || (is_inside && c != ']' && i < text.n);
        if (is_inside || (c != ',' && c != '\n'))
            continue;
        const struct str path = str_trim(str_sub(text, start, i));
        start = i + 1;
        if (path.n && !owned_rule_check(path))
            VEC_PUSH(arena, &rules->paths, path);
    }
}

static struct str group_of(struct str api_version)
{
    struct str group = {0}, version;
    (void)api_version_split(api_version, &group, &version);
    return group;
}

bool owned_is_scaled_by(const struct node *want, const struct node *autoscaler)
{
    const struct node *target = node_get(node_get(autoscaler, STR("spec")), STR("scaleTargetRef"));
    const struct str name = node_get_text(node_get(want, STR("metadata")), STR("name"));
    return name.n && str_eq(node_get_text(target, STR("name")), name) &&
           str_eq(node_get_text(target, STR("kind")), node_get_text(want, STR("kind"))) &&
           str_eq(group_of(node_get_text(target, STR("apiVersion"))),
                  group_of(node_get_text(want, STR("apiVersion"))));
}

static void leave_path(struct leave *out, const struct shape *shape, struct node *root,
                       struct str path)
{
    const struct trail top = {0};
    const struct spot spot = {shape, &top};
    out->depth = 0;
    (void)leave(out, &spot, root, path);
}

const struct node *owned_leave_out(struct arena *arena, const struct owned_input *input,
                                   const struct owned_rules *rules)
{
    struct leave out = {.arena = arena, .input = input};
    struct kind_info kind;
    struct shape shape;
    if (node_kind(input->live) != NODE_MAP)
        return input->want;
    managed_read(arena, input->live, &out.managed);
    struct node *copy = node_copy(arena, input->want);
    const bool is_known = owned_shape_of(input, &kind, &shape);
    const struct shape *known = is_known ? &shape : NULL;
    const struct str of = node_get_text(input->want, STR("kind"));
    for (size_t i = 0; i < rules->paths.n; i++)
        leave_path(&out, known, copy, rules->paths.items[i]);
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        if (!usual[i].kind || str_is(of, usual[i].kind))
            leave_path(&out, known, copy, str_from(usual[i].path));
    if (!rules->is_scaled) {
        out.manager = SCALER;
        out.subresource = SCALER_RESOURCE;
    }
    leave_path(&out, known, copy, STR("spec.replicas"));
    return out.has_left ? copy : input->want;
}
