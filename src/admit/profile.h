/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server was started with: `cluster:` of tidegate.yaml, ready for the rules. NULL is a
 * default server wherever a profile is asked for.
 *
 *   profile_check(&config, &diags);                  // once: names that no server knows
 *   profile_read(&arena, &config.cluster, &profile); // silent
 *   struct admit_ctx ctx = {.view = view, .profile = &profile, …};
 *
 * Rules ask v_gate() and v_plugin() of rule.h. Lives in the arena that it was read with.
 */
#pragma once

#include "config/config.h"
#include "schema/plugins.h"

struct cidr;

enum profile_gate { PROFILE_GATE_DEFAULT, PROFILE_GATE_OFF, PROFILE_GATE_ON };

struct profile {
    uint8_t *gates;      /* enum profile_gate by the gate's place in rule_gates; NULL: defaults */
    uint32_t first_port; /* of nodes, for Services; 0: any */
    uint32_t last_port;
    struct cidr *service_cidrs;
    size_t service_cidr_count; /* 0: any */
    bool no_privileged;
    uint64_t plugins; /* bits of enum plugin that are not as by default */
};

void profile_read(struct arena *arena, const struct config_cluster *cluster,
                  struct profile *ret_profile);
/* Gates that no server knows are mistakes: -1 with findings. Those that one of the versions doesn't
 * know, or can't change, are warned of. */
int profile_check(const struct config *config, struct diags *diags) MUST_USE;

/* Whether a gate is on, by its place in rule_gates; settings a server would not start with don't
 * count. */
bool profile_gate_is_on(const struct profile *profile, size_t gate, unsigned minor);
bool profile_has_plugin(const struct profile *profile, enum plugin plugin);
/* Place in rule_gates; false when no server knows the name. */
bool gate_find(struct str name, size_t *ret_gate);
