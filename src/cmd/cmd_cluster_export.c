/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate cluster export`: a cluster into a file without secrets. */
#include <sys/random.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/cluster_export.h"
#include "cmd/cmd_cluster.h"

enum { NAMES_SHOWN = 8 };

/* As in the kubeconfig, with what can't be in a report made a dash. */
static struct str plain_name(struct arena *arena, struct str name)
{
    char *text = arena_alloc_text(arena, name.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < 253; i++)
        text[n++] = snapshot_is_plain(str_sub(name, i, i + 1)) ? name.p[i] : '-';
    return n ? (struct str){text, n} : STR("cluster");
}

static struct str new_salt(struct arena *arena)
{
    char bytes[SNAPSHOT_SALT];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        BUG("no random bytes: %s", strerror(errno));
    return str_dup(arena, (struct str){bytes, sizeof bytes});
}

static void tell(const struct call *call, const struct snapshot_contents *contents,
                 const struct export_tally *tally)
{
    const struct cluster_args *args = call->args;
    struct str refused = {0};
    if (args->common.quiet)
        return;
    output_tell("%.*s, %.*s: %zu kinds, %zu objects", STR_FMT(contents->name),
                STR_FMT(contents->version), tally->kinds, tally->objects);
    for (size_t i = 0; i < tally->refused.n && i < NAMES_SHOWN; i++)
        refused = str_format(call->arena, "%.*s%s%.*s", STR_FMT(refused), i ? ", " : "",
                             STR_FMT(tally->refused.items[i]));
    if (tally->refused.n > NAMES_SHOWN)
        refused = str_format(call->arena, "%.*s and %zu more", STR_FMT(refused),
                             tally->refused.n - NAMES_SHOWN);
    if (refused.n)
        output_tell("not known, as they may not be listed: %.*s", STR_FMT(refused));
    if (contents->unknown.n)
        output_tell("not known, as the server can't say now: kinds of %zu group versions",
                    contents->unknown.n);
}

static int write_out(struct call *call, const struct buf *out)
{
    const struct cluster_args *args = call->args;
    const struct str path = args->export.output;
    if (out->full)
        return world_error("the snapshot would have more than %d MiB", LIMIT_SNAPSHOT_BYTES >> 20);
    if (!path.n)
        return output_verbatim(out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
    const int error = file_write(str_to_c(call->arena, path), buf_str(out));
    if (error < 0)
        return world_error("%.*s can't be written: %s", STR_FMT(path), strerror(-error));
    return EXIT_OK;
}

static int export_open(struct call *call, struct cluster *cluster)
{
    const struct cluster_args *args = call->args;
    const struct kubeconfig *config = cluster_config(cluster);
    const struct str name =
        args->export.name.n
            ? args->export.name
            : plain_name(call->arena, config->cluster.n ? config->cluster : config->context);
    struct snapshot_contents contents = {
        .name = name, .salt = new_salt(call->arena), .created = clock_now()};
    struct export_tally tally;
    struct str error;
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_SNAPSHOT_BYTES);
    if (export_collect(call->arena, cluster, &args->export, &contents, &tally, &error) < 0)
        return world_error("%.*s", STR_FMT(error));
    snapshot_write(&contents, &out);
    const int code = write_out(call, &out);
    if (code == EXIT_OK)
        tell(call, &contents, &tally);
    return code;
}

int cluster_export(struct call *call)
{
    const struct cluster_args *args = call->args;
    struct cluster *cluster;
    if (args->export.name.p && !snapshot_is_plain(args->export.name))
        return usage_error("--name takes letters, digits and -._:/@+, at most 253");
    if (connect_open(call->arena, &args->export.connect, &cluster) < 0)
        return EXIT_NOT_EVALUATED;
    const int code = export_open(call, cluster);
    cluster_close(cluster);
    return code;
}
