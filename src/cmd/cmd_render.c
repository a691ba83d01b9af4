/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate render`: the objects of the sets, as they are judged and applied. */
#include "base/limits.h"
#include "base/suggest.h"
#include "cmd/cmd_internal.h"
#include "config/config.h"

struct render_args {
    struct common_args common;
    bool all, staged, digest;
    struct str head, config, format;
    struct str_list sets, versions;
};

#define AT(member) .offset = offsetof(struct render_args, member)

static const struct opt options[] = {
    {.name = "all",
     .letter = 'a',
     .kind = OPT_FLAG,
     AT(all),
     .help = "of the whole work tree; the default"},
    {.name = "staged", .kind = OPT_FLAG, AT(staged), .help = "of the index"},
    {.name = "head", .kind = OPT_TEXT, .arg = "REV", AT(head), .help = "of a revision"},
    {.name = "set",
     .kind = OPT_LIST,
     .arg = "NAME",
     AT(sets),
     .help = "only this set; may be repeated"},
    {.name = "format",
     .letter = 'f',
     .kind = OPT_CHOICE,
     .arg = "FORMAT",
     .choices = "yaml|json",
     AT(format),
     .help = "form of the objects; a stream of YAML by default"},
    {.name = "digest",
     .kind = OPT_FLAG,
     AT(digest),
     .help = "print a line a set with the digest of its objects, as in check's JSON report"},
    {.name = "kubernetes-version",
     .letter = 'k',
     .kind = OPT_LIST,
     .arg = "MINOR",
     AT(versions),
     .help = "Kubernetes version that charts are rendered for, as 1.36"},
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(config),
     .help = "configuration; tidegate.yaml or .tidegate.yaml at the top by default"},
    COMMON_OPTIONS,
};

/* One run's objects on their way out. */
struct printing {
    struct arena *arena;
    const struct render_args *args;
    const struct verdict *verdict;
    struct diags places; /* of each object, in order */
    size_t object;       /* number of the next */
    size_t hidden;       /* with values that are not shown */
    size_t unknown;      /* with values that are not known */
    struct buf out;
};

static bool is_wanted(const struct render_args *args, const struct verdict_set *set)
{
    if (!set->objects.n && !set->objects.name.n)
        return false;
    for (size_t i = 0; i < args->sets.n; i++)
        if (str_eq(args->sets.items[i], set->objects.name))
            return true;
    return args->sets.n == 0;
}

/* For people; in JSON the name is as it is. */
static struct str shown_name(const struct printing *printing, const struct verdict_set *set)
{
    return set->objects.name.n ? diag_escape(printing->arena, set->objects.name)
                               : STR("(of no set)");
}

/* ---- where objects are from ---- */

static void add_place(struct printing *printing, const struct object *object)
{
    const struct lookup kind = path_find(object->root, STR("kind"));
    printing->places.at = (struct diag_at){.source = object->source};
    diag_add(&printing->places, RULE_RENDER_FAILED,
             kind.value ? node_span(kind.value) : node_span(object->root), STR("kind"), "%s", "");
}

static int find_places(struct printing *printing, struct gate_result *gate)
{
    for (size_t s = 0; s < printing->verdict->sets.n; s++) {
        const struct object_set *objects = &printing->verdict->sets.items[s].objects;
        for (size_t i = 0; i < objects->n; i++)
            add_place(printing, &objects->items[i]);
    }
    return gate_find_origins(gate, &printing->places);
}

struct from {
    struct str path;
    uint32_t line; /* 0: not known */
};

/* A finding without a place of its own is about the overlay as a whole, at its start. */
static struct from place_of(const struct printing *printing, size_t object)
{
    if (object >= printing->places.n)
        return (struct from){0};
    const struct diag *diag = &printing->places.items[object];
    struct from from = {.path = diag->source->path};
    if (diag->span.end)
        from.line = source_place(diag->source, diag->span.start).line;
    return from;
}

/* ---- objects ---- */

static const struct node *shown(struct printing *printing, const struct object *object)
{
    bool hidden;
    const struct node *copy = object_copy_masked(printing->arena, object, &hidden);
    printing->hidden += hidden;
    printing->unknown += object->unknowns;
    return copy;
}

static void print_yaml(struct printing *printing, const struct verdict_set *set)
{
    for (size_t i = 0; i < set->objects.n; i++, printing->object++) {
        const struct from from = place_of(printing, printing->object);
        const struct str path = diag_escape(printing->arena, from.path);
        buf_format(&printing->out, "---\n# set: %.*s\n# source: %.*s",
                   STR_FMT(shown_name(printing, set)), STR_FMT(path));
        if (from.line)
            buf_format(&printing->out, ":%u", from.line);
        buf_add_char(&printing->out, '\n');
        doc_write_yaml(&printing->out, shown(printing, &set->objects.items[i]));
    }
}

static void write_object(struct printing *printing, struct jsonw *json, const struct object *object)
{
    const struct from from = place_of(printing, printing->object++);
    jsonw_open_map(json);
    jsonw_put_text(json, "source", from.path);
    if (from.line)
        jsonw_put_i64(json, "line", from.line);
    jsonw_key(json, "object");
    doc_write_json(&printing->out, shown(printing, object), 0);
    json->after_key = false;
    json->need_comma = true;
    jsonw_close_map(json);
}

static void print_json(struct printing *printing)
{
    struct jsonw json = {.out = &printing->out, .indent = 2};
    jsonw_open_map(&json);
    jsonw_key(&json, "sets");
    jsonw_open_list(&json);
    for (size_t s = 0; s < printing->verdict->sets.n; s++) {
        const struct verdict_set *set = &printing->verdict->sets.items[s];
        if (!is_wanted(printing->args, set)) {
            printing->object += set->objects.n;
            continue;
        }
        jsonw_open_map(&json);
        jsonw_put_text(&json, "name", set->objects.name);
        jsonw_put_text(&json, "digest", set->digest);
        jsonw_key(&json, "objects");
        jsonw_open_list(&json);
        for (size_t i = 0; i < set->objects.n; i++)
            write_object(printing, &json, &set->objects.items[i]);
        jsonw_close_list(&json);
        jsonw_close_map(&json);
    }
    jsonw_close_list(&json);
    jsonw_close_map(&json);
    buf_add_char(&printing->out, '\n');
}

static void print_sets(struct printing *printing)
{
    for (size_t s = 0; s < printing->verdict->sets.n; s++) {
        const struct verdict_set *set = &printing->verdict->sets.items[s];
        if (!is_wanted(printing->args, set))
            printing->object += set->objects.n;
        else if (printing->args->digest)
            buf_format(&printing->out, "%.*s  %.*s\n", STR_FMT(set->digest),
                       STR_FMT(shown_name(printing, set)));
        else
            print_yaml(printing, set);
    }
}

/* ---- findings ---- */

/* What keeps objects from being there; what is wrong with them is for `check` to say. */
static bool is_about_rendering(const struct diag *diag)
{
    static const char *const families[] = {"render/", "limit/",  "yaml/",    "io/",
                                           "file/",   "config/", "document/"};
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_starts(str_from(diag->rule->id), str_from(families[i])))
            return diag->state != DIAG_SUPPRESSED;
    return false;
}

static void keep_findings(struct gate_result *gate)
{
    struct diags *diags = &gate->diags;
    size_t n = 0;
    for (size_t i = 0; i < diags->n; i++) {
        if (!is_about_rendering(&diags->items[i]))
            continue;
        diags->items[n] = diags->items[i];
        diags->items[n++].state = DIAG_NEW; /* a revision is its own base here */
    }
    diags->n = n;
}

static int exit_code(const struct gate_result *gate)
{
    const int code = gate->report.exit_code;
    const enum severity fail_on = gate_config(gate)->fail_on;
    if (code == EXIT_USAGE || code == EXIT_NOT_EVALUATED || code == EXIT_NOTHING ||
        code == EXIT_INTERNAL)
        return code;
    if (fail_on != SEVERITY_OFF && diags_worst(&gate->diags) >= fail_on)
        return EXIT_FINDINGS;
    return EXIT_OK;
}

/* ---- the run ---- */

static int no_such_set(const struct printing *printing, struct str name)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    const struct str quoted = diag_quote(printing->arena, name);
    for (size_t i = 0; i < printing->verdict->sets.n; i++)
        suggest_offer(&suggest, printing->verdict->sets.items[i].objects.name);
    if (suggest.best.n)
        return usage_error("there is no set '%.*s'; did you mean '%.*s'?", STR_FMT(quoted),
                           STR_FMT(suggest.best));
    return usage_error("there is no set '%.*s'; `tidegate render --digest` lists them",
                       STR_FMT(quoted));
}

static int check_names(const struct printing *printing)
{
    for (size_t i = 0; i < printing->args->sets.n; i++) {
        bool found = false;
        for (size_t s = 0; s < printing->verdict->sets.n && !found; s++)
            found = str_eq(printing->verdict->sets.items[s].objects.name,
                           printing->args->sets.items[i]);
        if (!found)
            return no_such_set(printing, printing->args->sets.items[i]);
    }
    return EXIT_OK;
}

static void tell(const struct printing *printing)
{
    if (printing->args->common.quiet)
        return;
    if (printing->hidden)
        output_tell("values of %zu object%s are secret and not shown", printing->hidden,
                    printing->hidden == 1 ? "" : "s");
    if (printing->unknown)
        output_tell("%zu object%s ha%s values that are not known: variables stand in their place",
                    printing->unknown, printing->unknown == 1 ? "" : "s",
                    printing->unknown == 1 ? "s" : "ve");
}

static int print(struct call *call, struct gate_result *gate)
{
    const struct render_args *args = call->args;
    struct arena arena SCOPED(arena) = {0};
    struct printing printing = {.arena = &arena, .args = args, .verdict = gate_head(gate)};
    int code = printing.verdict ? check_names(&printing) : exit_code(gate);
    if (printing.verdict && code == EXIT_OK) {
        buf_init(&printing.out, LIMIT_REPORT_BYTES);
        if (find_places(&printing, gate) < 0)
            code = EXIT_NOT_EVALUATED;
        else if (!args->digest && str_is(args->format, "json"))
            print_json(&printing);
        else
            print_sets(&printing);
        if (code == EXIT_OK && printing.out.full)
            code = world_error("the objects have more than %d MiB", LIMIT_REPORT_BYTES >> 20);
        else if (code == EXIT_OK)
            code = output_verbatim(&printing.out) < 0 ? EXIT_NOT_REPORTED : exit_code(gate);
        tell(&printing);
        buf_release(&printing.out);
    }
    diags_release(&printing.places);
    return code;
}

static const char *conflict(const struct render_args *args, const struct str_list *paths)
{
    const struct {
        bool is;
        const char *says;
    } conflicts[] = {
        {args->all && args->staged, "--all and --staged exclude each other"},
        {args->all && args->head.n, "--all and --head exclude each other"},
        {args->staged && args->head.n, "--staged renders the index; leave out --head"},
        {args->head.p && !args->head.n, "--head is empty; leave it out, or name a revision"},
        {args->digest && str_is(args->format, "json"),
         "--digest prints lines; leave out --format json, which has the digests too"},
        {paths->n == 1 && str_is(paths->items[0], "-"),
         "- is no set to render; give files or folders"},
    };
    for (size_t i = 0; i < ARRAY_LEN(conflicts); i++)
        if (conflicts[i].is)
            return conflicts[i].says;
    return NULL;
}

static int run(struct call *call)
{
    const struct render_args *args = call->args;
    const char *problem = conflict(args, &call->rest);
    struct progress progress;
    struct gate_result gate;
    if (problem)
        return usage_error("%s", problem);
    progress_init(&progress, args->common.quiet);
    /* A revision is compared with itself: everything of it is read, and nothing else. */
    const struct gate_options options_of_gate = {.paths = call->rest,
                                                 .all = !args->staged && !args->head.n,
                                                 .staged = args->staged,
                                                 .base = args->head,
                                                 .head = args->head,
                                                 .whole = true,
                                                 .config = args->config,
                                                 .versions = args->versions,
                                                 .digests = true,
                                                 .missing_schema = STR("skip"),
                                                 .no_snapshot = true,
                                                 .progress = progress_show,
                                                 .progress_ctx = &progress};
    gate_run(&options_of_gate, &gate);
    progress_end(&progress);
    keep_findings(&gate);
    const int code = print(call, &gate);
    if (gate.diags.n)
        output_findings(&gate.diags, &args->common);
    gate_result_release(&gate);
    return code;
}

const struct command command_render = {
    .name = "render",
    .summary = "print the objects of the sets, after overlays, charts and variables",
    .arguments = "[PATH…]",
    .about =
        "What check judges and what would be applied: files, what kustomize and helm make of\n"
        "overlays and charts, and what Flux and Argo CD would fill in. Each object says which set\n"
        "and which source it is from. Values of Secrets are not shown; that they are there is.\n"
        "Nothing is sent anywhere.\n"
        "\n"
        "Exit codes: 0 all is rendered, 1 something can't be, 2 usage or configuration, 3 no\n"
        "manifest found, 4 something could not be evaluated, 5 the objects could not be written.\n",
    .examples = "  tidegate render overlays/prod\n"
                "  tidegate render --set web@clusters/prod --head v1.4.0\n"
                "  tidegate render --digest\n",
    .options = options,
    .args_size = sizeof(struct render_args),
    .run = run,
};
