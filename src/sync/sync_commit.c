/* SPDX-License-Identifier: Apache-2.0 */
/* A commit to what it wants, by the pipeline that judged it before the merge. */
#include "sync/sync_internal.h"

#include "base/limits.h"

/* What the server refuses can't be ignored away here. */
static bool is_refusal(const struct diag *diag, enum severity fail_on)
{
    if (rule_is_server(diag->rule) && diag->severity == SEVERITY_ERROR)
        return true;
    return diag->state == DIAG_NEW && fail_on != SEVERITY_OFF && diag->severity >= fail_on;
}

/* A finding about no file is about the run. */
static bool is_about(const struct diag *diag, const struct wanted_set *set)
{
    return !diag->source || str_eq(diag->set, set->name);
}

static void count_refusals(struct sync_commit *commit, struct wanted_set *set)
{
    const enum severity fail_on = gate_config(&commit->gate)->fail_on;
    const struct diags *diags = &commit->gate.diags;
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (!is_about(diag, set) || !is_refusal(diag, fail_on))
            continue;
        set->refusals++;
        if (!set->first)
            set->first = diag;
    }
}

static void gather(struct sync_commit *commit, const struct object_set *from,
                   struct wanted_set *set)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct object *object = &from->items[i];
        /* Without a type or a name it is no object of the API, which is told. */
        if (!object->gvk.kind.n || !object->api_version.n)
            continue;
        VEC_PUSH(&commit->arena, &set->objects,
                 ((struct plan_object){.object = object,
                                       .namespace = object_target(object, from->default_namespace),
                                       .set = from->name}));
    }
}

static bool is_whole(const struct manifest *manifest)
{
    if (manifest->state == MANIFEST_FAILED)
        return false;
    for (size_t i = 0; manifest->state == MANIFEST_READ && i < manifest->docs.n; i++)
        if (manifest->docs.items[i].broken)
            return false;
    return true;
}

/* Files that may hold objects which nobody can see: what is not read must not look removed. */
static bool may_hide_objects(const struct manifest *manifest)
{
    switch (manifest->skip) {
    case SKIP_TEMPLATE:
    case SKIP_SOPS:
    case SKIP_SYMLINK:
    case SKIP_SPECIAL:
    case SKIP_SUBMODULE:
    case SKIP_BINARY:
        return true;
    case SKIP_NONE:
    case SKIP_EXCLUDED:
    case SKIP_CONFIGURATION:
    case SKIP_KUSTOMIZATION:
    case SKIP_KUSTOMIZED:
    case SKIP_HELM_CHART:
    case SKIP_HELM_TEMPLATE:
    case SKIP_PATCH:
    case SKIP_CI:
    case SKIP_CLIENT_CONFIG:
    case SKIP_NOT_A_MANIFEST:
    case SKIP_EMPTY:
    case SKIP_REASON_COUNT:
        return false;
    }
    return false;
}

static void find_partial(struct sync_commit *commit)
{
    const struct selection *selection = gate_head_selection(&commit->gate);
    for (size_t i = 0; i < selection->manifests.n; i++) {
        const struct manifest *manifest = selection->manifests.items[i];
        if (manifest->set < commit->sets.n && (!is_whole(manifest) || may_hide_objects(manifest)))
            commit->sets.items[manifest->set].is_partial = true;
    }
}

static void make_set(struct sync_commit *commit, size_t index)
{
    const struct verdict_set *judged = &gate_head(&commit->gate)->sets.items[index];
    const struct selection_set *selected = &gate_head_selection(&commit->gate)->sets.items[index];
    const struct config *config = gate_config(&commit->gate);
    struct wanted_set set = {.name = selected->name,
                             .settings = selected->config && selected->config->sync.span.end
                                             ? &selected->config->sync
                                             : &config->sync,
                             .depends_on = &selected->depends_on,
                             .digest = judged->digest};
    gather(commit, &judged->objects, &set);
    sync_decrypt(commit, &set);
    count_refusals(commit, &set);
    VEC_PUSH(&commit->arena, &commit->sets, set);
}

/* Who the commit is of, and what it says. Of files that are none there is nothing to say. */
static int read_info(struct sync_commit *commit, const struct sync_judging *judging)
{
    struct repo *repo;
    commit->folder = str_dup(&commit->arena, judging->folder.n ? judging->folder : STR("."));
    if (str_is(judging->revision, "WORK"))
        return 0;
    if (repo_open(&commit->arena, commit->folder.p, &commit->diags, &repo) < 0)
        return -1;
    if (!repo)
        return 0; /* the gate says so */
    const int result =
        repo_resolve(repo, &commit->arena, judging->revision, &commit->diags, &commit->id) < 0
            ? -1
            : repo_read_commit(repo, &commit->arena, commit->id, &commit->diags, &commit->info);
    repo_close(repo);
    return result;
}

static void judge(struct sync_commit *commit, const struct sync_judging *judging)
{
    struct gate_options options = {.all = true,
                                   .head = commit->id.n ? commit->id : judging->revision,
                                   .folder = judging->folder,
                                   .config = judging->config,
                                   .allow_empty = true,
                                   .digests = true,
                                   .no_snapshot = true,
                                   .jobs = judging->jobs,
                                   .progress = judging->progress,
                                   .progress_ctx = judging->progress_ctx};
    if (judging->version.n)
        VEC_PUSH(&commit->arena, &options.versions, judging->version);
    gate_run(&options, &commit->gate);
    const int code = commit->gate.report.exit_code;
    commit->is_broken = code == EXIT_USAGE || code == EXIT_NOT_EVALUATED || code == EXIT_INTERNAL;
    const struct verdict *verdict = gate_head(&commit->gate);
    for (size_t i = 0; verdict && i < verdict->sets.n; i++)
        make_set(commit, i);
    if (verdict)
        find_partial(commit);
}

struct sync_commit *sync_judge(const struct sync_judging *judging)
{
    struct sync_commit *commit = xcalloc(1, sizeof *commit);
    if (read_info(commit, judging) < 0)
        commit->is_broken = true;
    else
        judge(commit, judging);
    return commit;
}

void sync_commit_free(struct sync_commit *commit)
{
    if (!commit)
        return;
    gate_result_release(&commit->gate);
    diags_release(&commit->diags);
    arena_release(&commit->arena);
    free(commit);
}

enum descent sync_commit_descends(struct sync_commit *commit, struct str ancestor)
{
    struct repo *repo;
    if (repo_open(&commit->arena, commit->folder.p, &commit->diags, &repo) < 0 || !repo)
        return DESCENT_UNKNOWN;
    const enum descent descent = repo_descends(repo, ancestor, commit->id);
    repo_close(repo);
    return descent;
}

struct str sync_commit_id(const struct sync_commit *commit)
{
    return commit->id;
}

const struct commit_info *sync_commit_info(const struct sync_commit *commit)
{
    return &commit->info;
}

const struct gate_result *sync_commit_gate(const struct sync_commit *commit)
{
    return &commit->gate;
}

bool sync_commit_is_broken(const struct sync_commit *commit)
{
    return commit->is_broken;
}
