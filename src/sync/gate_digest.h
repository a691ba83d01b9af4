/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate_digest: what the gate said a commit's sets are, against what they are now. They differ when
 * the branch moved between the pull request and the merge, or when something renders otherwise
 * here; it is told, and hinders nothing.
 *
 *   struct gate_digests digests;
 *   gate_digests_read(&arena, text_of_json_report, &digests, &why);   // of a job: a file
 *   gate_digests_ask(client, commit, &digests);                       // of GitHub: its check run
 *   attempt.differs_from_gate =
 *       gate_digest_compare(&digests, set, digest) == GATE_DIGEST_DIFFERS;
 *
 * On GitHub they stand in the text of the check run, for people and for this; that of the commit
 * itself, else that of the head of the pull request that it was merged by. Statuses of other forges
 * have no room for them, so there it takes the file. Whoever may write checks may write others:
 * nothing is decided by them.
 *
 * A run with a base digests only the sets that it read whole; of the others nothing is known.
 */
#pragma once

#include "host/host_publish.h"

enum { GATE_DIGESTS_MAX = 10000 }; /* sets */

struct gate_digest {
    struct str set, digest;
};

struct gate_digests {
    VEC(struct gate_digest);
};

enum gate_digest_verdict { GATE_DIGEST_UNKNOWN, GATE_DIGEST_EQUAL, GATE_DIGEST_DIFFERS };

/* Of a JSON report of `check`. -1 with a reason. */
int gate_digests_read(struct arena *arena, struct str report, struct gate_digests *ret_digests,
                      struct str *ret_why) MUST_USE;
/* Of the text of a check run; none when it has none. */
void gate_digests_of_text(struct arena *arena, struct str text, struct gate_digests *ret_digests);
/* Asks GitHub; waits for it, so this is for a thread that may. HOST_DONE also when there are none.
 * `name` of the check run, "": the usual one. */
struct host_sent gate_digests_ask(struct host_client *client, struct str commit, struct str name,
                                  struct gate_digests *ret_digests);
enum gate_digest_verdict gate_digest_compare(const struct gate_digests *digests, struct str set,
                                             struct str digest);
