/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules of volumes, mounts and claims share. */
#pragma once

#include "admit/rule.h"

/* Sources that a Volume has; of a right one there is one. */
size_t volume_source_count(const struct validating *v, const struct spot *volume);
/* Refuses all sources but the first in this order. `shown` is what the server calls it. */
struct volume_source {
    const char *field;
    const char *shown; /* NULL: the field; "": a second one is not refused for it */
};
size_t volume_sources_check(struct validating *v, const struct spot *up,
                            const struct volume_source *sources, size_t n);
/* Whether a path has `..` as an element. */
bool has_backsteps(struct str path);
