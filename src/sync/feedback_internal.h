/* SPDX-License-Identifier: Apache-2.0 */
/* What a note is, and how one is sent. */
#pragma once

#include "host/host_deployment.h"
#include "sync/feedback.h"

enum feedback_lane { LANE_STATUS, LANE_DEPLOYMENT, LANES };

struct note {
    struct note *next;
    struct arena arena; /* of its texts */
    enum feedback_lane lane;
    struct str commit, set, words;
    bool is_whole; /* of the commit, not of a set */
    enum host_commit_state state;
    enum host_deployment_state deployment_state;
    struct str deployment; /* its path, once there is one */
    struct str older;      /* that of the set's last commit, which a success ends */
    uint64_t born_ms;
};

/* Texts that stay as long as the thread. */
struct feedback_place {
    struct host host;
    struct str token_file, cluster, environment, page_url, user_agent, ca_bundle;
    bool deployments, is_production;
};

/* "tidegate/CLUSTER/SET" */
struct str feedback_context(struct arena *arena, struct str cluster, const struct note *note);
/* One line, without control characters, without the token. */
struct str feedback_words(struct arena *arena, const struct host *host, struct str words);
/* What an attempt is to a forge. False: nothing that is worth telling in this lane. */
bool feedback_translate(const struct set_attempt *attempt, enum feedback_lane lane,
                        struct note *note);
struct host_sent feedback_send(struct host_client *client, const struct feedback_place *place,
                               struct note *note);
