/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the rules that join objects by labels and names relate files: part of gate_affected.c.
 *
 * An object is live when what is said about it may differ between the sides. Those of the change
 * are, and those that are linked to them (check_links.h). Few rules look further, from a budget
 * over a workload to its autoscaler: so links of labels and workloads are followed for JOINS_LEVELS
 * steps, all others for one. Of a live object all that it is linked to must be read. What is read
 * besides may lack something; it lacks it on both sides.
 *
 *   joins_touch    a changed object is live
 *   joins_meet     an object that was read: whether it is linked to a live one
 *   joins_step     those that were met become live; what they are linked to goes to the search
 */
#pragma once

#include "gate/gate_relations.h"

enum { JOINS_LEVELS = 3 };

struct joins;

struct joins *joins_new(struct arena *arena) MUST_USE RETURNS_NONNULL;
void joins_touch(struct joins *joins, const struct object *object, struct search *search);
void joins_meet(struct joins *joins, const struct object *object);
void joins_step(struct joins *joins, struct search *search);
