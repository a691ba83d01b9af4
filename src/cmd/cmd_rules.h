/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of `tidegate rules` share. */
#pragma once

#include "cmd/cmd_internal.h"
#include "pack/rule_file.h"

struct config;

struct rules_args {
    struct common_args common;
    struct str version, config, format, actions;
    struct str_list packs, policies;
    bool explain;
};

/* Verbs; their own arguments count from call->rest.items[1]. */
int rules_eval(struct call *call);
int rules_test(struct call *call);
int rules_list(struct call *call);
int rules_export(struct call *call);

/* cmd_rules.c: the minor of --kubernetes-version, or the newest. EXIT_OK or EXIT_USAGE. */
int rules_minor(const struct rules_args *args, unsigned *ret_minor) MUST_USE;
/* A file, or standard input for "-". EXIT_OK, or an exit code that has been told. */
int rules_read(struct call *call, struct str path, struct source **ret_source) MUST_USE;

/* cmd_rules_files.c */

/* The configuration of --config, or of this folder. EXIT_OK, or an exit code that has been told. */
int rules_config(struct call *call, struct config *ret_config) MUST_USE;
/* A file, or all YAML files of a folder and below. EXIT_OK, or an exit code that has been told. */
int rules_collect(struct call *call, struct str path, struct str_list *files) MUST_USE;
/* Files with policies of the repository: of the configuration and of --policy. */
int rules_own_files(struct call *call, const struct config *config,
                    struct str_list *files) MUST_USE;

/* cmd_rules_own.c: rules and policies of the repository. */
struct rules_own_rule {
    struct rule rule;
    struct source *source;
    bool is_policy;        /* a ValidatingAdmissionPolicy: there is no file */
    struct rule_file file; /* as it was read */
};
struct rules_own {
    VEC(struct rules_own_rule);
};
/* EXIT_OK, or an exit code that has been told. */
int rules_own_read(struct call *call, const struct config *config,
                   struct rules_own *ret_own) MUST_USE;
const struct rules_own_rule *rules_own_find(const struct rules_own *own, struct str id);
/* Says that there is no such rule, and which was meant: EXIT_USAGE. */
int rules_unknown(struct call *call, const struct rules_own *own, struct str id);
/* cmd_explain.c: explains the rules that are named from the first on, or lists them. The args are
 * struct rules_args. */
int rules_explain_from(struct call *call, size_t first);
