/* SPDX-License-Identifier: Apache-2.0 */
/* Running kustomize or helm on a private copy of an overlay's files. */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/file.h"
#include "base/limits.h"
#include "render/overlay.h"
#include "render/render_internal.h"

#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

/* Address space for a Go program, which reserves much more than it uses; and what it may use, with
 * room for the garbage between two collections. */
#define RENDER_ADDRESSES (UINT64_C(8) << 30)
#define RENDER_MEMORY    ((uint64_t)LIMIT_RENDER_HEAP * 2)

struct building {
    struct arena *arena;
    const struct overlay *overlay;
    struct tree_reader *reader;
    struct diags *diags;
    struct str root; /* of the private copy: inputs in tree/, the program's own in home/ */
    struct str tree, home;
    struct str program;
    bool is_kubectl;  /* kustomize by way of kubectl */
    bool is_confined; /* the cage holds it to the tree */
};

const char *overlay_tool_name(enum overlay_tool tool)
{
    return tool == TOOL_HELM ? "helm" : "kustomize";
}

static struct diag *report(struct building *building, enum rule_id rule, struct str message)
{
    return diag_add(building->diags, rule, (struct span){0, 0}, STR(""), "%.*s", STR_FMT(message));
}

/* A chart that was only found may be one that needs values, which nobody gave; an overlay has all
 * that it needs. What can't be tried weighs less as well when nobody asked for it. */
static struct diag *report_mildly(struct building *building, enum rule_id rule, struct str message)
{
    struct diag *diag = report(building, rule, message);
    const bool is_mild = building->overlay->tool == TOOL_HELM || rule == RULE_RENDER_TOOL;
    if (diag && is_mild && !building->overlay->is_declared && diag->severity > SEVERITY_INFO)
        diag->severity--;
    return diag;
}

/* ---- the private copy ---- */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_copy(const struct building *building)
{
    enum { OPEN_FOLDERS = 32 };
    if (building->root.n)
        (void)nftw(building->root.p, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static int make_root(struct building *building)
{
    const char *folder = getenv("TMPDIR");
    struct str pattern =
        path_join(building->arena, str_from(folder && *folder == '/' ? folder : "/tmp"),
                  STR("tidegate-render-XXXXXX"));
    char *name = arena_dup(building->arena, pattern.p, pattern.n + 1);
    if (!mkdtemp(name)) {
        report(building, RULE_FILE_UNREADABLE,
               str_format(building->arena, "no folder for rendering can be made: %s",
                          strerror(errno)));
        return -1;
    }
    building->root = str_from(name);
    building->tree = path_join(building->arena, building->root, STR("tree"));
    building->home = path_join(building->arena, building->root, STR("home"));
    if (dir_create_all(building->tree.p) == 0 && dir_create_all(building->home.p) == 0)
        return 0;
    report(building, RULE_FILE_UNREADABLE,
           str_format(building->arena, "no folder for rendering can be made below %s",
                      building->root.p));
    return -1;
}

/* A link stays one where it leads to another input; elsewhere there is nothing to lead to. */
static int copy_link(struct building *building, const struct tree_entry *entry, struct str to)
{
    struct str target, normal;
    if (tree_read_link(building->reader, entry, building->arena, &target) < 0 ||
        str_starts(target, STR("/")) ||
        !path_normal(building->arena, path_join(building->arena, path_dir(entry->path), target),
                     &normal))
        return 0;
    return symlink(str_to_c(building->arena, target), to.p) < 0 ? -errno : 0;
}

static int copy_file(struct building *building, const struct tree_entry *entry, size_t *bytes)
{
    struct arena scratch SCOPED(arena) = {0};
    const struct str to = path_join(&scratch, building->tree, entry->path);
    struct str text;
    int error = dir_create_all(str_to_c(&scratch, path_dir(to)));
    if (error < 0)
        return error;
    if (entry->kind == ENTRY_SYMLINK)
        return copy_link(building, entry, to);
    if (entry->kind != ENTRY_FILE)
        return 0;
    error = tree_read(building->reader, entry, &scratch, LIMIT_RENDER_BYTES, &text);
    if (error < 0)
        return error;
    *bytes += text.n;
    return *bytes > LIMIT_RENDER_BYTES ? -EFBIG : file_write(to.p, text);
}

static int copy_inputs(struct building *building)
{
    size_t bytes = 0;
    if (building->overlay->inputs.n > LIMIT_RENDER_FILES) {
        report(building, RULE_LIMIT_RENDER,
               str_format(building->arena, "it has more than %d files", LIMIT_RENDER_FILES));
        return -1;
    }
    for (size_t i = 0; i < building->overlay->inputs.n; i++) {
        const struct tree_entry *entry = building->overlay->inputs.items[i];
        const int error = copy_file(building, entry, &bytes);
        if (error == 0)
            continue;
        if (error == -EFBIG)
            report(building, RULE_LIMIT_RENDER,
                   str_format(building->arena, "its files are over %d MiB together",
                              LIMIT_RENDER_BYTES >> 20));
        else
            report(building, RULE_FILE_UNREADABLE,
                   str_format(building->arena, "%.*s can't be copied for rendering: %s",
                              STR_FMT(entry->path), strerror(-error)));
        return -1;
    }
    return 0;
}

/* ---- the program ---- */

static int find_program(struct building *building)
{
    const bool is_helm = building->overlay->tool == TOOL_HELM;
    const char *given = getenv(is_helm ? "TIDEGATE_HELM" : "TIDEGATE_KUSTOMIZE");
    building->program = child_find(
        building->arena, given && *given ? given : overlay_tool_name(building->overlay->tool));
    if (!building->program.n && !is_helm && !given) {
        building->program = child_find(building->arena, "kubectl");
        building->is_kubectl = building->program.n > 0;
    }
    if (building->program.n)
        return 0;
    struct diag *diag =
        report_mildly(building, RULE_RENDER_TOOL,
                      str_format(building->arena, "%s is not installed, so this is not checked",
                                 overlay_tool_name(building->overlay->tool)));
    diag_hint(building->diags, diag, "install it in a folder of PATH, or name it in %s",
              is_helm ? "TIDEGATE_HELM" : "TIDEGATE_KUSTOMIZE");
    return -1;
}

struct words {
    VEC(const char *);
};

static void add(struct building *building, struct words *words, const char *word)
{
    VEC_PUSH(building->arena, words, word);
}

static void add_kustomize(struct building *building, struct words *argv)
{
    add(building, argv, building->is_kubectl ? "kustomize" : "build");
    add(building, argv, path_join(building->arena, building->tree, building->overlay->dir).p);
    /* The cage holds what kustomize's own restriction would, at the borders of the tree. On a
     * kernel that knows no such cage an overlay has to do with its own folder and its bases. */
    add(building, argv,
        building->is_confined ? "--load-restrictor=LoadRestrictionsNone"
                              : "--load-restrictor=LoadRestrictionsRootOnly");
}

/* Where values that are no file of the tree are put. */
static struct str text_path(struct building *building, size_t i)
{
    return path_join(building->arena, building->home,
                     str_format(building->arena, "values-%zu.yaml", i));
}

static int write_texts(struct building *building)
{
    for (size_t i = 0; i < building->overlay->texts.n; i++) {
        const int error = file_write(text_path(building, i).p, building->overlay->texts.items[i]);
        if (error == 0)
            continue;
        report(building, RULE_FILE_UNREADABLE,
               str_format(building->arena, "values can't be copied for rendering: %s",
                          strerror(-error)));
        return -1;
    }
    return 0;
}

/* The option takes a line of CSV. */
static const char *values_option(struct building *building, struct str whole)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, (size_t)LIMIT_PATH_BYTES * 2);
    buf_add_c(&out, "--values=\"");
    for (size_t i = 0; i < whole.n; i++) {
        if (whole.p[i] == '"')
            buf_add_char(&out, '"');
        buf_add_char(&out, whole.p[i]);
    }
    buf_add_char(&out, '"');
    return str_to_c(building->arena, buf_str(&out));
}

/* That of the configuration, or the folder's as far as it can be one (a name of a DNS label). */
static struct str release_name(struct building *building)
{
    enum { RELEASE_MAX = 53 };
    const struct overlay *overlay = building->overlay;
    struct buf out SCOPED(buf) = {0};
    if (overlay->release.n)
        return overlay->release;
    buf_init(&out, RELEASE_MAX);
    const struct str folder = str_lower(building->arena, path_base(overlay->dir));
    for (size_t i = 0; i < folder.n; i++) {
        const bool is_plain = ascii_is_alnum(folder.p[i]);
        if (is_plain || buf_str(&out).n)
            buf_add_char(&out, is_plain ? folder.p[i] : '-');
    }
    struct str name = buf_str(&out);
    while (str_ends(name, STR("-")))
        name.n--;
    return name.n ? str_dup(building->arena, name) : STR("release");
}

static void add_helm(struct building *building, struct words *argv)
{
    struct arena *arena = building->arena;
    const struct overlay *overlay = building->overlay;
    add(building, argv, "template");
    add(building, argv, "--include-crds");
    add(building, argv,
        str_format(arena, "--kube-version=v%.*s.0", STR_FMT(overlay->kubernetes)).p);
    if (overlay->namespace.n)
        add(building, argv, str_format(arena, "--namespace=%.*s", STR_FMT(overlay->namespace)).p);
    for (size_t i = 0; i < overlay->values.n; i++)
        add(building, argv,
            values_option(building, path_join(arena, building->tree, overlay->values.items[i])));
    for (size_t i = 0; i < overlay->texts.n; i++)
        add(building, argv, values_option(building, text_path(building, i)));
    for (size_t i = 0; i < overlay->settings.n; i++)
        add(building, argv, str_concat(arena, STR("--set="), overlay->settings.items[i]).p);
    add(building, argv, "--"); /* what a repository names is never an option */
    add(building, argv, str_to_c(arena, release_name(building)));
    add(building, argv, path_join(arena, building->tree, overlay->dir).p);
}

/* Nothing of the caller's environment, where tokens are. */
static void add_environment(struct building *building, struct words *env)
{
    static const char *const names[] = {
        "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HELM_PLUGINS"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        add(building, env,
            str_format(building->arena, "%s=%.*s", names[i], STR_FMT(building->home)).p);
    add(building, env, "HELM_NO_PLUGINS=1");
    add(building, env, "KUBECONFIG=/dev/null");
    add(building, env, str_format(building->arena, "GOMEMLIMIT=%d", (int)LIMIT_RENDER_HEAP).p);
    add(building, env, NULL);
}

/* kubectl logs a failure, with the time and its own process: `E… run.go:72] "…" err="WHY"`. */
static struct str without_log(struct str text)
{
    static const struct str mark = {" err=\"", 6};
    const ptrdiff_t at = str_find(text, mark);
    if (!str_starts(text, STR("E")) || at < 0 || !str_ends(text, STR("\"")))
        return text;
    text = str_from_offset(text, (size_t)at + mark.n);
    return str_sub(text, 0, text.n - 1);
}

/* kustomize writes lines such as "# Warning: 'vars' is deprecated" in front of what went wrong. */
static struct str without_warnings(struct str text)
{
    while (str_starts(text, STR("# Warning"))) {
        const ptrdiff_t end = str_find_char(text, '\n');
        text = end < 0 ? STR("") : str_trim(str_from_offset(text, (size_t)end));
    }
    return text;
}

/* What the program said, without the folder of the copy, on one line. */
static struct str said(const struct building *building, struct str text)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES / 2);
    const struct str prefix = str_concat(building->arena, building->tree, STR("/"));
    text = without_log(without_warnings(str_trim(text)));
    if (str_starts(text, STR("Error: ")))
        text = str_from_offset(text, strlen("Error: "));
    while (text.n) {
        if (str_starts(text, prefix)) {
            text = str_from_offset(text, prefix.n);
            continue;
        }
        if (str_starts(text, building->tree)) {
            buf_add_c(&out, ".");
            text = str_from_offset(text, building->tree.n);
            continue;
        }
        buf_add_char(&out, text.p[0] == '\n' || text.p[0] == '\t' ? ' ' : text.p[0]);
        text = str_from_offset(text, 1);
    }
    return diag_escape(building->arena, buf_str(&out));
}

/* Go's runtime ends with code 2 and "fatal error: …" when there is no memory or stack left. */
static bool is_crash(const struct child_result *result)
{
    enum { GO_CRASHED = 2 };
    return result->signal ||
           (result->exit_code == GO_CRASHED &&
            (str_has(result->err, STR("fatal error: ")) || str_has(result->err, STR("runtime: "))));
}

static struct str how_it_crashed(const struct building *building, const struct child_result *result)
{
    const char *tool = overlay_tool_name(building->overlay->tool);
    static const char *const words[] = {"out of memory", "cannot allocate memory", "stack exceeds",
                                        "errno=12"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(result->err, str_from(words[i])))
            return str_format(building->arena, "%s needs more memory than %d MiB", tool,
                              (int)(RENDER_MEMORY >> 20));
    if (!result->signal)
        return str_format(building->arena, "%s crashed", tool);
    return str_format(building->arena, "%s was ended by signal %d", tool, result->signal);
}

static int judge_end(struct building *building, const struct child_result *result,
                     struct str *ret_text)
{
    const char *tool = overlay_tool_name(building->overlay->tool);
    if (result->timed_out) {
        report(
            building, RULE_LIMIT_RENDER,
            str_format(building->arena, "%s was stopped after %d s", tool, LIMIT_RENDER_MS / 1000));
        return -1;
    }
    if (result->output_cut) {
        report(building, RULE_LIMIT_RENDER,
               str_format(building->arena, "%s writes more than %d MiB", tool,
                          LIMIT_RENDER_BYTES >> 20));
        return -1;
    }
    if (result->exit_code == 0) {
        *ret_text = result->out;
        return 0;
    }
    if (is_crash(result)) {
        report(building, RULE_LIMIT_RENDER, how_it_crashed(building, result));
        return -1;
    }
    struct str why = said(building, result->err);
    if (!why.n)
        why = str_format(building->arena, "it ends with exit code %d and says nothing",
                         result->exit_code);
    struct diag *diag =
        report_mildly(building, RULE_RENDER_FAILED,
                      str_format(building->arena, "%s can't build this: %.*s", tool, STR_FMT(why)));
    if (!building->is_confined && str_has(why, STR("is not in or below")))
        diag_hint(
            building->diags, diag,
            "this kernel has no Landlock, so kustomize may read nothing outside of the folder");
    return -1;
}

/* Nothing is written but to standard output. */
static int run_caged(struct building *building, const struct child_cage *cage,
                     struct child_result *ret_result)
{
    struct words argv = {0}, env = {0};
    add(building, &argv, building->program.p);
    if (building->overlay->tool == TOOL_HELM)
        add_helm(building, &argv);
    else
        add_kustomize(building, &argv);
    add(building, &argv, NULL);
    add_environment(building, &env);
    const struct child_options options = {.argv = argv.items,
                                          .env = env.items,
                                          .dir = building->tree.p,
                                          .timeout_ms = LIMIT_RENDER_MS,
                                          .max_output = LIMIT_RENDER_BYTES,
                                          .max_memory = RENDER_ADDRESSES,
                                          .max_data = RENDER_MEMORY,
                                          .max_file = LIMIT_RENDER_BYTES,
                                          .cage = cage};
    return child_run(building->arena, &options, ret_result);
}

static int run(struct building *building, struct str *ret_text)
{
    const struct child_sandbox sandbox = {.program = building->program.p,
                                          .readable = {building->tree.p, building->home.p}};
    struct child_cage cage;
    struct child_result result;
    int error = child_cage_open(&sandbox, &cage);
    if (error == 0) {
        building->is_confined = cage.is_confined;
        error = run_caged(building, &cage, &result);
        child_cage_close(&cage);
    }
    if (error == 0)
        return judge_end(building, &result, ret_text);
    report_mildly(building, RULE_RENDER_FAILED,
                  str_format(building->arena, "%s can't be started: %s", building->program.p,
                             strerror(-error)));
    return -1;
}

int overlay_render(struct arena *arena, const struct overlay *overlay, struct tree_reader *reader,
                   struct diags *diags, struct str *ret_text)
{
    struct building building = {
        .arena = arena, .overlay = overlay, .reader = reader, .diags = diags};
    const int result = !overlay_is_local(arena, overlay, reader, diags) ||
                               find_program(&building) < 0 || make_root(&building) < 0 ||
                               copy_inputs(&building) < 0 || write_texts(&building) < 0
                           ? -1
                           : run(&building, ret_text);
    remove_copy(&building);
    return result;
}

int overlay_text(struct arena *arena, const struct overlay *overlay, struct tree_reader *reader,
                 struct str *ret_text)
{
    struct buf all SCOPED(buf) = {0};
    buf_init(&all, LIMIT_RENDER_BYTES);
    for (size_t i = 0; i < overlay->inputs.n; i++) {
        const struct tree_entry *entry = overlay->inputs.items[i];
        struct arena scratch SCOPED(arena) = {0};
        struct str text;
        if (entry->kind != ENTRY_FILE)
            continue;
        const int error = tree_read(reader, entry, &scratch, LIMIT_RENDER_BYTES, &text);
        if (error < 0)
            return error;
        buf_add(&all, text);
        buf_add_char(&all, '\n');
    }
    if (all.full)
        return -EFBIG;
    *ret_text = str_dup(arena, buf_str(&all));
    return 0;
}
