/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: after the merge, the cluster equals the commit. sync.c is the only file that knows the
 * order of a pass:
 *
 *   commit ──> judge ────────> know ─────────> plan ───────────> apply ──────> record
 *   read,      as the gate     parents of all  every set, with   set by set,
 *   rendered   did before      sets in the     one dry run of    as they
 *              the merge       cluster         everything        depend
 *
 *   struct sync_commit *commit = sync_judge(&options);        // no cluster; any thread
 *   struct sync *sync = sync_start(&setting, commit, tell);   // the thread of the cluster
 *   while (!sync_is_done(sync)) cluster_step(cluster, 1000);
 *   sync_result(sync);
 *
 * A set that the gate's rules refuse, or the server, is not written, nor are the sets that depend
 * on it; all others are. Everything that was refused is reported, at its place.
 *
 * What `tidegate sync` runs once and the engine (engine.h) for ever is this.
 */
#pragma once

#include "apply/apply.h"
#include "gate/gate.h"
