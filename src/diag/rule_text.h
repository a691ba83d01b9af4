/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rules_*.c write the texts of a rule; id and severity come from the list in rules.h.
 *
 *   RULE(YAML_SYNTAX, .summary = "…", .why = "…", .fix = "…");
 *
 * `why` and `fix` are wrapped by whoever prints them: no line breaks but "\n\n" between paragraphs.
 * `bad` and `good` are complete manifests that end in a line break; a test runs each of them.
 */
#pragma once

#include "diag/diag.h"

#define RULE(name, ...)                                                                            \
    const struct rule rule_text_##name = {                                                         \
        .id = rule_id_##name, .severity = (enum severity)rule_severity_##name, __VA_ARGS__}

#define X(name, text_id, default_severity)                                                         \
    extern const char rule_id_##name[];                                                            \
    extern const struct rule rule_text_##name;                                                     \
    enum { rule_severity_##name = SEVERITY_##default_severity };
TIDEGATE_RULES(X)
#undef X
