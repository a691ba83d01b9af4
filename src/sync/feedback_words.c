/* SPDX-License-Identifier: Apache-2.0 */
/* What an attempt is to a forge, and sending it. */
#include "base/digest.h"
#include "sync/feedback_internal.h"

enum { CONTEXT_BYTES = 200, SHORT_DIGEST = 8, HEX = 65, CONTEXT_MOST = 255 };

/* order: set_state. What was cancelled is the forge's error, as nobody knows how it would have
 * ended; what is held back waits for a person, so the commit is not done. */
static const struct {
    enum host_commit_state state;
    enum host_deployment_state deployment;
    const char *words; /* when there is no reason */
} meanings[] = {
    [SET_UNKNOWN] = {COMMIT_PENDING, DEPLOYMENT_QUEUED, "waiting"},
    [SET_PLANNED] = {COMMIT_PENDING, DEPLOYMENT_IN_PROGRESS, "being applied"},
    [SET_WAITING] = {COMMIT_PENDING, DEPLOYMENT_IN_PROGRESS, "applied, waiting for health"},
    [SET_READY] = {COMMIT_SUCCESS, DEPLOYMENT_SUCCESS, "applied and healthy"},
    [SET_REFUSED] = {COMMIT_FAILURE, DEPLOYMENT_FAILURE, "refused, nothing was written"},
    [SET_FAILED] = {COMMIT_FAILURE, DEPLOYMENT_FAILURE, "applied in part"},
    [SET_UNHEALTHY] = {COMMIT_FAILURE, DEPLOYMENT_FAILURE, "applied and not healthy"},
    [SET_CANCELLED] = {COMMIT_ERROR, DEPLOYMENT_INACTIVE, "cancelled by a newer commit"},
    [SET_HELD] = {COMMIT_FAILURE, DEPLOYMENT_FAILURE, "applied, prunes wait for an approval"},
    [SET_ROLLED_BACK] = {COMMIT_FAILURE, DEPLOYMENT_FAILURE, "rolled back"},
};

static struct str count(struct arena *arena, unsigned n, const char *what)
{
    return n ? str_format(arena, ", %u %s", n, what) : (struct str){0};
}

static struct str describe(struct arena *arena, const struct set_attempt *attempt)
{
    const struct set_counts *n = &attempt->counts;
    if (attempt->reason.n)
        return attempt->reason;
    const struct str words = str_from(meanings[attempt->state].words);
    if (attempt->state != SET_READY)
        return words;
    const struct str made = count(arena, n->created, "created");
    const struct str changed = count(arena, n->updated + n->replaced, "changed");
    const struct str pruned = count(arena, n->pruned, "pruned");
    return str_format(arena, "%.*s%.*s%.*s%.*s%s", STR_FMT(words), STR_FMT(made), STR_FMT(changed),
                      STR_FMT(pruned),
                      attempt->differs_from_gate ? "; not what the gate rendered" : "");
}

bool feedback_translate(const struct set_attempt *attempt, enum feedback_lane lane,
                        struct note *note)
{
    const bool is_drift = str_is(attempt->trigger, "drift");
    note->state = meanings[attempt->state].state;
    note->deployment_state = meanings[attempt->state].deployment;
    note->words = describe(&note->arena, attempt);
    /* A heal is no new deployment, and its beginning is no news: forges keep a thousand statuses.
     */
    return !is_drift || (lane == LANE_STATUS && note->state != COMMIT_PENDING);
}

struct str feedback_context(struct arena *arena, struct str cluster, const struct note *note)
{
    const struct str set = note->set.n ? note->set : STR(".");
    if (note->is_whole)
        return str_format(arena, "tidegate/%.*s", STR_FMT(cluster));
    const struct str context =
        str_format(arena, "tidegate/%.*s/%.*s", STR_FMT(cluster), STR_FMT(set));
    if (context.n <= CONTEXT_MOST)
        return context;
    const struct sha256 sum = sha256_of(context);
    char hex[HEX];
    sha256_hex(&sum, hex);
    return str_format(arena, "%.*s~%.*s", STR_FMT(str_sub(context, 0, CONTEXT_BYTES)), SHORT_DIGEST,
                      hex);
}

struct str feedback_words(struct arena *arena, const struct host *host, struct str words)
{
    if (host->token.n && str_has(words, host->token))
        return STR("(the reason has the forge's token in it, so it is not told)");
    return diag_escape(arena, words);
}

static struct host_sent send_deployment(struct host_client *client,
                                        const struct feedback_place *place, struct str words,
                                        struct note *note)
{
    struct host_deployment deployment = {.path = note->deployment};
    const struct host_deployment_wanted wanted = {
        .sha = note->commit,
        .environment = place->environment,
        .key = note->set.n ? note->set : STR("."),
        .description = note->set,
        .is_production = place->is_production,
    };
    struct host_sent sent = {.outcome = HOST_DONE};
    if (!deployment.path.n)
        sent = host_deployment_open(client, &wanted, &deployment);
    if (sent.outcome != HOST_DONE)
        return sent;
    note->deployment = str_dup(&note->arena, deployment.path);
    /* Sets share an environment: a success of one must not end the deployment of another. */
    sent = host_deployment_tell(client, &deployment,
                                &(struct host_deployment_status){.state = note->deployment_state,
                                                                 .description = words,
                                                                 .log_url = place->page_url,
                                                                 .keep_older = true});
    if (sent.outcome != HOST_DONE || note->deployment_state != DEPLOYMENT_SUCCESS ||
        !note->older.n || str_eq(note->older, note->deployment))
        return sent;
    /* But it does end that of the set's last commit. One that can't be told stays as it is. */
    (void)host_deployment_tell(
        client, &(struct host_deployment){.path = note->older},
        &(struct host_deployment_status){.state = DEPLOYMENT_INACTIVE, .keep_older = true});
    return sent;
}

struct host_sent feedback_send(struct host_client *client, const struct feedback_place *place,
                               struct note *note)
{
    /* The token of now, which need not be that of when the note was made. */
    const struct str words =
        feedback_words(host_client_arena(client), host_client_host(client), note->words);
    if (note->lane == LANE_DEPLOYMENT)
        return send_deployment(client, place, words, note);
    const struct host_commit_status status = {
        .sha = note->commit,
        .context = feedback_context(host_client_arena(client), place->cluster, note),
        .state = note->state,
        .description = words,
        .url = place->page_url,
    };
    return host_tell_status(client, &status);
}
