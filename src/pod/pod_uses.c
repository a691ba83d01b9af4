/* SPDX-License-Identifier: Apache-2.0 */
/* Where Pods name ConfigMaps, Secrets and claims. */
#include "pod/pod_uses.h"

static void add(struct arena *arena, struct pod_uses *uses, enum pod_use_kind kind,
                const struct node *source, const char *field)
{
    const struct str name = node_get_text(source, str_from(field));
    if (name.n)
        VEC_PUSH(arena, uses, ((struct pod_use){kind, name}));
}

static void add_container(struct arena *arena, struct pod_uses *uses, const struct node *container)
{
    const struct node *env = node_get(container, STR("env"));
    for (struct item it = list_first(env); it.value; it = list_next(it)) {
        const struct node *from = node_get(it.value, STR("valueFrom"));
        add(arena, uses, POD_USES_CONFIG_MAP, node_get(from, STR("configMapKeyRef")), "name");
        add(arena, uses, POD_USES_SECRET, node_get(from, STR("secretKeyRef")), "name");
    }
    env = node_get(container, STR("envFrom"));
    for (struct item it = list_first(env); it.value; it = list_next(it)) {
        add(arena, uses, POD_USES_CONFIG_MAP, node_get(it.value, STR("configMapRef")), "name");
        add(arena, uses, POD_USES_SECRET, node_get(it.value, STR("secretRef")), "name");
    }
}

static void add_volume(struct arena *arena, struct pod_uses *uses, const struct node *volume)
{
    add(arena, uses, POD_USES_CONFIG_MAP, node_get(volume, STR("configMap")), "name");
    add(arena, uses, POD_USES_SECRET, node_get(volume, STR("secret")), "secretName");
    add(arena, uses, POD_USES_CLAIM, node_get(volume, STR("persistentVolumeClaim")), "claimName");
    const struct node *sources = node_get(node_get(volume, STR("projected")), STR("sources"));
    for (struct item it = list_first(sources); it.value; it = list_next(it)) {
        add(arena, uses, POD_USES_CONFIG_MAP, node_get(it.value, STR("configMap")), "name");
        add(arena, uses, POD_USES_SECRET, node_get(it.value, STR("secret")), "name");
    }
}

void pod_uses_of(struct arena *arena, const struct pod *pod, struct pod_uses *ret_uses)
{
    *ret_uses = (struct pod_uses){0};
    for (struct container c = container_first(pod); c.node; c = container_next(c))
        add_container(arena, ret_uses, c.node);
    const struct node *volumes = node_get(pod->spec, STR("volumes"));
    for (struct item it = list_first(volumes); it.value; it = list_next(it))
        add_volume(arena, ret_uses, it.value);
    const struct node *pulls = node_get(pod->spec, STR("imagePullSecrets"));
    for (struct item it = list_first(pulls); it.value; it = list_next(it))
        add(arena, ret_uses, POD_USES_PULL_SECRET, it.value, "name");
}
