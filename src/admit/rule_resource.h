/* SPDX-License-Identifier: Apache-2.0 */
/* Names and amounts of resources: cpu, pods, requests.storage, example.com/gpu. From
 * pkg/apis/core/helper and pkg/apis/core/validation of Kubernetes. */
#pragma once

#include "admit/rule.h"

bool resource_is_standard(struct str name);
bool resource_is_standard_for_quota(struct str name);
bool resource_is_extended(struct arena *arena, struct str name);
bool resource_is_huge_page(struct str name);
/* Only whole numbers of it. */
bool resource_is_integer(struct arena *arena, struct str name);
/* Whether a limit may be more than what is requested. */
bool resource_may_overcommit(struct str name);

/* key: each_key() of a map of quantities. False when something was said. */
bool check_resource_name(struct validating *v, const struct spot *key);
bool check_container_resource_name(struct validating *v, const struct spot *key);
/* An entry of such a map: not negative, and whole where only whole ones are. */
void check_resource_amount(struct validating *v, const struct spot *entry);
/* Of huge pages: whole pages, but for what an update leaves alone. */
void check_huge_page_amount(struct validating *v, const struct spot *entry,
                            const struct quantity *quantity);
/* Requests, limits and claims. has_compute: cpu or memory is there, wherever. */
void check_resources(struct validating *v, const struct spot *spot, bool has_compute);
/* What lists of requests and limits keep: rounded up to thousandths. */
struct quantity amount_rounded(struct quantity quantity);
/* As the server decides it: by thousandths in 64 bits, which overflow. */
bool amount_is_integer(const struct quantity *quantity);
/* A quantity as the server prints it, in quotes: "1500m". */
struct str quantity_shown(struct arena *arena, const struct quantity *quantity);
