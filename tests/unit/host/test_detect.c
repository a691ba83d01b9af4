/* SPDX-License-Identifier: Apache-2.0 */
/* What is read from the environment and from events. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/base/base_check.h"

#include "base/vec.h"
#include "host/host.h"

#define BASE  "1111111111111111111111111111111111111111"
#define HEAD  "2222222222222222222222222222222222222222"
#define MERGE "3333333333333333333333333333333333333333"
#define ZEROS "0000000000000000000000000000000000000000"

struct variable {
    const char *name, *value;
};

/* Ends with a NULL name. */
static const char *get(void *ctx, const char *name)
{
    for (const struct variable *variable = ctx; variable->name; variable++)
        if (strcmp(variable->name, name) == 0)
            return variable->value;
    return NULL;
}

struct run {
    struct arena arena;
    struct host host;
    char path[32]; /* of the payload */
};

static void detect(struct run *run, struct variable *variables, const char *payload)
{
    *run = (struct run){.path = "/tmp/tidegate-event-XXXXXX"};
    const int fd = mkstemp(run->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, payload, strlen(payload)), (ssize_t)strlen(payload));
    (void)close(fd);
    for (struct variable *variable = variables; variable->name; variable++)
        if (strcmp(variable->name, "GITHUB_EVENT_PATH") == 0)
            variable->value = run->path;
    host_detect(&run->arena, (struct host_environment){get, variables}, &run->host);
}

static void finish(struct run *run)
{
    (void)unlink(run->path);
    arena_release(&run->arena);
}

#define ACTIONS(event)                                                                             \
    {"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_PATH", ""}, {"GITHUB_EVENT_NAME", event},           \
        {"GITHUB_API_URL", "https://api.example.test/"},                                           \
        {"GITHUB_SERVER_URL", "https://example.test"}, {"GITHUB_REPOSITORY", "shop/web"},          \
        {"GITHUB_SHA", MERGE}, {"GITHUB_RUN_ID", "7"}, {"GITHUB_RUN_ATTEMPT", "2"},                \
        {"GITHUB_JOB", "gate"}, {"GITHUB_TOKEN", "secret"},                                        \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

static void nothing_is_a_plain_machine(void **state)
{
    struct variable variables[] = {{NULL, NULL}};
    struct run run;
    (void)state;
    detect(&run, variables, "");
    assert_int_equal(run.host.kind, HOST_PLAIN);
    assert_false(host_range(&run.arena, &run.host).all);
    finish(&run);
}

static void pull_request(void **state)
{
    struct variable variables[] = {ACTIONS("pull_request")};
    struct run run;
    (void)state;
    detect(&run, variables,
           "{\"number\": 12, \"pull_request\": {\"base\": {\"sha\": \"" BASE
           "\", \"ref\": \"main\", \"repo\": {\"full_name\": \"shop/web\"}},"
           "\"head\": {\"sha\": \"" HEAD "\", \"repo\": {\"full_name\": \"Shop/web\"}}}}");
    const struct host *host = &run.host;
    assert_int_equal(host->kind, HOST_GITHUB);
    assert_int_equal(host->event, EVENT_PULL_REQUEST);
    assert_str(host->head_sha, HEAD); /* not the test merge */
    assert_str(host->base_sha, BASE);
    assert_int_equal(host->number, 12);
    assert_false(host->is_fork);
    assert_str(host->api_url, "https://api.example.test");
    assert_str(host->run_url, "https://example.test/shop/web/actions/runs/7");
    assert_str(host->run_id, "7/2/gate");
    const struct host_range range = host_range(&run.arena, host);
    assert_str(range.target, "origin/main");
    assert_str(range.base, "");
    finish(&run);
}

static void of_a_fork(void **state)
{
    struct variable variables[] = {ACTIONS("pull_request_target")};
    struct run run;
    (void)state;
    detect(&run, variables,
           "{\"number\": 12, \"pull_request\": {\"base\": {\"sha\": \"" BASE
           "\", \"ref\": \"main\", \"repo\": {\"full_name\": \"shop/web\"}},"
           "\"head\": {\"sha\": \"" HEAD "\", \"repo\": null}}}");
    assert_true(run.host.is_fork); /* its repository is gone */
    const struct host_range range = host_range(&run.arena, &run.host);
    assert_true(range.heads_target); /* HEAD is the target branch, if it is not their test merge */
    assert_str(range.change, HEAD);
    assert_str(range.target, "origin/main");
    assert_str(range.other, BASE);
    finish(&run);
}

static void merge_group(void **state)
{
    struct variable variables[] = {ACTIONS("merge_group")};
    struct run run;
    (void)state;
    detect(&run, variables,
           "{\"merge_group\": {\"head_sha\": \"" HEAD "\", \"base_sha\": \"" BASE
           "\", \"base_ref\": \"refs/heads/main\"}}");
    assert_str(host_range(&run.arena, &run.host).base, BASE);
    assert_str(run.host.head_sha, HEAD);
    assert_str(run.host.base_ref, "main");
    finish(&run);
}

static void pushes(void **state)
{
    static const struct {
        const char *payload, *base;
    } table[] = {
        {"{\"before\": \"" BASE "\", \"after\": \"" HEAD "\", \"forced\": false}", BASE},
        {"{\"before\": \"" ZEROS "\", \"after\": \"" HEAD "\", \"forced\": false}", ""},
        {"{\"before\": \"" BASE "\", \"after\": \"" HEAD "\", \"forced\": true}", ""},
        {"{\"before\": \"--upload-pack=x\", \"after\": \"" HEAD "\"}", ""},
        {"{}", ""},
        {"[]", ""},
        {"no JSON", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct variable variables[] = {ACTIONS("push")};
        struct run run;
        detect(&run, variables, table[i].payload);
        assert_str(host_range(&run.arena, &run.host).base, table[i].base);
        finish(&run);
    }
}

/* A branch that is compared with itself would always pass. */
static void pushes_with_nothing_before(void **state)
{
    static const struct {
        const char *ref;
        bool all;
    } table[] = {{"refs/heads/main", true}, {"refs/heads/side", false}, {"refs/tags/v1", true}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct variable variables[] = {ACTIONS("push")};
        struct run run;
        char payload[512];
        (void)snprintf(payload, sizeof payload,
                       "{\"ref\": \"%s\", \"before\": \"" ZEROS "\", \"after\": \"" HEAD
                       "\", \"repository\": {\"default_branch\": \"main\"}}",
                       table[i].ref);
        detect(&run, variables, payload);
        const struct host_range range = host_range(&run.arena, &run.host);
        assert_int_equal(range.all, table[i].all);
        assert_str(range.target, "origin/main");
        finish(&run);
    }
}

static void hostile_values_are_not_used(void **state)
{
    struct variable variables[] = {{"GITHUB_ACTIONS", "true"},
                                   {"GITHUB_API_URL", "http://evil.test"},
                                   {"GITHUB_REPOSITORY", "a/../../b"},
                                   {"GITHUB_SHA", "HEAD~1"},
                                   {NULL, NULL}};
    struct run run;
    (void)state;
    detect(&run, variables, "");
    assert_str(run.host.api_url, "");
    assert_str(run.host.repository, "");
    assert_str(run.host.head_sha, "");
    assert_int_equal(run.host.notes.n, 3);
    assert_true(host_range(&run.arena, &run.host).all);
    finish(&run);
}

static void other_forges(void **state)
{
    struct variable gitea[] = {
        {"GITHUB_ACTIONS", "true"}, {"GITHUB_API_URL", "https://forge.test/api/v1"}, {NULL, NULL}};
    struct variable gitlab[] = {{"GITLAB_CI", "true"},
                                {"CI_API_V4_URL", "https://forge.test/api/v4"},
                                {"CI_PROJECT_ID", "8"},
                                {"CI_PIPELINE_SOURCE", "merge_request_event"},
                                {"CI_MERGE_REQUEST_IID", "3"},
                                {"CI_MERGE_REQUEST_EVENT_TYPE", "merged_result"},
                                {"CI_COMMIT_SHA", MERGE},
                                {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", HEAD},
                                {"CI_MERGE_REQUEST_DIFF_BASE_SHA", BASE},
                                {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"},
                                {NULL, NULL}};
    struct run run;
    (void)state;
    detect(&run, gitea, "");
    assert_int_equal(run.host.kind, HOST_GITEA);
    finish(&run);
    detect(&run, gitlab, "");
    assert_int_equal(run.host.kind, HOST_GITLAB);
    assert_int_equal(run.host.number, 3);
    assert_true(run.host.is_merged);
    assert_str(run.host.head_sha, HEAD);
    finish(&run);
}

int test_detect(void);
int test_detect(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_a_plain_machine),
        cmocka_unit_test(pull_request),
        cmocka_unit_test(of_a_fork),
        cmocka_unit_test(merge_group),
        cmocka_unit_test(pushes),
        cmocka_unit_test(pushes_with_nothing_before),
        cmocka_unit_test(hostile_values_are_not_used),
        cmocka_unit_test(other_forges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
