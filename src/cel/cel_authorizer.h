/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `authorizer`: who may do what. Offline nobody knows, so a check is CEL_UNKNOWN unless the host
 * declares grants, in a test of a policy for example; then what no grant allows is not allowed, as
 * with RBAC.
 *
 *   const struct cel_authorizer authorizer = {.grants = grants, .n = 2, .is_declared = true};
 *   slots[5] = cel_authorizer_value(&run, &authorizer);
 *   slots[6] = cel_authorizer_of_resource(&run, &authorizer, resource);
 *
 * Lifetime: the authorizer and its grants outlive the values.
 */
#pragma once

#include "cel/cel.h"

/* What is asked of the API server's authorizer, or granted. In a grant "*" stands for anything. */
struct cel_access {
    struct str user; /* "system:serviceaccount:NAMESPACE:NAME"; "": who sends the request */
    struct str path; /* of what is no resource, else "" */
    struct str group, resource, subresource, namespace, name;
    struct str verb;
};

struct cel_grant {
    struct cel_access access;
    bool denied;       /* answers false, before later grants are looked at */
    struct str reason; /* may be empty */
    struct str error;  /* the authorizer fails with it; may be empty */
};

struct cel_authorizer {
    const struct cel_grant *grants; /* the first one that fits decides */
    size_t n;
    bool is_declared; /* false: nobody knows */
};

extern const struct cel_type cel_type_authorizer;     /* of the variable authorizer */
extern const struct cel_type cel_type_resource_check; /* of authorizer.requestResource */

struct cel_value cel_authorizer_value(struct cel_run *run, const struct cel_authorizer *authorizer);
/* The check of a resource with all but its verb known. */
struct cel_value cel_authorizer_of_resource(struct cel_run *run,
                                            const struct cel_authorizer *authorizer,
                                            const struct cel_access *access);
