/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of `tidegate rules` share. */
#pragma once

#include "cmd/cmd_internal.h"

struct rules_args {
    struct common_args common;
    struct str version;
    bool explain;
};

/* A verb's own argument counts from call->rest.items[1]. */
int rules_eval(struct call *call);

/* cmd_rules.c: the minor of --kubernetes-version, or the newest. EXIT_OK or EXIT_USAGE. */
int rules_minor(const struct rules_args *args, unsigned *ret_minor) MUST_USE;
/* A file, or standard input for "-". EXIT_OK, or an exit code that has been told. */
int rules_read(struct call *call, struct str path, struct source **ret_source) MUST_USE;
