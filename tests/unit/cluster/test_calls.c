/* SPDX-License-Identifier: Apache-2.0 */
/* Where requests go, what is in them, and what is sent again. */
#include "cluster/cluster_list.h"
#include "cluster/cluster_watch.h"

#include "unit/unit.h"

static const struct cluster_resource deployments = {
    .group = {"apps", 4},
    .version = {"v1", 2},
    .kind = {"Deployment", 10},
    .plural = {"deployments", 11},
    .namespaced = true,
};
static const struct cluster_resource nodes = {
    .version = {"v1", 2}, .kind = {"Node", 4}, .plural = {"nodes", 5}};

#define DEPLOYMENTS "/apis/apps/v1/namespaces/shop/deployments"

static void addresses_requests(void **state)
{
    const struct {
        struct cluster_call call;
        const char *target;
    } rows[] = {
        {{.verb = CLUSTER_GET, .path = STR("/version")}, "/version"},
        {{.verb = CLUSTER_GET, .resource = &nodes, .name = STR("n1")}, "/api/v1/nodes/n1"},
        {{.verb = CLUSTER_GET,
          .resource = &nodes,
          .namespace = STR("shop"),
          .name = STR("a/b?c"),
          .subresource = STR("status")},
         "/api/v1/nodes/a%2Fb%3Fc/status"},
        {{.verb = CLUSTER_GET, .resource = &nodes, .name = STR("..")}, "/api/v1/nodes/%2E%2E"},
        {{.verb = CLUSTER_LIST,
          .resource = &deployments,
          .namespace = STR("shop"),
          .label_selector = STR("a=b,c"),
          .limit = 500,
          .continue_token = STR("x+y")},
         DEPLOYMENTS "?labelSelector=a%3Db%2Cc&limit=500&continue=x%2By"},
        {{.verb = CLUSTER_WATCH,
          .resource = &deployments,
          .resource_version = STR("7"),
          .watch_s = 300},
         "/apis/apps/v1/deployments?resourceVersion=7&watch=true&allowWatchBookmarks=true"
         "&timeoutSeconds=300"},
        {{.verb = CLUSTER_APPLY,
          .resource = &deployments,
          .namespace = STR("shop"),
          .name = STR("web"),
          .field_manager = STR("tidegate"),
          .field_validation = STR("Strict"),
          .dry_run = true,
          .force = true},
         DEPLOYMENTS "/web?fieldManager=tidegate&fieldValidation=Strict&dryRun=All&force=true"},
        {{.verb = CLUSTER_DELETE,
          .resource = &deployments,
          .namespace = STR("shop"),
          .name = STR("web"),
          .dry_run = true,
          .propagation = STR("Foreground")},
         DEPLOYMENTS "/web"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        const struct str target = cluster_call_target(&arena, &rows[i].call);
        assert_string_equal(target.p, rows[i].target);
        arena_release(&arena);
    }
}

static void says_everything_in_the_body(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct cluster_call call = {
        .verb = CLUSTER_DELETE,
        .resource = &deployments,
        .dry_run = true,
        .uid = STR("u"),
        .resource_version = STR("7"),
        .propagation = STR("Background"),
    };
    assert_string_equal(cluster_call_body(&arena, &call).p,
                        "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"dryRun\":[\"All\"],"
                        "\"propagationPolicy\":\"Background\",\"preconditions\":{\"uid\":\"u\","
                        "\"resourceVersion\":\"7\"}}");
    struct node *object = node_new(&arena, NODE_MAP);
    struct node *metadata = node_new(&arena, NODE_MAP);
    node_put(&arena, metadata, STR("name"), node_new_text(&arena, STR("web")));
    node_put(&arena, object, STR("metadata"), metadata);
    call.verb = CLUSTER_APPLY;
    call.object = object;
    assert_string_equal(
        cluster_call_body(&arena, &call).p,
        "{\"metadata\":{\"name\":\"web\",\"uid\":\"u\",\"resourceVersion\":\"7\"}}");
    call.uid = call.resource_version = (struct str){0};
    assert_string_equal(cluster_call_body(&arena, &call).p, "{\"metadata\":{\"name\":\"web\"}}");
    assert_string_equal(cluster_call_name(&arena, &call).p, "apply deployments.apps");
    arena_release(&arena);
}

/* ---- again? ---- */

static int64_t again(enum cluster_verb verb, enum cluster_outcome outcome, bool dry_run)
{
    const struct cluster_call call = {
        .verb = verb,
        .dry_run = dry_run,
        .answer = {.outcome = outcome, .status = {.retry_after_s = -1}},
        .job = {.attempt = 1},
        .first_at = 1000,
    };
    return cluster_retry_ms(&call, 1000, 0, false, 30000);
}

static void repeats_only_what_can_be(void **state)
{
    (void)state;
    assert_int_equal(again(CLUSTER_GET, CLUSTER_UNSURE, false), 100);
    assert_int_equal(again(CLUSTER_APPLY, CLUSTER_FAULT, false), 100);
    assert_int_equal(again(CLUSTER_CREATE, CLUSTER_BUSY, false), 100);
    assert_int_equal(again(CLUSTER_CREATE, CLUSTER_UNREACHED, false), 100);
    assert_int_equal(again(CLUSTER_CREATE, CLUSTER_UNSURE, false), -1);
    assert_int_equal(again(CLUSTER_CREATE, CLUSTER_UNSURE, true), 100);
    assert_int_equal(again(CLUSTER_DELETE, CLUSTER_UNSURE, false), -1);
    assert_int_equal(again(CLUSTER_WATCH, CLUSTER_UNSURE, false), -1);
    for (int outcome = CLUSTER_NOT_FOUND; outcome <= CLUSTER_GARBLED; outcome++)
        assert_int_equal(again(CLUSTER_GET, (enum cluster_outcome)outcome, false), -1);
}

static void waits_as_long_as_it_may(void **state)
{
    (void)state;
    struct cluster_call call = {
        .answer = {.outcome = CLUSTER_BUSY, .status = {.retry_after_s = 3}},
        .job = {.attempt = 1},
        .first_at = 1000,
    };
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, false, 30000), 3000);
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, false, 4000), -1);
    call.answer.status.retry_after_s = -1;
    call.job.attempt = 5;
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, false, 30000), 1600);
    call.job.attempt = 11;
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, false, 30000), 5000);
    call.job.attempt = 12;
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, false, 30000), -1);
    call.answer.outcome = CLUSTER_FORBIDDEN;
    assert_int_equal(cluster_retry_ms(&call, 2000, 1000, false, 30000), 500);
    assert_int_equal(cluster_retry_ms(&call, 9000, 1000, false, 30000), -1);
    call.asked_again_403 = true;
    assert_int_equal(cluster_retry_ms(&call, 2000, 1000, false, 30000), -1);
    call.answer.outcome = CLUSTER_UNAUTHORIZED;
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, true, 30000), 0);
    call.asked_again_401 = true;
    assert_int_equal(cluster_retry_ms(&call, 2000, 0, true, 30000), -1);
}

/* ---- pages ---- */

struct page {
    enum cluster_outcome outcome;
    const char *body;
};

static int next(struct cluster_list *list, struct page page)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc = {0};
    struct cluster_answer answer = {.outcome = page.outcome};
    if (page.body) {
        struct source *source = source_new(list->arena, STR("page"), str_from(page.body));
        assert_int_equal(doc_read_json(list->arena, source, &diags, &doc), 0);
        answer.root = doc.root;
    }
    return cluster_list_next(list, &answer);
}

#define PAGE(token, items)                                                                         \
    (struct page)                                                                                  \
    {                                                                                              \
        CLUSTER_OK, "{\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"" token               \
                    "\"},\"items\":" items "}"                                                     \
    }

static void counts_pages(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct cluster_list list = {.arena = &arena, .call = {.limit = 500}};
    const struct page gone = {CLUSTER_GONE, NULL};
    const struct page large = {CLUSTER_TOO_LARGE, NULL};
    assert_int_equal(next(&list, PAGE("a", "[1,2]")), 1);
    assert_int_equal(next(&list, large), 1);
    assert_int_equal(list.call.limit, 125);
    assert_true(str_is(list.call.continue_token, "a"));
    assert_int_equal(next(&list, PAGE("b", "[3]")), 1);
    assert_int_equal(list.items.n, 3);
    assert_int_equal(next(&list, gone), 1);
    assert_int_equal(list.items.n, 0);
    assert_int_equal(list.call.continue_token.n, 0);
    assert_int_equal(list.call.limit, 125);
    assert_int_equal(next(&list, gone), 1);
    assert_int_equal(next(&list, gone), 1);
    assert_int_equal(list.call.limit, 0);
    assert_int_equal(next(&list, PAGE("", "[1,2,3]")), 0);
    assert_int_equal(list.items.n, 3);
    assert_true(str_is(list.resource_version, "9"));
    assert_int_equal(next(&list, PAGE("", "null")), 0);
    assert_int_equal(next(&list, PAGE("", "{}")), -1);
    assert_int_equal(list.outcome, CLUSTER_GARBLED);
    assert_int_equal(next(&list, PAGE("t", "[1]")), 1);
    assert_int_equal(next(&list, PAGE("t", "[1]")), -1);
    assert_int_equal(next(&list, gone), 1);
    assert_int_equal(next(&list, gone), 1);
    assert_int_equal(next(&list, gone), -1);
    arena_release(&arena);
}

/* ---- events ---- */

struct seen {
    size_t events;
    enum cluster_event last;
};

static void on_event(struct cluster_watch *watch, enum cluster_event event,
                     const struct node *object)
{
    struct seen *seen = watch->ctx;
    (void)object;
    seen->events++;
    seen->last = event;
}

static bool feed(struct cluster_watch *watch, const char *bytes, size_t step)
{
    bool goes_on = true;
    const struct str all = str_from(bytes);
    for (size_t i = 0; i < all.n && goes_on; i += step)
        goes_on = cluster_watch_feed(watch, str_sub(all, i, i + step));
    return goes_on;
}

static void reads_events_however_they_are_cut(void **state)
{
    static const char stream[] =
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"5\"}}}\n"
        "\n"
        "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"8\"}}}\n"
        "{\"type\":\"DELETED\",";
    static const struct {
        const char *line;
        bool must_list;
    } ends[] = {
        {"{\"type\":\"ERROR\",\"object\":{\"code\":410}}\n", true},
        {"{\"type\":\"ERROR\",\"object\":{\"reason\":\"Expired\"}}\n", true},
        {"{\"type\":\"ERROR\",\"object\":{\"code\":500}}\n", false},
        {"{\"type\":\"OTHER\"}\n", false},
        {"[]\n", false},
        {"no json\n", false},
    };
    (void)state;
    for (size_t step = 1; step < sizeof stream; step += 3) {
        struct seen seen = {0};
        struct cluster_watch watch = {.event = on_event, .ctx = &seen};
        buf_init(&watch.line, 1000);
        assert_true(feed(&watch, stream, step));
        assert_int_equal(seen.events, 2);
        assert_int_equal(seen.last, CLUSTER_BOOKMARK);
        assert_string_equal(watch.resource_version, "8");
        buf_release(&watch.line);
    }
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct seen seen = {0};
        struct cluster_watch watch = {.event = on_event, .ctx = &seen};
        buf_init(&watch.line, 1000);
        assert_false(feed(&watch, ends[i].line, 7));
        assert_int_equal(watch.must_list, ends[i].must_list);
        assert_int_equal(seen.events, 0);
        buf_release(&watch.line);
    }
}

int test_calls(void);
int test_calls(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_requests),
        cmocka_unit_test(says_everything_in_the_body),
        cmocka_unit_test(repeats_only_what_can_be),
        cmocka_unit_test(waits_as_long_as_it_may),
        cmocka_unit_test(counts_pages),
        cmocka_unit_test(reads_events_however_they_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
