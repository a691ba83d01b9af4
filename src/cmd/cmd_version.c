/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate version`: what this is, and for which Kubernetes versions. */
#include "cmd/cmd_internal.h"
#include "schema/schema.h"

static const struct opt options[] = {COMMON_OPTIONS};

static int run(struct call *call)
{
    struct str text = str_format(call->arena, "tidegate %s (Kubernetes 1.%u to 1.%u)\n",
                                 TIDEGATE_VERSION, schema_minor_min(), schema_minor_max());
    return output_write(text) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

const struct command command_version = {.name = "version",
                                        .summary = "print the version",
                                        .arguments = "",
                                        .options = options,
                                        .args_size = sizeof(struct common_args),
                                        .run = run};
