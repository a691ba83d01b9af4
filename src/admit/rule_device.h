/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what devices have: attributes and capacities. */
#pragma once

#include "admit/rule.h"

/* A C identifier, or one of a domain: example.com/model. What has more slashes is not looked into,
 * as the server does. */
void check_device_name(struct validating *v, const struct spot *spot);
