/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent of deployments, and how ours are known again: data only, so that tests need no API.
 */
#pragma once

#include "host/host_deployment.h"

/* What is wrong with it, or NULL. */
const char *host_deployment_problem(const struct host_deployment_wanted *wanted);
struct str host_deployment_body(struct arena *arena, const struct host_deployment_wanted *wanted);
struct str host_deployment_status_body(struct arena *arena,
                                       const struct host_deployment_status *status);
/* Whether a deployment that the API lists is the wanted one. */
bool host_deployment_is(const struct node *listed, const struct host_deployment_wanted *wanted);
/* Whether a status that the API lists says the same. */
bool host_deployment_says(struct arena *arena, const struct node *listed,
                          const struct host_deployment_status *status);
