/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the checks of room check relate files, in words to look for: part of gate_affected.c, which
 * asks in this order and reads what was found in between:
 *
 *   relations_touch   what the change's own objects bear on
 *   relations_need    what objects that were read refer to
 *   relations_ask     where it matters whether there is any object of a kind: names that nobody of
 *                     those read declares, and kinds that the change adds to or takes from
 *   relations_gather  what must be counted together: all of a namespace that is missing, or that
 *                     has a quota
 *   relations_turn    places where the change made the first, or took the last, object of a kind:
 *                     all that refers to the kind there may be told about now
 */
#pragma once

#include "check/check.h"
#include "gate/gate_internal.h"
#include "gate/gate_words.h"

struct relations;

struct relations *relations_new(struct arena *arena,
                                const struct gate_sides *sides) MUST_USE RETURNS_NONNULL;

/* An object of a file of one side, and where it stands. */
struct related {
    const struct object *object;
    const struct gate_side *side;
    const struct manifest *manifest;
};

void relations_touch(struct relations *relations, const struct related *related,
                     struct search *search);
/* Whether a policy was declared: then what it needs may be in any file. */
bool relations_has_policies(const struct relations *relations);
void relations_need(struct relations *relations, const struct related *related,
                    struct search *search);
/* Remembers what is declared, of all that was read. Then ask, of all that was read. */
void relations_declare(struct relations *relations, const struct related *related);
void relations_ask(struct relations *relations, const struct related *related);
/* Whether a file is one that was asked for. */
bool relations_asked(struct relations *relations, const struct manifest *manifest,
                     const struct words *words);
void relations_gather(struct relations *relations, const struct related *related,
                      struct search *search);
/* Forgets what was declared, so that it can be told again. */
void relations_forget(struct relations *relations);
/* Whether there are such places. */
bool relations_turn(struct relations *relations);
bool relations_turned(struct relations *relations, const struct manifest *manifest,
                      const struct words *words);
