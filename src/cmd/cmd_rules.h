/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of `tidegate rules` share. */
#pragma once

#include "cmd/cmd_internal.h"

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
int rules_explain(struct call *call);
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
