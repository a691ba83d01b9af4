/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a label selector picks out labels, as LabelSelectorAsSelector of apimachinery reads it.
 */
#pragma once

#include "admit/rule.h"

enum selection {
    SELECTION_MATCHES,
    SELECTION_DIFFERS,
    SELECTION_BROKEN, /* no selector: the rules on selectors have said why */
};

/* Labels, with those that the server adds to the Pods of a Job. */
struct label_set {
    const struct node *map; /* NULL: none */
    struct str job;         /* the Job's name; .p NULL: nothing is added */
    bool any_uid;           /* the Job is there already: its uid may be the one that is written */
};

/* An absent selector picks nothing, an empty one everything. */
enum selection selector_match(const struct node *selector, const struct label_set *labels);
/* A map of labels that must all be there, as ReplicationControllers have. */
bool selector_map_matches(const struct node *map, const struct node *labels);

/* Labels with the name and with the uid of the Job, the old ones first. */
extern const char *const job_name_labels[2];
extern const char *const job_uid_labels[2];
