/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of author_of(). */
#pragma once

#include "object/author.h"

/* Adds what is wrong with annotations of our own. */
void author_check_own(struct arena *arena, const struct object *object, struct author *author);
