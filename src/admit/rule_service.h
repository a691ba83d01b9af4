/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules of Services share: the cluster addresses as the registry sees them. */
#pragma once

#include "admit/rule.h"

/*
 * clusterIP and clusterIPs as one list, as normalizeClusterIPs and patchAllocatedValues make it:
 * of one field the other follows, and an update that says neither keeps what was there. In place:
 * the spots point into the struct.
 */
struct addresses {
    struct spot spec;
    struct spot list; /* spec.clusterIPs; stands at clusterIP when only that is written */
    struct spot *items;
    size_t n;
    bool kept; /* nothing new: those from before */
};

void addresses_read(struct validating *v, const struct spot *spec, struct addresses *ret_addresses);
/* Before the update; what was allocated is not known, so that there may be none. */
void addresses_read_before(struct validating *v, const struct spot *spec,
                           struct addresses *ret_addresses);
bool addresses_are_none(const struct addresses *addresses); /* headless */
/* The list as the server prints it. */
struct str addresses_shown(struct validating *v, const struct addresses *addresses);

/* The type, defaulted; before the update, or "" on creation. */
struct str service_type(const struct spot *spec);
struct str service_type_before(const struct spot *spec);
bool service_type_is(const struct spot *spec, const char *type);
bool service_was(const struct spot *spec, const char *type);
/* An annotation; path.node NULL when absent. Storage is the caller's. */
struct annotation {
    struct spot metadata;
    struct spot annotations;
    struct spot value;
};
void annotation_read(const struct validating *v, const struct spot *object, const char *key,
                     struct annotation *ret_annotation);
