/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of events: what is taken from them has its form, or is not taken at all. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MERGE "3333333333333333333333333333333333333333"

struct job {
    const char *event;
    char path[32]; /* of the payload */
};

static const char *get(void *ctx, const char *name)
{
    static const char *const variables[][2] = {
        {"GITHUB_ACTIONS", "true"},
        {"GITHUB_API_URL", "https://api.example.test"},
        {"GITHUB_SERVER_URL", "https://example.test"},
        {"GITHUB_REPOSITORY", "shop/web"},
        {"GITHUB_SHA", MERGE},
    };
    const struct job *job = ctx;
    if (strcmp(name, "GITHUB_EVENT_PATH") == 0)
        return job->path;
    if (strcmp(name, "GITHUB_EVENT_NAME") == 0)
        return job->event;
    for (size_t i = 0; i < ARRAY_LEN(variables); i++)
        if (strcmp(name, variables[i][0]) == 0)
            return variables[i][1];
    return NULL;
}

static void check_commit(struct str text, const char *what)
{
    if (text.n && !host_is_commit(text))
        BUG("%s is no commit", what);
}

static void detect(struct job *job)
{
    struct arena arena SCOPED(arena) = {0};
    struct host host;
    host_detect(&arena, (struct host_environment){get, job}, &host);
    check_commit(host.base_sha, "the base");
    check_commit(host.head_sha, "the head");
    check_commit(host.before, "the old tip");
    if (!host.head_sha.n && !host.notes.n)
        BUG("no head, and nobody is told");
    const struct host_range range = host_range(&arena, &host);
    check_commit(range.base, "the base of the range");
    check_commit(range.head, "the head of the range");
    check_commit(range.change, "the change of the range");
    for (size_t i = 0; i < host.notes.n; i++)
        for (size_t k = 0; k < host.notes.items[i].n; k++)
            if ((unsigned char)host.notes.items[i].p[k] < ' ')
                BUG("a note of more than one line");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const events[] = {"pull_request", "pull_request_target", "merge_group",
                                         "push", "workflow_dispatch"};
    const int fd = memfd_create("event", MFD_CLOEXEC);
    struct job job;
    if (fd < 0 || write(fd, data, n) != (ssize_t)n)
        BUG("no file for the payload");
    (void)snprintf(job.path, sizeof job.path, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        job.event = events[i];
        detect(&job);
    }
    (void)close(fd);
    return 0;
}
