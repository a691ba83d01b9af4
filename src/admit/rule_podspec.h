/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Pod family share. */
#pragma once

#include "admit/rule.h"

typedef void container_fn(struct validating *v, const struct spot *container, const void *with);

/* All containers of a PodSpec in the server's order: initContainers, containers, then
 * ephemeralContainers. */
void each_container(struct validating *v, const struct spot *spec, container_fn *fn,
                    const void *with);
/* The value under another name than its own: some fields have moved since Go's types were named. */
struct spot spot_named(const struct spot *spot, const struct spot *up, const char *name);
/* A warning that starts with the path of its field. */
void say_warning_at(struct validating *v, const struct spot *spot, const char *text);
/* Whether the server speaks of warnings on this Pod or on what holds its template. */
bool pod_warnings_are_due(const struct validating *v, const struct spot *spot);
/* What is wrong with a label that nodes had once, or NULL. */
const char *old_node_label(struct str key);
/* Whether Go's strings.TrimSpace would take something off. */
bool is_padded(struct str text);
/* A relative path without `..`. */
void check_descending_path(struct validating *v, const struct spot *spot, struct str path);
