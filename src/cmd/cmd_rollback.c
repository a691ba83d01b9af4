/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate rollback`: take a set back, or let it go on. */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/connect.h"
#include "host/host.h"
#include "sync/rollback.h"

struct rollback_args {
    struct common_args common;
    struct str to, namespace;
    bool resume;
    struct connect_args connect;
};

#define AT(member) .offset = offsetof(struct rollback_args, member)

static const struct opt options[] = {
    {.name = "to",
     .kind = OPT_TEXT,
     .arg = "COMMIT",
     AT(to),
     .help = "full id of the commit to go back to; the one that was last seen healthy by default"},
    {.name = "resume",
     .kind = OPT_FLAG,
     AT(resume),
     .help = "follow the branch again, whatever was taken back"},
    {.name = "namespace",
     .kind = OPT_TEXT,
     .arg = "NAME",
     AT(namespace),
     .help = "where the sets are recorded; tidegate-system by default"},
    CONNECT_OPTIONS(struct rollback_args, connect),
    COMMON_OPTIONS,
};

static struct str who_runs(struct arena *arena)
{
    char host[256] = "";
    const char *user = getenv("USER");
    (void)gethostname(host, sizeof host - 1);
    return str_format(arena, "%s@%s", user && *user ? user : "unknown", host);
}

static void tell(const struct rollback_args *args, const struct inventory *inventory)
{
    const struct set_status *status = &inventory->status;
    if (args->common.quiet)
        return;
    if (args->resume) {
        output_tell("the set follows the branch again");
        return;
    }
    output_tell("the set is pinned to %.*s", STR_FMT(status->pinned));
    if (status->rejected.n)
        output_tell("%.*s is rejected; a newer commit that changes the set ends the rollback",
                    STR_FMT(status->rejected));
}

static int run(struct call *call)
{
    const struct rollback_args *args = call->args;
    struct cluster *cluster;
    struct inventory inventory;
    struct str why = {0};
    if (call->rest.n != 1)
        return usage_error("rollback takes the name of one set; '' is the one without a name");
    if (args->resume && args->to.n)
        return usage_error("--to and --resume contradict each other");
    if (args->to.n && !host_is_commit(args->to))
        return usage_error("--to takes the full id of a commit, as `git rev-parse` prints it");
    if (connect_open(call->arena, &args->connect, &cluster) < 0)
        return EXIT_NOT_EVALUATED;
    const struct rollback_wish wish = {.set = call->rest.items[0],
                                       .to = args->to,
                                       .who = who_runs(call->arena),
                                       .resume = args->resume};
    const struct str namespace = args->namespace.n ? args->namespace : STR("tidegate-system");
    const int result = rollback_write(cluster, call->arena, namespace, &wish, &inventory, &why);
    cluster_close(cluster);
    if (result < 0)
        return world_error("%.*s", STR_FMT(why));
    tell(args, &inventory);
    return EXIT_OK;
}

const struct command command_rollback = {
    .name = "rollback",
    .summary = "take a set back to a good commit",
    .arguments = "SET",
    .about =
        "The set is pinned to the commit that was last seen healthy, or to the one of --to, and\n"
        "the commit that is applied is rejected. The next sync, or the engine at once, applies\n"
        "the pinned one. The rollback ends by itself with a newer commit in which the set is\n"
        "another than in the rejected one, so nobody has to remember it; --resume ends it now.\n",
    .examples = "  tidegate rollback shop\n"
                "  tidegate rollback shop --to 5b1f0c6ad1c4b2b1a7d9e3f4c5d6e7f809a1b2c3\n"
                "  tidegate rollback shop --resume\n",
    .options = options,
    .args_size = sizeof(struct rollback_args),
    .run = run,
};
