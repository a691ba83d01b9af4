/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: whether the identity that asks can write, found out without writing.
 *
 *   struct probe probe;
 *   probe_dry_run_only(&arena, cluster, &probe);
 *   if (probe_tell(&diags, &probe, required) < 0) ... send nothing more
 *
 * The namespace `default` is in every cluster, and a merge patch of {} changes nothing in it: the
 * server gives 200, keeps the resourceVersion and stores nothing, yet asks admission as for any
 * change. So it is sent as a real request. When admission refuses it and takes the same as a dry
 * run, it is a policy that stops all but dry runs, and not one about namespaces. Rights tell
 * nothing: servers ask the same ones for both.
 *
 * Then the server is asked for the identity's rights, because some of them get around any policy:
 * changing admission policies, which are exempt from policies, and speaking as somebody else; and
 * around most: a token that is asked for in a dry run is a real one. What the server does not list
 * is not found: rights in single namespaces, and those of authorizers that can't list them.
 *
 * What it can't prove: that the policy is about all other kinds, too, and what aggregated API
 * servers do. The policy of `tidegate cluster setup-gate` is about everything.
 */
#pragma once

#include "cluster/cluster.h"
#include "diag/diag.h"

enum probe_state {
    PROBE_PROVEN,
    PROBE_CAN_WRITE, /* or can give itself the right to */
    PROBE_UNPROVEN,
};

struct probe {
    enum probe_state state;
    struct str who; /* "" when the server does not say */
    struct str why; /* one line, "" when it is proven */
};

/* The cluster is connected. Never fails: what goes wrong leaves it unproven. */
void probe_dry_run_only(struct arena *arena, struct cluster *cluster, struct probe *ret_probe);

/* Says what is wrong as findings about the whole run. -1: it is required, and not proven, which is
 * io/dry-run; nothing else may be sent. */
int probe_tell(struct diags *diags, const struct probe *probe, bool required) MUST_USE;

/* ---- for tests ---- */

/* What gets around policies among the rights that a SelfSubjectRulesReview lists: "it may change
 * admission policies, ..."; "" for nothing. `is_ours`: it is the policy of setup-gate that holds.
 */
struct str probe_way_around(struct arena *arena, const struct node *review, bool is_ours);
