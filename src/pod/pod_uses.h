/* SPDX-License-Identifier: Apache-2.0 */
/* What the containers and volumes of Pods take from objects of their namespace, by name. */
#pragma once

#include "pod/pod.h"

enum pod_use_kind {
    POD_USES_CONFIG_MAP,
    POD_USES_SECRET,
    POD_USES_PULL_SECRET, /* for images: no container sees it */
    POD_USES_CLAIM,
};

struct pod_use {
    enum pod_use_kind kind;
    struct str name;
};

struct pod_uses {
    VEC(struct pod_use);
};

/* In the order in which they are written, as often as they are named. */
void pod_uses_of(struct arena *arena, const struct pod *pod, struct pod_uses *ret_uses);
