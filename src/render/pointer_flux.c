/* SPDX-License-Identifier: Apache-2.0 */
/* Flux' Kustomization and HelmRelease, and which sources are in the tree. */
#include "base/digest.h"
#include "base/file.h"
#include "render/pointer_internal.h"

enum { RELEASE_MAX = 53, RELEASE_HASH = 12 }; /* helm's names, and how Flux cuts longer ones */

static struct str key_of(struct arena *arena, struct str kind, struct str namespace,
                         struct str name)
{
    return str_format(arena, "%.*s/%.*s/%.*s", STR_FMT(kind), STR_FMT(namespace), STR_FMT(name));
}

/* Whether the source may be this repository; "" otherwise. */
static struct str source_key(struct pointing *pointing, const struct object *object,
                             const struct node *ref)
{
    static const char *const kinds[] = {"GitRepository", "OCIRepository", "Bucket"};
    const struct str kind = node_get_text(ref, STR("kind")), name = node_get_text(ref, STR("name"));
    const struct str namespace = node_get_text(ref, STR("namespace"));
    if (!name.n || !str_is_one_of(kind, kinds, ARRAY_LEN(kinds)))
        return (struct str){0};
    return key_of(pointing->in.arena, kind, namespace.n ? namespace : object->namespace, name);
}

/* ---- Kustomization ---- */

static void put_data(struct variables *variables, const struct node *object, bool is_known)
{
    static const char *const maps[] = {"data", "stringData"};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        for (struct entry e = map_first(node_get(object, str_from(maps[i]))); e.key;
             e = map_next(e)) {
            const struct str value = node_text(e.value);
            variables_put(variables, node_text(e.key), value,
                          is_known && node_kind(e.value) == NODE_STRING &&
                              !str_starts(value, STR("ENC[")));
        }
}

/* Later ones win, and `substitute` over all. Values of Secrets are never told. */
static const struct variables *read_variables(struct pointing *pointing,
                                              const struct pointer *pointer,
                                              const struct node *build)
{
    struct arena *arena = pointing->in.arena;
    struct variables *variables = ARENA_NEW(arena, struct variables);
    variables->by_name.arena = arena;
    const struct node *from = node_get(build, STR("substituteFrom"));
    for (struct item it = list_first(from); it.value; it = list_next(it)) {
        const bool is_secret = str_is(node_get_text(it.value, STR("kind")), "Secret");
        const struct node *object =
            pointer_data(pointing, pointer, is_secret ? "Secret" : "ConfigMap",
                         node_get_text(it.value, STR("name")));
        variables->is_open |= !object;
        put_data(variables, object, !is_secret);
    }
    const struct node *own = node_get(build, STR("substitute"));
    for (struct entry e = map_first(own); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        variables_put(variables, name, node_text(e.value), true);
        if (!variable_is_name(name))
            pointer_report(pointing, pointer, e.key, SEVERITY_ERROR,
                           "Flux refuses a variable of this name: letters, digits and _ only");
    }
    return variables->by_name.n || variables->is_open ? variables : NULL;
}

static void add_kustomization(struct pointing *pointing, struct pointer_file *file,
                              const struct object *object)
{
    static const char *const ignored[] = {"patches",         "patchesStrategicMerge",
                                          "patchesJson6902", "images",
                                          "components",      "namePrefix",
                                          "nameSuffix",      "commonMetadata"};
    const struct node *spec = node_get(object->root, STR("spec"));
    const struct node *ref = node_get(spec, STR("sourceRef"));
    const struct str key = source_key(pointing, object, ref);
    if (!key.n) /* of another place for sure, or the patch of a Kustomization */
        return;
    struct pointer *pointer = pointer_new(pointing, file, object, POINTER_KUSTOMIZATION);
    const struct entry path = node_entry(spec, STR("path"));
    pointer->place = path.key ? path.written : ref;
    pointer->written = node_get_text(spec, STR("path"));
    pointer->repository = key;
    pointer->namespace = node_get_text(spec, STR("targetNamespace"));
    pointer->moves = pointer->namespace.n > 0;
    pointer_tell_ignored(pointing, pointer, spec, ignored, ARRAY_LEN(ignored));
    pointer->variables = read_variables(pointing, pointer, node_get(spec, STR("postBuild")));
    pointer_add(pointing, pointer);
}

/* ---- HelmRelease ---- */

static struct str release_name(struct arena *arena, const struct object *object,
                               const struct node *spec, struct str target)
{
    const struct str given = node_get_text(spec, STR("releaseName"));
    struct str name = given.n ? given : object->name;
    if (!given.n && target.n)
        name = str_format(arena, "%.*s-%.*s", STR_FMT(target), STR_FMT(name));
    if (name.n <= RELEASE_MAX)
        return name;
    char hex[65];
    const struct sha256 sum = sha256_of(name);
    sha256_hex(&sum, hex);
    return str_format(arena, "%.*s-%.*s", RELEASE_MAX - RELEASE_HASH - 1, name.p, RELEASE_HASH,
                      hex);
}

/* A text with values, or one value at a path. */
static void take_value(struct pointing *pointing, struct pointer *pointer, const struct node *from,
                       const struct node *value)
{
    const struct entry path = node_entry(from, STR("targetPath"));
    struct arena *arena = pointing->in.arena;
    if (!path.key)
        VEC_PUSH(arena, &pointer->texts, node_text(value));
    else /* it would have to come before the values of the release, which win over it */
        pointer->lacks_values = true;
}

static void read_values(struct pointing *pointing, struct pointer *pointer, const struct node *spec)
{
    struct arena *arena = pointing->in.arena;
    const struct node *from = node_get(spec, STR("valuesFrom"));
    for (struct item it = list_first(from); it.value; it = list_next(it)) {
        const struct str key = node_get_text(it.value, STR("valuesKey"));
        const bool is_map = str_is(node_get_text(it.value, STR("kind")), "ConfigMap");
        const struct node *object = is_map ? pointer_data(pointing, pointer, "ConfigMap",
                                                          node_get_text(it.value, STR("name")))
                                           : NULL;
        const struct node *value =
            node_get(node_get(object, STR("data")), key.n ? key : STR("values.yaml"));
        if (node_kind(value) == NODE_STRING)
            take_value(pointing, pointer, it.value, value);
        else
            pointer->lacks_values = true;
    }
    const struct node *own = node_get(spec, STR("values"));
    if (node_kind(own) == NODE_MAP)
        VEC_PUSH(arena, &pointer->texts, pointer_yaml(arena, own));
}

static void add_release(struct pointing *pointing, struct pointer_file *file,
                        const struct object *object)
{
    static const char *const ignored[] = {"postRenderers"};
    const struct node *spec = node_get(object->root, STR("spec"));
    const struct node *chart = node_get(node_get(spec, STR("chart")), STR("spec"));
    const struct node *ref = node_get(chart, STR("sourceRef"));
    const struct str key = source_key(pointing, object, ref);
    const struct entry path = node_entry(chart, STR("chart"));
    if (!key.n || !path.key)
        return;
    struct arena *arena = pointing->in.arena;
    struct pointer *pointer = pointer_new(pointing, file, object, POINTER_HELM_RELEASE);
    const struct str target = node_get_text(spec, STR("targetNamespace"));
    pointer->place = path.written;
    pointer->written = node_text(path.value);
    pointer->repository = key;
    pointer->namespace = target.n ? target : object->namespace;
    pointer->release = release_name(arena, object, spec, target);
    const struct node *files = node_get(chart, STR("valuesFiles"));
    for (struct item it = list_first(files); it.value; it = list_next(it)) {
        struct str normal;
        if (pointer_path(pointing, (struct str){0}, node_text(it.value), &normal))
            VEC_PUSH(arena, &pointer->values, normal);
        else
            pointer_report(pointing, pointer, it.written, SEVERITY_WARNING,
                           "this file with values is not below the top of the repository");
    }
    pointer_tell_ignored(pointing, pointer, spec, ignored, ARRAY_LEN(ignored));
    read_values(pointing, pointer, spec);
    pointer_add(pointing, pointer);
}

void pointer_add_flux(struct pointing *pointing, struct pointer_file *file,
                      const struct object *object)
{
    if (object_is(object, "kustomize.toolkit.fluxcd.io", "Kustomization"))
        add_kustomization(pointing, file, object);
    else if (object_is(object, "helm.toolkit.fluxcd.io", "HelmRelease"))
        add_release(pointing, file, object);
    else if (object_is(object, "source.toolkit.fluxcd.io", "GitRepository"))
        map_put(&pointing->declared,
                key_of(pointing->in.arena, object->gvk.kind, object->namespace, object->name),
                pointing);
}
