/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate schemas list|show|compile`: the API types that tidegate knows. */
#include "schema/schema.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "cmd/cmd_internal.h"
#include "plan/plan.h"

struct schemas_args {
    struct common_args common;
    struct str version;
    struct str folder;
    struct str_list discovery;
};

static const struct opt options[] = {
    {.name = "kubernetes-version",
     .letter = 'k',
     .kind = OPT_TEXT,
     .arg = "MINOR",
     .help = "the version to list or to compile; the newest by default",
     .offset = offsetof(struct schemas_args, version)},
    {.name = "folder",
     .kind = OPT_TEXT,
     .arg = "DIR",
     .help = "compile: folder of the schema text; schemas by default",
     .offset = offsetof(struct schemas_args, folder)},
    {.name = "discovery",
     .kind = OPT_LIST,
     .arg = "FILE",
     .help = "compile: aggregated discovery of a server, which says what is served",
     .offset = offsetof(struct schemas_args, discovery)},
    COMMON_OPTIONS,
};

static int minor_of(const struct schemas_args *args, unsigned *ret_minor)
{
    *ret_minor = schema_minor_max();
    if (!args->version.n || schema_minor_parse(args->version, ret_minor))
        return EXIT_OK;
    return usage_error("Kubernetes %.*s is not supported; choose from 1.%u to 1.%u",
                       STR_FMT(args->version), schema_minor_min(), schema_minor_max());
}

/* ---- list and show ---- */

/* order: kind_state */
static const char *const state_names[] = {"served",  "not served", "later",
                                          "removed", "unknown",    "not in group"};

static struct str group_version(struct arena *arena, const struct kind_info *info)
{
    if (!info->group.n)
        return info->version;
    return str_format(arena, "%.*s/%.*s", STR_FMT(info->group), STR_FMT(info->version));
}

static int list(struct call *call)
{
    unsigned minor;
    int code = minor_of(call->args, &minor);
    if (code != EXIT_OK)
        return code;
    struct schema_view view;
    schema_view_init(&view, call->arena, minor);
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    enum kind_state state;
    struct kind_info info, last = {0};
    for (size_t i = 0; schema_kind_at(&view, i, &state, &info); i++) {
        bool again = str_eq(info.kind, last.kind) && str_eq(info.group, last.group) &&
                     str_eq(info.version, last.version);
        last = info;
        if (again || info.is_list || (state != KIND_SERVED && state != KIND_NOT_SERVED))
            continue;
        struct str gv = group_version(call->arena, &info);
        buf_format(&out, "%-40.*s %-36.*s %-10s %s\n", STR_FMT(gv), STR_FMT(info.kind),
                   info.namespaced ? "namespaced" : "cluster", state_names[state]);
    }
    schema_view_release(&view);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

static void type_write(const struct type *type, struct buf *out)
{
    /* order: type_kind */
    static const char *const words[] = {"any",      "object",        "boolean", "int32",
                                        "int64",    "number",        "string",  "base64",
                                        "quantity", "int or string", "time",    "microtime",
                                        "duration", "list of ",      "map of "};
    if (type->kind == TYPE_STRUCT)
        buf_add(out, type_name(type));
    else
        buf_add_c(out, words[type->kind]);
    if (type->kind == TYPE_LIST || type->kind == TYPE_MAP)
        type_write(type_get(type->element), out);
}

static void field_write(const struct field *field, struct buf *out)
{
    struct str values[32];
    buf_format(out, "  %-32.*s ", STR_FMT(field_name(field)));
    type_write(type_get(field->type), out);
    size_t n = MIN_OF(field_enum(field, values, ARRAY_LEN(values)), ARRAY_LEN(values));
    for (size_t i = 0; i < n; i++)
        buf_format(out, "%s%.*s", i ? "|" : " = ", STR_FMT(values[i]));
    buf_add_char(out, '\n');
}

/* The struct behind lists and maps, so that spec.containers shows a container's fields. */
static const struct type *innermost(const struct type *type)
{
    while (type->kind == TYPE_LIST || type->kind == TYPE_MAP)
        type = type_get(type->element);
    return type;
}

static int show_fields(struct call *call, const struct type *type, unsigned minor)
{
    for (struct str name, rest = call->rest.n > 3 ? call->rest.items[3] : (struct str){0};
         str_split(&rest, '.', &name);) {
        const struct field *field =
            type->kind == TYPE_STRUCT ? type_field(type, name, minor) : NULL;
        if (!field)
            return usage_error("%.*s is no field of %.*s", STR_FMT(name), STR_FMT(type_name(type)));
        type = innermost(type_get(field->type));
    }
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    type_write(type, &out);
    buf_add_char(&out, '\n');
    for (size_t i = 0; type->kind == TYPE_STRUCT && type_field_at(type, i); i++)
        if (field_is_in(type_field_at(type, i), minor))
            field_write(type_field_at(type, i), &out);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

static int show(struct call *call)
{
    unsigned minor;
    int code = minor_of(call->args, &minor);
    if (code != EXIT_OK)
        return code;
    const bool is_diff = call->rest.n == 2 && str_is(call->rest.items[1], "diff");
    if (is_diff || (call->rest.n == 2 && str_is(call->rest.items[1], "report"))) {
        struct buf out SCOPED(buf) = {0};
        buf_init(&out, LIMIT_PAGE_BYTES);
        (is_diff ? plan_json_schema : report_json_schema)(&out);
        return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
    }
    struct str group, version;
    if (call->rest.n < 3 || call->rest.n > 4 ||
        !api_version_split(call->rest.items[1], &group, &version))
        return usage_error(
            "schemas show takes report, diff, or an apiVersion, a kind and a field path, "
            "as in `tidegate schemas show apps/v1 Deployment spec.template`");
    struct schema_view view;
    schema_view_init(&view, call->arena, minor);
    struct kind_info info;
    enum kind_state state = schema_find_kind(&view, group, version, call->rest.items[2], &info);
    schema_view_release(&view);
    if (state != KIND_SERVED && state != KIND_NOT_SERVED)
        return usage_error("Kubernetes 1.%u has no %.*s %.*s", minor, STR_FMT(call->rest.items[1]),
                           STR_FMT(call->rest.items[2]));
    return show_fields(call, type_get(info.type), minor);
}

/* ---- compile ---- */

static const struct node *read_json(struct call *call, struct str path, struct diags *diags,
                                    struct source **ret_source)
{
    struct str text;
    int error = file_read(call->arena, str_to_c(call->arena, path), LIMIT_FILE_BYTES, &text);
    if (error < 0) {
        diag_add(diags, RULE_FILE_UNREADABLE, (struct span){0, 0}, STR(""), "%.*s: %s",
                 STR_FMT(path), strerror(-error));
        return NULL;
    }
    *ret_source = source_new(call->arena, path, text);
    diags->at.source = *ret_source;
    struct doc doc;
    if (doc_read_json(call->arena, *ret_source, diags, &doc) < 0)
        return NULL;
    return doc.root;
}

static int compile_into(struct call *call, struct diags *diags)
{
    const struct schemas_args *args = call->args;
    struct schema_input input = {0};
    struct source *ignored;
    input.openapi = read_json(call, call->rest.items[1], diags, &input.source);
    if (!input.openapi)
        return -1;
    for (size_t i = 0; i < args->discovery.n; i++)
        if (!(input.discovery[i] = read_json(call, args->discovery.items[i], diags, &ignored)))
            return -1;
    struct str version = args->version;
    uint64_t minor;
    if (str_starts(version, STR("1.")))
        version = str_from_offset(version, 2);
    if (number_parse_u64(version, &minor) < 0 || minor > 63) {
        diag_add(diags, RULE_CONFIG_VALUE, (struct span){0, 0}, STR(""),
                 "--kubernetes-version must name the minor to compile, as 1.37");
        return -1;
    }
    input.minor = (unsigned)minor;
    const char *folder = args->folder.n ? str_to_c(call->arena, args->folder) : "schemas";
    return schema_compile(call->arena, &input, folder, diags);
}

static int compile(struct call *call)
{
    const struct schemas_args *args = call->args;
    if (call->rest.n != 2 || !args->version.n || args->discovery.n > 2)
        return usage_error("schemas compile takes --kubernetes-version, one OpenAPI v2 file and at "
                           "most two --discovery files");
    struct diags diags SCOPED(diags) = {0};
    int result = compile_into(call, &diags);
    if (diags.n)
        output_findings(&diags, &args->common);
    return result < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}

static int run(struct call *call)
{
    static const struct {
        const char *name;
        int (*run)(struct call *call);
    } verbs[] = {{"list", list}, {"show", show}, {"compile", compile}};
    for (size_t i = 0; call->rest.n && i < ARRAY_LEN(verbs); i++)
        if (str_is(call->rest.items[0], verbs[i].name))
            return verbs[i].run(call);
    return usage_error("schemas takes one of list, show, compile");
}

const struct command command_schemas = {
    .name = "schemas",
    .summary = "list or show the API types that are known, or add a Kubernetes version",
    .arguments = "list|show|compile",
    .examples = "  tidegate schemas list --kubernetes-version 1.34\n"
                "  tidegate schemas show apps/v1 Deployment spec.template.spec.containers\n"
                "  tidegate schemas show report\n"
                "  tidegate schemas compile --kubernetes-version 1.37 openapi-v2.json\n",
    .options = options,
    .args_size = sizeof(struct schemas_args),
    .run = run,
};
