/* SPDX-License-Identifier: Apache-2.0 */
/* Argo CD's Application: each of its sources with a path is a set. */
#include "base/file.h"
#include "render/pointer_internal.h"

struct application {
    struct pointing *pointing;
    struct pointer_file *file;
    const struct object *object;
    const struct node *spec;
    size_t n; /* sources that made a set */
};

/* Where $NAME/… of a file with values leads: the source of that name, which has to be of the same
 * repository as the chart. */
static bool is_own_ref(const struct application *application, const struct pointer *pointer,
                       struct str name)
{
    const struct node *sources = node_get(application->spec, STR("sources"));
    for (struct item it = list_first(sources); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("ref")), name))
            return str_eq(node_get_text(it.value, STR("repoURL")), pointer->repository);
    return false;
}

static void take_file(struct application *application, struct pointer *pointer,
                      const struct item *item, bool may_miss)
{
    struct pointing *pointing = application->pointing;
    struct str written = node_text(item->value), dir = pointer->dir, normal;
    if (str_starts(written, STR("$"))) {
        struct str rest = written, name;
        (void)str_split(&rest, '/', &name);
        if (!is_own_ref(application, pointer, str_from_offset(name, 1))) {
            pointer->lacks_values = true;
            return;
        }
        written = rest;
        dir = (struct str){0};
    } else if (str_starts(written, STR("/"))) {
        dir = (struct str){0};
    }
    if (!pointer_path(pointing, dir, written, &normal))
        pointer_report(pointing, pointer, item->written, SEVERITY_WARNING,
                       "this file with values is not below the top of the repository");
    else if (!may_miss || tree_find(pointing->in.tree, normal))
        VEC_PUSH(pointing->in.arena, &pointer->values, normal);
}

static void read_parameters(struct pointing *pointing, struct pointer *pointer,
                            const struct node *helm)
{
    const struct node *list = node_get(helm, STR("parameters"));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str name = node_get_text(it.value, STR("name"));
        const struct node *value = node_get(it.value, STR("value"));
        if (name.n)
            VEC_PUSH(pointing->in.arena, &pointer->settings,
                     str_format(pointing->in.arena, "%.*s=%.*s", STR_FMT(name),
                                STR_FMT(node_text(value))));
    }
}

static void read_helm(struct application *application, struct pointer *pointer,
                      const struct node *helm)
{
    static const char *const ignored[] = {"fileParameters"};
    struct pointing *pointing = application->pointing;
    struct arena *arena = pointing->in.arena;
    const struct str release = node_get_text(helm, STR("releaseName"));
    const struct str namespace = node_get_text(helm, STR("namespace"));
    const bool may_miss = node_bool(node_get(helm, STR("ignoreMissingValueFiles")));
    pointer->release = release.n ? release : application->object->name;
    if (namespace.n)
        pointer->namespace = namespace;
    const struct node *files = node_get(helm, STR("valueFiles"));
    for (struct item it = list_first(files); it.value; it = list_next(it))
        take_file(application, pointer, &it, may_miss);
    const struct node *object = node_get(helm, STR("valuesObject"));
    const struct str text = node_get_text(helm, STR("values"));
    if (node_kind(object) == NODE_MAP) /* wins over `values` */
        VEC_PUSH(arena, &pointer->texts, pointer_yaml(arena, object));
    else if (text.n)
        VEC_PUSH(arena, &pointer->texts, text);
    read_parameters(pointing, pointer, helm);
    pointer_tell_ignored(pointing, pointer, helm, ignored, ARRAY_LEN(ignored));
}

static void read_folder(struct pointing *pointing, struct pointer *pointer,
                        const struct node *folder)
{
    static const char *const ignored[] = {"jsonnet"};
    pointer->is_flat = !node_bool(node_get(folder, STR("recurse")));
    pointer->include = node_get_text(folder, STR("include"));
    pointer->exclude = node_get_text(folder, STR("exclude"));
    pointer_tell_ignored(pointing, pointer, folder, ignored, ARRAY_LEN(ignored));
}

static void add_source(struct application *application, const struct node *source)
{
    static const char *const ignored[] = {
        "namePrefix", "nameSuffix", "images",  "commonLabels", "commonAnnotations",
        "namespace",  "replicas",   "patches", "components",   "labelWithoutSelector"};
    struct pointing *pointing = application->pointing;
    const struct entry path = node_entry(source, STR("path"));
    const struct str repository = node_get_text(source, STR("repoURL"));
    if (!path.key || !repository.n || node_get(source, STR("chart")) ||
        node_get(source, STR("plugin")))
        return;
    struct pointer *pointer =
        pointer_new(pointing, application->file, application->object, POINTER_APPLICATION);
    pointer->place = path.written;
    pointer->written = node_text(path.value);
    pointer->repository = repository;
    pointer->namespace =
        node_get_text(node_get(application->spec, STR("destination")), STR("namespace"));
    if (!pointer_path(pointing, (struct str){0}, pointer->written, &pointer->dir))
        pointer->dir = (struct str){0}; /* told when it is added */
    if (application->n)
        pointer->set =
            str_format(pointing->in.arena, "%.*s#%zu", STR_FMT(pointer->set), application->n + 1);
    application->n++;
    read_helm(application, pointer, node_get(source, STR("helm")));
    read_folder(pointing, pointer, node_get(source, STR("directory")));
    const struct node *kustomize = node_get(source, STR("kustomize"));
    pointer_tell_ignored(pointing, pointer, kustomize, ignored, ARRAY_LEN(ignored));
    pointer_add(pointing, pointer);
}

void pointer_add_argo(struct pointing *pointing, struct pointer_file *file,
                      const struct object *object)
{
    if (!object_is(object, "argoproj.io", "Application"))
        return;
    struct application application = {pointing, file, object, node_get(object->root, STR("spec")),
                                      0};
    const struct node *sources = node_get(application.spec, STR("sources"));
    if (!list_first(sources).value) /* with several, `source` is not looked at */
        add_source(&application, node_get(application.spec, STR("source")));
    for (struct item it = list_first(sources); it.value; it = list_next(it))
        add_source(&application, it.value);
}
