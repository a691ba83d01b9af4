/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the rules. */
#include "diag/rule_text.h"

#define X(name, text_id, default_severity) RULE(name, .summary = "", .why = "", .fix = "");
TIDEGATE_RULES(X)
#undef X
