/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifests of `tidegate cluster setup-gate`.
 *
 * Two things together make an identity that can't write: rights to what a dry run needs, and an
 * admission policy that refuses this identity whatever is no dry run. The policy reaches neither
 * what servers exempt from policies (the policies themselves) nor what is more than a request
 * (tokens, impersonation), so the rights leave these out.
 */
#pragma once

#include "base/buf.h"
#include "cmd/cmd_cluster.h"

struct setup_identity {
    const char *kind;          /* of a subject: User, Group, ServiceAccount */
    struct str name;           /* of the subject */
    struct str namespace;      /* of a service account */
    struct str name_of_things; /* of the policy, the roles and the bindings */
    bool is_new;               /* a service account that is printed as well */
};

/* A kind with what may be done to it. */
struct setup_resource {
    struct str group, plural; /* "*": all of the group */
    bool cluster_scoped;      /* is known to have no namespace */
};

struct setup_resources {
    VEC(struct setup_resource);
};

struct setup {
    struct arena *arena;
    const struct cluster_args *args;
    struct setup_identity identity;
    struct str_list namespaces; /* none: the whole cluster */
    struct setup_resources resources;
    struct buf *out;
};

/* cluster_setup_resources.c: those of the paths, or without any those that repositories have, and
 * those of --resource. EXIT_OK, or an exit code that has been told. */
int setup_choose_resources(struct setup *setup, const struct str_list *paths) MUST_USE;
void setup_add_resource(struct setup *setup, struct str group, struct str plural,
                        bool cluster_scoped);
/* Whether they are names, so that they can stand in a manifest: who writes one of the repository's
 * may have thought of it. */
bool setup_is_resource(struct str group, struct str plural);
/* Why there can be no right to it; NULL: nothing speaks against it. */
const char *setup_why_not(struct str group, struct str plural);

/* cluster_setup_used.c: those that manifests have. EXIT_OK, or an exit code that has been told. */
int setup_use_paths(struct setup *setup, const struct str_list *paths) MUST_USE;

/* cluster_setup_roles.c: roles with their bindings. */
void setup_write_roles(struct setup *setup);
/* A name or text as a YAML scalar. */
struct str setup_quote(struct arena *arena, struct str text);
