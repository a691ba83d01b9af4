/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says to the room `sync` what standard input says, against the API that the environment names:
 *
 *   commit SHA pending|success|failure|error WORDS…
 *   attempt SHA SET STATE TRIGGER REASON…      SET "." has no name
 *   drain MILLISECONDS                         prints "told" or "waiting"
 *   stats                                      prints them
 *   digests SHA                                prints what the gate's check run says of sets
 *   sleep MILLISECONDS
 *
 * Each line is answered with the milliseconds that it took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "sync/feedback.h"
#include "sync/gate_digest.h"

static struct str word(struct str *rest)
{
    struct str part = {0};
    (void)str_split(rest, ' ', &part);
    return part;
}

static unsigned number(struct str text)
{
    char digits[16];
    (void)snprintf(digits, sizeof digits, "%.*s", STR_FMT(text));
    return (unsigned)strtoul(digits, NULL, 10);
}

static enum set_state state_of(struct str name)
{
    static const char *const names[] = {"unknown", "planned",    "waiting",   "ready",
                                        "refused", "failed",     "unhealthy", "cancelled",
                                        "held",    "rolled-back"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i]))
            return (enum set_state)i;
    abort();
}

static void tell_commit(struct feedback *feedback, struct str rest)
{
    static const char *const names[] = {"pending", "success", "failure", "error"};
    const struct str commit = word(&rest);
    const struct str name = word(&rest);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i]))
            feedback_commit(feedback, commit, (enum host_commit_state)i, rest);
}

static void tell_attempt(struct feedback *feedback, struct str rest)
{
    struct set_attempt attempt = {.commit = word(&rest)};
    const struct str set = word(&rest);
    attempt.state = state_of(word(&rest));
    attempt.trigger = word(&rest);
    attempt.reason = rest;
    attempt.counts = (struct set_counts){.created = 2, .pruned = 1};
    feedback_attempt(feedback, str_is(set, ".") ? (struct str){0} : set, &attempt);
}

static void print_stats(struct feedback *feedback)
{
    struct arena arena SCOPED(arena) = {0};
    struct feedback_stats stats;
    feedback_stats(feedback, &arena, &stats);
    printf("waiting=%zu sent=%zu replaced=%zu given-up=%zu failing=%d error=%.*s\n", stats.waiting,
           stats.sent, stats.replaced, stats.given_up, stats.is_failing, STR_FMT(stats.last_error));
}

static void print_digests(struct str commit)
{
    struct arena arena SCOPED(arena) = {0};
    struct host host;
    struct str why = {0};
    struct gate_digests digests;
    host_detect(&arena, host_environment(), &host);
    struct host_client *client =
        host_client_new(&arena, &host, &(struct host_client_options){0}, &why);
    if (!client)
        return;
    const struct host_sent sent =
        gate_digests_ask(client, commit, STR("tidegate / manifests"), &digests);
    printf("%s %.*s\n", sent.outcome == HOST_DONE ? "asked" : "failed", STR_FMT(sent.why));
    for (size_t i = 0; i < digests.n; i++)
        printf("'%.*s'=%.*s\n", STR_FMT(digests.items[i].set), STR_FMT(digests.items[i].digest));
    host_client_free(client);
}

static void obey(struct feedback *feedback, struct str line)
{
    const uint64_t start = clock_ms();
    const struct str verb = word(&line);
    if (str_is(verb, "commit"))
        tell_commit(feedback, line);
    else if (str_is(verb, "attempt"))
        tell_attempt(feedback, line);
    else if (str_is(verb, "drain"))
        puts(feedback_drain(feedback, number(line)) ? "told" : "waiting");
    else if (str_is(verb, "stats"))
        print_stats(feedback);
    else if (str_is(verb, "digests"))
        print_digests(line);
    else if (str_is(verb, "sleep"))
        (void)nanosleep(&(struct timespec){.tv_sec = number(line) / 1000,
                                           .tv_nsec = (long)(number(line) % 1000) * 1000000},
                        NULL);
    printf("%u\n", (unsigned)(clock_ms() - start));
    (void)fflush(stdout);
}

static unsigned setting(const char *name)
{
    const char *value = getenv(name);
    return value ? (unsigned)strtoul(value, NULL, 10) : 0;
}

int main(void)
{
    struct arena arena SCOPED(arena) = {0};
    struct host host;
    struct str why;
    char line[4096];
    host_detect(&arena, host_environment(), &host);
    struct feedback *feedback =
        feedback_start(&(struct feedback_options){.host = &host,
                                                  .cluster = str_from(getenv("CLUSTER")),
                                                  .token_file = str_from(getenv("TOKEN_FILE")),
                                                  .page_url = STR("https://tidegate.test/"),
                                                  .user_agent = STR("feedback_driver"),
                                                  .deployments = getenv("DEPLOYMENTS") != NULL,
                                                  .patience_ms = setting("PATIENCE_MS"),
                                                  .retry_ms = setting("RETRY_MS")},
                       &why);
    if (!feedback) {
        fprintf(stderr, "%.*s\n", STR_FMT(why));
        return 1;
    }
    while (fgets(line, sizeof line, stdin))
        obey(feedback, str_trim(str_from(line)));
    feedback_stop(feedback);
    return 0;
}
