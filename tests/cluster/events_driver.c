/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events_driver KUBECONFIG: tells Kubernetes Events as the sync does. Lines on standard input:
 *
 *   tell KIND NAMESPACE NAME Normal|Warning REASON NOTE…    NAMESPACE "-": none
 *   pass SECONDS                                            of the clock of events
 *   flush                                                   until all is sent; prints what became
 */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "sync/events.h"

static int64_t now = 1700000000;

static int64_t now_s(void)
{
    return now;
}

static struct str word(struct str *rest)
{
    struct str part = {0};
    (void)str_split(rest, ' ', &part);
    return part;
}

static void tell(struct events *events, struct str rest)
{
    struct arena arena SCOPED(arena) = {0};
    struct event event = {.regarding = {.api_version = STR("v1")}, .action = "Test"};
    event.regarding.kind = word(&rest);
    event.regarding.namespace = word(&rest);
    if (str_is(event.regarding.namespace, "-"))
        event.regarding.namespace = (struct str){0};
    event.regarding.name = word(&rest);
    event.is_warning = str_is(word(&rest), "Warning");
    event.reason = str_to_c(&arena, word(&rest));
    event.note = str_dup(&arena, rest);
    events_tell(events, &event);
}

static void flush(struct cluster *cluster, struct events *events)
{
    while (events_stats(events).under_way)
        (void)cluster_step(cluster, 100);
    const struct events_stats stats = events_stats(events);
    printf("%zu %zu %zu\n", stats.sent, stats.held_back, stats.failed);
    (void)fflush(stdout);
}

static int open_cluster(struct arena *arena, const char *path, struct kubeconfig *config,
                        struct cluster **ret_cluster, struct str *why)
{
    if (kubeconfig_load(arena, &(struct kubeconfig_options){.path = str_from(path)}, config, why) <
        0)
        return -1;
    *ret_cluster = cluster_open(arena, &(struct cluster_options){.config = config}, why);
    return *ret_cluster ? cluster_connect(*ret_cluster, why) : -1;
}

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct kubeconfig config;
    struct cluster *cluster = NULL;
    struct str why = {0};
    uint64_t seconds;
    char line[4096];
    if (argc != 2 || open_cluster(&arena, argv[1], &config, &cluster, &why) < 0) {
        fprintf(stderr, "%.*s\n", STR_FMT(why));
        return 1;
    }
    struct events *events = events_new(&(struct events_options){
        .cluster = cluster, .instance = STR("tidegate-0"), .now_s = now_s});
    while (fgets(line, sizeof line, stdin)) {
        struct str rest = str_trim(str_from(line));
        const struct str verb = word(&rest);
        if (str_is(verb, "tell"))
            tell(events, rest);
        else if (str_is(verb, "pass") && number_parse_u64(rest, &seconds) == 0)
            now += (int64_t)seconds;
        else if (str_is(verb, "flush"))
            flush(cluster, events);
    }
    events_free(events);
    cluster_close(cluster);
    return 0;
}
