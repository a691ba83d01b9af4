/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule of tidegate as a ValidatingAdmissionPolicy: what the files share.
 *
 *   cmd_rules_export.c   the command, and what the two manifests have
 *   rules_export_match.c match: kinds, namespaces, labels
 *   rules_export_expr.c  expressions, params, the variables of workloads
 */
#pragma once

#include "cmd/cmd_rules.h"
#include "schema/schema.h"

enum export_pod {
    EXPORT_POD,
    EXPORT_METADATA,
    EXPORT_CONTAINERS,
    EXPORT_ALL,
    EXPORT_PATH,
    EXPORT_POD_COUNT
};

struct exporting {
    struct arena *arena; /* borrowed: manifests live here */
    const struct rule_file *rule;
    const struct schema_view *view;
    bool uses_params;
    bool uses_pod[EXPORT_POD_COUNT];
    struct str refused; /* why it can't be done; "": it can */
};

void export_refuse(struct exporting *exporting, const char *fmt, ...) PRINTF(2, 3);

/* ---- match ---- */

struct node *export_constraints(struct exporting *exporting);
/* NULL: there are none. */
struct node *export_conditions(struct exporting *exporting);

/* ---- expressions ---- */

/* As a server understands it; says what it uses. */
struct str export_expression(struct exporting *exporting, struct str text);
/* The variables that stand for what servers do not have, before those of the rule. Of all
 * expressions, so last. */
void export_variables(struct exporting *exporting, struct node *list);
void export_add_variable(struct exporting *exporting, struct node *list, struct str name,
                         struct str expression);
