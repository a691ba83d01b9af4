/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: relations between the objects of one set. Each check is a const struct in its own file and
 * a row in check_table.c; it sees the whole set and adds findings. Findings here are never the API
 * server's verdict: a server sees one object at a time.
 */
#pragma once

#include "diag/diag.h"
#include "object/object.h"

struct check_input {
    const struct object_set *objects;
    bool declared; /* the set is declared or rendered: applied together for sure */
};

struct check {
    const char *name;
    void (*run)(const struct check_input *input, struct diags *diags);
};

/* Runs all checks of the table. diags->at.set and at.versions are the caller's. */
void check_run(const struct check_input *input, struct diags *diags);
