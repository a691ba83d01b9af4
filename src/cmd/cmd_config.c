/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate config show|validate|schema`: the configuration as tidegate understands it. */
#include "config/config.h"

#include "admit/profile.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_internal.h"

struct config_args {
    struct common_args common;
    struct str file;
};

static const struct opt options[] = {
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     .help = "the file; tidegate.yaml or .tidegate.yaml in this folder by default",
     .offset = offsetof(struct config_args, file)},
    COMMON_OPTIONS,
};

int config_load(struct call *call, struct str file, struct diags *diags, struct config *ret_config)
{
    config_init(ret_config, call->arena);
    struct str path = file;
    struct str text;
    int error = -ENOENT;
    if (path.n)
        error = file_read(call->arena, str_to_c(call->arena, path), LIMIT_CONFIG_BYTES, &text);
    for (size_t i = 0; !path.n && error == -ENOENT && i < ARRAY_LEN(config_file_names); i++) {
        error = file_read(call->arena, config_file_names[i], LIMIT_CONFIG_BYTES, &text);
        if (error != -ENOENT)
            path = str_from(config_file_names[i]);
    }
    if (error == -ENOENT && !file.n)
        return EXIT_OK;
    if (error < 0)
        return usage_error("%.*s can't be read: %s", STR_FMT(path), strerror(-error));
    struct source *source = source_new(call->arena, path, text);
    diags->at.source = source;
    if (config_read(call->arena, source, diags, ret_config) < 0 ||
        profile_check(ret_config, diags) < 0)
        return EXIT_USAGE;
    return EXIT_OK;
}

static int show(struct call *call, bool print)
{
    const struct config_args *args = call->args;
    struct diags diags SCOPED(diags) = {0};
    struct config config;
    int code = config_load(call, args->file, &diags, &config);
    diags_sort(&diags);
    if (diags.n)
        output_findings(&diags, &args->common);
    if (code != EXIT_OK)
        return code;
    if (!print) {
        if (!args->common.quiet)
            fputs(config.source ? "ok  the configuration is valid\n"
                                : "ok  there is no configuration here; the defaults are used\n",
                  stderr);
        return EXIT_OK;
    }
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_CONFIG_BYTES);
    config_write(&config, &out);
    return output_verbatim(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

static int run(struct call *call)
{
    struct str verb = call->rest.n ? call->rest.items[0] : (struct str){0};
    if (call->rest.n == 1 && str_is(verb, "show"))
        return show(call, true);
    if (call->rest.n == 1 && str_is(verb, "validate"))
        return show(call, false);
    if (call->rest.n != 1 || !str_is(verb, "schema"))
        return usage_error("config takes one of show, validate, schema");
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_CONFIG_BYTES);
    config_write_json_schema(&out);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

const struct command command_config = {
    .name = "config",
    .summary = "show or validate the configuration, or print its JSON Schema",
    .arguments = "show|validate|schema",
    .options = options,
    .args_size = sizeof(struct config_args),
    .run = run,
};
