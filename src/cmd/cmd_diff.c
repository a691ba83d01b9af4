/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate diff`: what has to change. */
#include <sys/random.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "cmd/connect.h"
#include "cmd/range.h"
#include "plan/plan.h"
#include "plan/probe.h"

struct diff_args {
    struct common_args common;
    struct str base, head, config, config_from, format, field_manager;
    bool staged, live, no_render, exit_code, allow_fetch, require_dry_run_only;
    struct str_list versions, crds, outputs;
    int64_t jobs;
    struct connect_args connect;
    struct str snapshot, snapshot_max_age;
};

static const struct {
    const char *name;
    void (*write)(const struct plan *plan, const struct report_options *options, struct buf *out);
} writers[] = {
    {"text", plan_write_text},
    {"json", plan_write_json},
    {"markdown", plan_write_markdown},
};

static const char formats[] = "text|json|markdown";

#define AT(member) .offset = offsetof(struct diff_args, member)

static const struct opt options[] = {
    {.name = "base",
     .kind = OPT_TEXT,
     .arg = "REV",
     AT(base),
     .help = "compare with this revision instead of a cluster; AUTO finds it as in CI"},
    {.name = "head",
     .kind = OPT_TEXT,
     .arg = "REV",
     AT(head),
     .help = "with a base: revision that is wanted, or WORK for the work tree; HEAD by default"},
    {.name = "staged",
     .kind = OPT_FLAG,
     AT(staged),
     .help = "compare the index with HEAD instead of a cluster"},
    {.name = "live",
     .kind = OPT_FLAG,
     AT(live),
     .help =
         "with --base or --staged: what that change does to a cluster; naming a cluster says so "
         "too"},
    CONNECT_OPTIONS(struct diff_args, connect),
    {.name = "snapshot",
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(snapshot),
     .help = "compare with a cluster as `tidegate cluster export` saw it, and ask none"},
    {.name = "snapshot-max-age",
     .kind = OPT_TEXT,
     .arg = "AGE",
     AT(snapshot_max_age),
     .help = "how old that may be, as 12h; 7d by default"},
    {.name = "require-dry-run-only",
     .kind = OPT_FLAG,
     .help = "stop unless the cluster denies this identity real writes (4)",
     AT(require_dry_run_only)},
    {.name = "field-manager",
     .kind = OPT_TEXT,
     .arg = "NAME",
     AT(field_manager),
     .help = "who applies, for conflicts with others; tidegate by default"},
    {.name = "format",
     .letter = 'f',
     .kind = OPT_CHOICE,
     .arg = "FORMAT",
     .choices = formats,
     AT(format),
     .help = "form of the difference on standard output"},
    {.name = "output",
     .letter = 'o',
     .kind = OPT_LIST,
     .arg = "FORMAT=FILE",
     AT(outputs),
     .help = "write it to a file as well; may be repeated"},
    {.name = "exit-code",
     .kind = OPT_FLAG,
     AT(exit_code),
     .help = "exit with 1 when anything differs, as `kubectl diff` does"},
    {.name = "allow-fetch",
     .kind = OPT_FLAG,
     AT(allow_fetch),
     .help = "in a shallow clone: let git fetch a base that is not there, as one commit"},
    {.name = "no-render",
     .kind = OPT_FLAG,
     AT(no_render),
     .help = "leave out overlays and charts instead of building them with kustomize and helm"},
    {.name = "kubernetes-version",
     .letter = 'k',
     .kind = OPT_LIST,
     .arg = "MINOR",
     AT(versions),
     .help = "without a cluster: Kubernetes version whose defaults count, as 1.36"},
    {.name = "crd",
     .kind = OPT_LIST,
     .arg = "PATH",
     AT(crds),
     .help = "file or folder with CustomResourceDefinitions, used as schemas only"},
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(config),
     .help = "configuration; tidegate.yaml or .tidegate.yaml at the top by default"},
    {.name = "config-from",
     .kind = OPT_CHOICE,
     .arg = "SIDE",
     .choices = "base|head",
     AT(config_from),
     .help = "between two commits: whose configuration decides; the base's"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPT_NUMBER,
     .arg = "N",
     .min = 1,
     .max = 256,
     AT(jobs),
     .help = "threads to use; the number of processors by default"},
    COMMON_OPTIONS,
};

static bool has_base(const struct diff_args *args)
{
    return args->base.n || args->staged;
}

static bool is_live(const struct diff_args *args)
{
    const struct connect_args *connect = &args->connect;
    return args->live || (!has_base(args) && !args->snapshot.n) || connect->kubeconfig.n ||
           connect->context.n || connect->allow_exec;
}

static const char *conflict(const struct diff_args *args, const struct str_list *paths)
{
    bool has_stdin = false;
    for (size_t i = 0; i < paths->n; i++)
        has_stdin |= str_is(paths->items[i], "-");
    const struct {
        bool is;
        const char *says;
    } conflicts[] = {
        {args->staged && args->base.n, "--staged compares with HEAD; leave out --base"},
        {args->staged && args->head.n, "--staged compares the index; leave out --head"},
        {args->base.p && !args->base.n, "--base is empty; leave it out, or name a revision"},
        {args->head.p && !args->head.n, "--head is empty; leave it out, or name a revision"},
        {args->head.n && !args->base.n, "--head needs --base; the work tree is compared without"},
        {has_stdin && has_base(args), "- is read as it is; leave out --base and --staged"},
        {has_stdin && paths->n > 1, "- is read alone, without other paths"},
        {args->snapshot.n && is_live(args),
         "--snapshot asks no cluster; leave out --live, --kubeconfig, --context and --allow-exec"},
        {args->snapshot_max_age.n && !args->snapshot.n,
         "--snapshot-max-age is of use with --snapshot"},
        {args->field_manager.n && !is_live(args) && !args->snapshot.n,
         "--field-manager is of use with a cluster"},
        {args->require_dry_run_only && !is_live(args),
         "--require-dry-run-only is of use with a cluster"},
        {args->config.n && args->config_from.n,
         "--config names the configuration; leave out --config-from"},
    };
    for (size_t i = 0; i < ARRAY_LEN(conflicts); i++)
        if (conflicts[i].is)
            return conflicts[i].says;
    return NULL;
}

/* ---- the objects of both sides ---- */

struct sides {
    struct arena *arena;
    struct gate_result *result;
    struct map immutable; /* set and object -> struct str_list of fields */
    struct objects {
        VEC(struct plan_object);
    } want, was;
};

static struct str key_of(struct arena *arena, struct str set, const struct diag_object *object)
{
    return str_format(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_FMT(set),
                      STR_FMT(object->api_version), STR_FMT(object->kind),
                      STR_FMT(object->namespace), STR_FMT(object->name));
}

static void index_immutable(struct sides *sides)
{
    const struct diags *diags = &sides->result->diags;
    sides->immutable.arena = sides->arena;
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->rule != rule_get(RULE_API_IMMUTABLE_FIELD))
            continue;
        void **slot = map_slot(&sides->immutable, key_of(sides->arena, diag->set, &diag->object));
        if (!*slot)
            *slot = ARENA_NEW(sides->arena, struct str_list);
        struct str_list *fields = *slot;
        VEC_PUSH(sides->arena, fields, diag->field);
    }
}

static void gather(struct sides *sides, const struct verdict *verdict, struct objects *objects)
{
    for (size_t i = 0; verdict && i < verdict->sets.n; i++) {
        const struct object_set *set = &verdict->sets.items[i].objects;
        for (size_t o = 0; o < set->n; o++) {
            const struct object *object = &set->items[o];
            const struct diag_object name = object_diag(object);
            /* Without a type it is no object, which is told. */
            if (!object->gvk.kind.n || !object->api_version.n)
                continue;
            const struct str_list *immutable =
                map_get(&sides->immutable, key_of(sides->arena, set->name, &name));
            VEC_PUSH(
                sides->arena, objects,
                ((struct plan_object){.object = object,
                                      .namespace = object_target(object, set->default_namespace),
                                      .set = set->name,
                                      .immutable = immutable ? *immutable : (struct str_list){0}}));
        }
    }
}

/* ---- what is left out ---- */

/* Findings that say that something is not among the objects, or not as it is written. */
static bool leaves_out(const struct diag *diag)
{
    static const char *const families[] = {
        "yaml/", "io/", "limit/", "render/", "document/", "api/missing-type", "api/not-an-object"};
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_starts(str_from(diag->rule->id), str_from(families[i])))
            return true;
    return false;
}

static void tell_left_out(const struct call *call, const struct gate_result *result,
                          size_t *ret_errors)
{
    const struct diff_args *args = call->args;
    struct diags out = {.arena = {0}};
    for (size_t i = 0; i < result->diags.n; i++) {
        struct diag diag = result->diags.items[i];
        if (!leaves_out(&diag))
            continue;
        diag.state = DIAG_NEW;
        *ret_errors += diag.severity == SEVERITY_ERROR;
        VEC_PUSH(call->arena, &out, diag);
    }
    if (out.n)
        output_findings(&out, &args->common);
}

static size_t count_broken(const struct selection *selection)
{
    size_t n = 0;
    for (size_t i = 0; selection && i < selection->manifests.n; i++) {
        const struct manifest *manifest = selection->manifests.items[i];
        bool is_broken = manifest->state == MANIFEST_FAILED;
        for (size_t d = 0; manifest->state == MANIFEST_READ && d < manifest->docs.n; d++)
            is_broken |= manifest->docs.items[d].broken;
        n += is_broken;
    }
    return n;
}

static void note_broken(const struct call *call, const struct gate_result *result,
                        struct str_list *notes)
{
    const size_t head = count_broken(gate_head_selection(result));
    const size_t base = count_broken(gate_base_selection(result));
    if (head)
        VEC_PUSH(call->arena, notes,
                 str_format(call->arena, "%zu %s can't be read whole, so some of it is left out",
                            head, head == 1 ? "file" : "files"));
    if (base)
        VEC_PUSH(call->arena, notes,
                 str_format(call->arena,
                            "%zu %s of the base can't be read whole, so some of it looks new", base,
                            base == 1 ? "file" : "files"));
}

/* ---- the plan ---- */

static struct str short_commit(struct str commit)
{
    return str_sub(commit, 0, 12);
}

static struct plan_input input_of(const struct call *call, const struct gate_result *result,
                                  const struct sides *sides)
{
    const struct diff_args *args = call->args;
    const struct report *report = &result->report;
    struct plan_input input = {.want = sides->want.items,
                               .want_n = sides->want.n,
                               .was = sides->was.items,
                               .was_n = sides->was.n,
                               .minor = schema_minor_max(),
                               .field_manager = args->field_manager,
                               .is_part = call->rest.n > 0};
    if (report->versions.n)
        (void)schema_minor_parse(report->versions.items[0], &input.minor);
    if (getrandom(input.key, sizeof input.key, 0) != (ssize_t)sizeof input.key)
        BUG("no random bytes: %s", strerror(errno));
    if (has_base(args) && !input.was)
        input.was = ARENA_NEW(call->arena, struct plan_object); /* a base without objects */
    input.to = args->staged                 ? STR("the index")
               : !args->base.n              ? STR("the work tree")
               : str_is(args->head, "WORK") ? STR("the work tree")
               : args->head.n               ? args->head
                                            : STR("HEAD");
    if (has_base(args))
        input.from = args->staged                 ? STR("HEAD")
                     : str_is(args->base, "AUTO") ? short_commit(report->scope.base)
                                                  : args->base;
    note_broken(call, result, &input.notes);
    return input;
}

/* ---- writing ---- */

static size_t writer_of(struct str name)
{
    size_t i = 0;
    while (i < ARRAY_LEN(writers) && !str_is(name, writers[i].name))
        i++;
    return i;
}

/* FORMAT=FILE into its parts; false when it is none. */
static bool output_split(struct str text, size_t *ret_writer, struct str *ret_path)
{
    const ptrdiff_t equals = str_find_char(text, '=');
    if (equals <= 0 || (size_t)equals + 1 == text.n)
        return false;
    *ret_writer = writer_of(str_sub(text, 0, (size_t)equals));
    *ret_path = str_from_offset(text, (size_t)equals + 1);
    return *ret_writer < ARRAY_LEN(writers);
}

static bool has_bad_output(const struct diff_args *args)
{
    size_t writer;
    struct str path;
    for (size_t i = 0; i < args->outputs.n; i++)
        if (!output_split(args->outputs.items[i], &writer, &path))
            return true;
    return false;
}

static int write_file(const struct call *call, const struct plan *plan, struct str output)
{
    const struct report_options plain = {.unicode = true};
    struct buf out SCOPED(buf) = {0};
    size_t writer;
    struct str path;
    if (!output_split(output, &writer, &path))
        return 0;
    buf_init(&out, LIMIT_REPORT_BYTES);
    writers[writer].write(plan, &plain, &out);
    const int error = out.full ? -EFBIG : file_write(str_to_c(call->arena, path), buf_str(&out));
    if (error < 0)
        output_say("the difference %.*s can't be written: %s", STR_FMT(path), strerror(-error));
    return error;
}

static int write_all(const struct call *call, const struct plan *plan)
{
    const struct diff_args *args = call->args;
    const struct report_options report = output_options(&args->common);
    const struct str format = args->format.n ? args->format : STR("text");
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    writers[writer_of(format)].write(plan, &report, &out);
    int result = output_buf(&out);
    for (size_t i = 0; i < args->outputs.n; i++)
        if (write_file(call, plan, args->outputs.items[i]) < 0)
            result = -1;
    return result;
}

/* ---- exit code ---- */

/* Encrypted objects can't be asked about by anybody without the keys. */
static bool is_unknown(const struct plan *plan)
{
    for (size_t i = 0; i < plan->steps.n; i++)
        if (plan->steps.items[i].action == PLAN_UNKNOWN && !plan->steps.items[i].object->sops)
            return true;
    return false;
}

static int exit_code_of(const struct diff_args *args, const struct gate_result *result,
                        const struct plan *plan, size_t errors)
{
    if (result->report.exit_code == EXIT_USAGE || result->report.exit_code == EXIT_NOT_EVALUATED)
        return result->report.exit_code;
    if (is_unknown(plan) && !args->snapshot.n) /* which is expected not to know all */
        return EXIT_NOT_EVALUATED;
    if (errors || plan_is_refused(plan) || (args->exit_code && plan_differs(plan)))
        return EXIT_FINDINGS;
    return plan->steps.n || has_base(args) ? EXIT_OK : EXIT_NOTHING;
}

/* ---- the run ---- */

/* Whether it can't write who asks. */
static bool is_proven(struct arena *arena, struct cluster *cluster)
{
    struct diags diags SCOPED(diags) = {0};
    struct probe probe;
    probe_dry_run_only(arena, cluster, &probe);
    if (probe_tell(&diags, &probe, true) == 0)
        return true;
    const struct str message = diag_escape(arena, diags.items[0].message);
    output_say("%.*s; %.*s", STR_FMT(message), STR_FMT(diags.items[0].hint));
    return false;
}

static int make_plan(struct call *call, struct gate_result *result, struct plan *ret_plan)
{
    struct diff_args *args = call->args;
    struct sides sides = {.arena = call->arena, .result = result};
    struct str error;
    struct progress progress;
    index_immutable(&sides);
    gather(&sides, gate_head(result), &sides.want);
    gather(&sides, gate_base(result), &sides.was);
    struct plan_input input = input_of(call, result, &sides);
    if (args->snapshot.n) {
        input.from = result->report.scope.snapshot;
        plan_snapshot(call->arena, &input, gate_snapshot(result), ret_plan);
        return 0;
    }
    if (!is_live(args)) {
        plan_offline(call->arena, &input, ret_plan);
        return 0;
    }
    if (connect_open(call->arena, &args->connect, &input.cluster) < 0)
        return -1;
    if (args->require_dry_run_only && !is_proven(call->arena, input.cluster)) {
        cluster_close(input.cluster);
        return -1;
    }
    progress_init(&progress, args->common.quiet);
    input.progress = progress_show;
    input.progress_ctx = &progress;
    const int failed = plan_live(call->arena, &input, ret_plan, &error);
    progress_end(&progress);
    cluster_close(input.cluster);
    if (failed < 0)
        output_say("the cluster could not be asked: %.*s", STR_FMT(error));
    return failed;
}

/* Whether it came to reading objects; a revision that is not there stops it before. */
static bool was_read(const struct gate_result *result)
{
    const struct verdict *head = gate_head(result), *base = gate_base(result);
    if (result->report.exit_code == EXIT_USAGE || !head)
        return false;
    return result->report.exit_code != EXIT_NOT_EVALUATED || head->sets.n || (base && base->sets.n);
}

static int diff(struct call *call, const struct gate_options *gate)
{
    const struct diff_args *args = call->args;
    struct gate_result result;
    struct plan plan;
    size_t errors = 0;
    int code = EXIT_NOT_EVALUATED;
    gate_run(gate, &result);
    tell_left_out(call, &result, &errors);
    if (!was_read(&result)) {
        if (!errors)
            output_findings(&result.diags, &args->common);
        code = result.report.exit_code ? result.report.exit_code : EXIT_NOT_EVALUATED;
    } else if (make_plan(call, &result, &plan) == 0) {
        code = exit_code_of(args, &result, &plan, errors);
        if (write_all(call, &plan) < 0 && (code == EXIT_OK || code == EXIT_FINDINGS))
            code = EXIT_NOT_REPORTED;
    }
    gate_result_release(&result);
    return code;
}

/* Splits items at commas: --kubernetes-version 1.36,1.34. */
static struct str_list split_list(struct arena *arena, const struct str_list *list)
{
    struct str_list out = {0};
    for (size_t i = 0; i < list->n; i++)
        for (struct str part, rest = list->items[i]; str_split(&rest, ',', &part);)
            VEC_PUSH(arena, &out, str_trim(part));
    return out;
}

static int run(struct call *call)
{
    struct diff_args *args = call->args;
    const char *says = conflict(args, &call->rest);
    if (says)
        return usage_error("%s", says);
    if (has_bad_output(args))
        return usage_error("--output takes FORMAT=FILE with a format of %s", formats);
    struct gate_options gate = {.paths = call->rest,
                                .all = !has_base(args) && !call->rest.n,
                                .staged = args->staged,
                                .base = args->base,
                                .head = args->head,
                                .config = args->config,
                                .config_of_head = str_is(args->config_from, "head"),
                                .versions = split_list(call->arena, &args->versions),
                                .crds = args->crds,
                                .snapshot = args->snapshot,
                                .snapshot_max_age = args->snapshot_max_age,
                                .no_snapshot = !args->snapshot.n,
                                .allow_fetch = args->allow_fetch,
                                .no_render = args->no_render,
                                .allow_empty = has_base(args),
                                .whole = true,
                                .jobs = (unsigned)args->jobs};
    struct host host;
    if (str_is(args->base, "AUTO")) {
        host_detect(call->arena, host_environment(), &host);
        range_take(call->arena, &host, &gate);
    }
    return diff(call, &gate);
}

const struct command command_diff = {
    .name = "diff",
    .summary = "show what would change in a cluster, or between two revisions",
    .arguments = "[PATH…]",
    .about =
        "Without --base or --staged the manifests of the work tree are held against a cluster: "
        "each\n"
        "object is read, and sent as a dry run of server-side apply, which writes nothing. So\n"
        "neither defaults nor the fields of other managers show. With --base or --staged two\n"
        "revisions are compared, and no cluster is asked; with --live as well, a cluster is asked\n"
        "about what differs between them, and what the change removes would be deleted. With\n"
        "--snapshot a file takes the cluster's place: it tells which fields differ and who owns\n"
        "them, and not their values.\n"
        "\n"
        "Values of Secrets are never shown. In their place stands a sign that is the same for\n"
        "equal values of one output, and another one in the next.\n"
        "\n"
        "Exit codes: 0 all was compared, 1 something is refused or broken (with --exit-code: or\n"
        "differs), 2 usage or configuration, 3 no manifest found, 4 something could not be\n"
        "compared, 5 the difference could not be written.\n",
    .examples = "  tidegate diff --context staging\n"
                "  tidegate diff --base main\n"
                "  tidegate diff --base AUTO --live --output markdown=\"$GITHUB_STEP_SUMMARY\"\n"
                "  kustomize build overlays/prod | tidegate diff -\n",
    .options = options,
    .args_size = sizeof(struct diff_args),
    .run = run,
};
