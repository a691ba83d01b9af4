/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of check_table.c. */
#pragma once

#include "check/check.h"

extern const struct check check_duplicate;
extern const struct check check_crd_conflict;
