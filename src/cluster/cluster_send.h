/* SPDX-License-Identifier: Apache-2.0 */
/* What cluster_send.c needs of cluster_request.c. */
#pragma once

#include "cluster/cluster_request.h"

const char *cluster_verb_method(enum cluster_verb verb);
/* Of its body. */
struct str cluster_call_type(const struct cluster_call *call);
