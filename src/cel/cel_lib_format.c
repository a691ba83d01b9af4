/* SPDX-License-Identifier: Apache-2.0 */
/* Named formats, which the environment was given. */
#include "cel/cel_internal.h"
#include "cel/cel_rows.h"

static const struct cel_type format_type = {.kind = CEL_STRUCT,
                                            .name = {"kubernetes.NamedFormat", 22}};
static const struct cel_type *const optional_format_params[] = {&format_type};
static const struct cel_type optional_format = {
    .kind = CEL_OPTIONAL, .n = 1, .name = {"optional_type", 13}, .params = optional_format_params};
LIST_OF(list_string, STRING);
static const struct cel_type *const optional_list_params[] = {&list_string};
static const struct cel_type optional_list = {
    .kind = CEL_OPTIONAL, .n = 1, .name = {"optional_type", 13}, .params = optional_list_params};

static bool equal(const void *a, const void *b)
{
    const struct cel_format *one = a;
    const struct cel_format *other = b;
    return str_is(str_from(one->long_name), other->long_name);
}

/* What calls to validate cost. */
static uint64_t pattern_size(const void *data)
{
    const struct cel_format *format = data;
    return format->pattern_size;
}

static void print(struct buf *out, const void *data)
{
    const struct cel_format *format = data;
    buf_format(out, "format.%s()", format->name);
}

static const struct cel_class format_class = {
    .type = &format_type, .equal = equal, .size = pattern_size, .format = print, .mixes = true};

static const struct cel_env_options *options_of(const struct cel_run *run)
{
    return &run->machine->program->env->options;
}

static const struct cel_format *find(const struct cel_run *run, struct str name)
{
    const struct cel_env_options *options = options_of(run);
    for (size_t i = 0; i < options->format_count; i++)
        if (str_is(name, options->formats[i].name))
            return &options->formats[i];
    return NULL;
}

static struct cel_value unknown(struct cel_run *run)
{
    return cel_unknown(run, "named formats are not known here");
}

static struct cel_value get(struct cel_run *run, const char *name)
{
    const struct cel_format *format = find(run, str_from(name));
    return format ? cel_opaque(&format_class, format) : unknown(run);
}

/* apiserver/pkg/cel/library/format.go, ConstantFormats. */
#define FORMATS(X)                                                                                 \
    X(dns1123Label)                                                                                \
    X(dns1123Subdomain)                                                                            \
    X(dns1035Label)                                                                                \
    X(qualifiedName)                                                                               \
    X(dns1123LabelPrefix)                                                                          \
    X(dns1123SubdomainPrefix)                                                                      \
    X(dns1035LabelPrefix)                                                                          \
    X(labelValue)                                                                                  \
    X(uri)                                                                                         \
    X(uuid)                                                                                        \
    X(byte)                                                                                        \
    X(date)                                                                                        \
    X(datetime)

#define FORMAT_FUNCTION(name)                                                                      \
    static struct cel_value get_##name(struct cel_run *run, const struct cel_value *args,          \
                                       size_t n)                                                   \
    {                                                                                              \
        (void)args;                                                                                \
        (void)n;                                                                                   \
        return get(run, #name);                                                                    \
    }
FORMATS(FORMAT_FUNCTION)

static struct cel_value named(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    if (options_of(run)->format_count == 0)
        return unknown(run);
    const struct cel_format *format = find(run, cel_text(args[0]));
    return format ? cel_optional(run, cel_opaque(&format_class, format)) : cel_none();
}

static struct cel_value validate(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const struct cel_format *format = args[0].data;
    struct cel_reasons reasons = {.arena = run->arena};
    format->validate(cel_text(args[1]), &reasons);
    if (reasons.n == 0)
        return cel_none();
    struct cel_value list = cel_list_new(run, reasons.n);
    for (size_t i = 0; i < reasons.n; i++)
        list = cel_list_add(run, list, cel_string(reasons.items[i]));
    return cel_optional(run, list);
}

#define FORMAT_ROW(name)                                                                           \
    {"format." #name, "format." #name,      0, NO_PARAMS, &format_type,                            \
     get_##name,      .cost = &cel_cost_one},

static const struct cel_function rows[] = {{"validate", "format-validate", CEL_MEMBER,
                                            PARAMS(&format_type, STRING), &optional_list, validate,
                                            .cost = &cel_cost_validate},
                                           {"format.named", "format-named", 0, PARAMS(STRING),
                                            &optional_format, named, .cost = &cel_cost_one},
                                           FORMATS(FORMAT_ROW)};

static const struct cel_type *const types[] = {&format_type, NULL};

const struct cel_library cel_lib_format = {"kubernetes.format", 31, 0, LIBRARY_ROWS(rows), types};
