/* SPDX-License-Identifier: Apache-2.0 */
/* One object: what a tree says it is. */
#include "object/object.h"

bool api_version_split(struct str api_version, struct str *ret_group, struct str *ret_version)
{
    const ptrdiff_t slash = str_find_char(api_version, '/');
    struct str group = {0};
    struct str version = api_version;
    if (slash >= 0) {
        group = str_sub(api_version, 0, (size_t)slash);
        version = str_from_offset(api_version, (size_t)slash + 1);
    }
    if (version.n == 0 || slash == 0 || str_find_char(version, '/') >= 0)
        return false;
    *ret_group = group;
    *ret_version = version;
    return true;
}

/* SOPS keeps its own block beside the object's fields. A kind of its own that has a field of this
 * name is told apart by what SOPS always writes. */
static bool has_sops_block(const struct node *root)
{
    const struct node *sops = node_get(root, STR("sops"));
    if (node_kind(sops) != NODE_MAP)
        return false;
    return node_get(sops, STR("mac")) || node_get(sops, STR("lastmodified")) ||
           node_get(sops, STR("encrypted_regex"));
}

bool object_read(const struct doc *doc, const struct node *root, struct object *ret_object)
{
    struct object object = {.doc = doc, .root = root, .source = doc->source, .list_index = -1};
    object.api_version = node_get_text(root, STR("apiVersion"));
    object.gvk.kind = node_get_text(root, STR("kind"));
    const bool split =
        api_version_split(object.api_version, &object.gvk.group, &object.gvk.version);
    const struct node *metadata = node_get(root, STR("metadata"));
    object.namespace = node_get_text(metadata, STR("namespace"));
    object.name = node_get_text(metadata, STR("name"));
    object.generate_name = node_get_text(metadata, STR("generateName"));
    object.sops = has_sops_block(root);
    object.unknowns = doc->unknowns;
    *ret_object = object;
    return split && object.gvk.kind.n > 0;
}

/* What SOPS encrypted is a string of its own form, whatever it was before. */
bool object_is_opaque(const struct object *object, const struct node *node)
{
    return node_kind(node) == NODE_STRING &&
           ((node_real(node)->flags & NODE_UNKNOWN) ||
            (object->sops && str_starts(node_text(node), STR("ENC["))));
}

/* A namespace on an object that is known to have none means nothing. */
static struct str real_namespace(const struct object *object)
{
    return object->scope_known && !object->namespaced ? (struct str){0} : object->namespace;
}

struct diag_object object_diag(const struct object *object)
{
    return (struct diag_object){
        .api_version = object->api_version,
        .kind = object->gvk.kind,
        .namespace = real_namespace(object),
        .name = object->name.n ? object->name : object->generate_name,
    };
}

struct str object_target(const struct object *object, struct str default_namespace)
{
    const struct str real = real_namespace(object);
    if (real.n || object->scope_known)
        return real;
    return object->namespace.n ? object->namespace : default_namespace;
}

struct str object_title(struct arena *arena, const struct object *object)
{
    struct str kind = diag_quote(arena, object->gvk.kind.n ? object->gvk.kind : STR("object"));
    struct str name = diag_quote(arena, object->name.n ? object->name : object->generate_name);
    if (name.n == 0)
        return str_format(arena, "%.*s without a name", STR_FMT(kind));
    if (object->name.n == 0)
        return str_format(arena, "%.*s %.*s*", STR_FMT(kind), STR_FMT(name));
    const struct str namespace = diag_quote(arena, real_namespace(object));
    if (namespace.n == 0)
        return str_format(arena, "%.*s %.*s", STR_FMT(kind), STR_FMT(name));
    return str_format(arena, "%.*s %.*s/%.*s", STR_FMT(kind), STR_FMT(namespace), STR_FMT(name));
}

bool object_is(const struct object *object, const char *group, const char *kind)
{
    return str_is(object->gvk.kind, kind) && str_is(object->gvk.group, group);
}

bool object_is_crd(const struct object *object)
{
    return object_is(object, "apiextensions.k8s.io", "CustomResourceDefinition");
}
