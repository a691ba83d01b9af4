/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate init`: a commented configuration. Never overwrites. */
#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_internal.h"
#include "config/config.h"

static const struct opt options[] = {COMMON_OPTIONS};

static int run(struct call *call)
{
    const struct common_args *args = call->args;
    for (size_t i = 0; i < ARRAY_LEN(config_file_names); i++) {
        struct file_info info;
        if (file_stat(config_file_names[i], &info) == 0)
            return usage_error("%s is here already; it was left as it is", config_file_names[i]);
    }
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, LIMIT_CONFIG_BYTES);
    config_write_template(&text);
    int error = file_create(config_file_names[0], buf_str(&text));
    if (error < 0)
        return world_error("%s can't be written: %s", config_file_names[0], strerror(-error));
    if (!args->quiet)
        fprintf(stderr, "wrote %s; `tidegate check` uses it from now on\n", config_file_names[0]);
    return EXIT_OK;
}

const struct command command_init = {.name = "init",
                                     .summary = "write a commented tidegate.yaml",
                                     .arguments = "",
                                     .options = options,
                                     .args_size = sizeof(struct common_args),
                                     .run = run};
