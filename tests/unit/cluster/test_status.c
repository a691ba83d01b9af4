/* SPDX-License-Identifier: Apache-2.0 */
/* What answers of API servers mean. Bodies as real servers gave them. */
#include "cluster/cluster_status.h"

#include "unit/unit.h"

struct reading {
    struct arena arena;
    struct diags diags;
    struct http_response response;
    struct cluster_status status;
    enum cluster_outcome outcome;
};

static void read_answer(struct reading *reading, unsigned code, const char *body)
{
    struct doc doc = {0};
    reading->response.status = code;
    reading->response.body = str_from(body);
    struct source *source = source_new(&reading->arena, STR("answer"), str_from(body));
    const struct node *root =
        *body == '{' && doc_read_json(&reading->arena, source, &reading->diags, &doc) == 0
            ? doc.root
            : NULL;
    cluster_status_read(&reading->arena, &reading->response, root, &reading->status);
    reading->outcome = cluster_status_outcome(&reading->response, &reading->status);
}

static void end(struct reading *reading)
{
    diags_release(&reading->diags);
    arena_release(&reading->arena);
}

#define STATUS(reason, message, details)                                                           \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"" reason       \
    "\",\"message\":\"" message "\",\"details\":{" details "}}"

static void tells_outcomes_apart(void **state)
{
    static const struct {
        unsigned code;
        const char *body;
        enum cluster_outcome outcome;
    } rows[] = {
        {200, "{\"kind\":\"ConfigMap\"}", CLUSTER_OK},
        {201, "{\"kind\":\"ConfigMap\"}", CLUSTER_OK},
        {302, "", CLUSTER_REFUSED},
        {400, STATUS("BadRequest", "strict decoding error", ""), CLUSTER_MALFORMED},
        {401, STATUS("Unauthorized", "Unauthorized", ""), CLUSTER_UNAUTHORIZED},
        {403, STATUS("Forbidden", "no", ""), CLUSTER_FORBIDDEN},
        {404, "404 page not found\n", CLUSTER_NOT_FOUND},
        {405, STATUS("MethodNotAllowed", "no", ""), CLUSTER_REFUSED},
        {409, STATUS("AlreadyExists", "configmaps \\\"a\\\" already exists", ""), CLUSTER_EXISTS},
        {409,
         STATUS("Conflict", "Apply failed with 1 conflict",
                "\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with "
                "\\\"alice\\\"\",\"field\":\".spec.replicas\"}]"),
         CLUSTER_CONTESTED},
        {409, STATUS("Conflict", "the object has been modified", ""), CLUSTER_STALE},
        {410, STATUS("Expired", "too old resource version", ""), CLUSTER_GONE},
        {413, "Request entity too large: limit is 3145728", CLUSTER_TOO_LARGE},
        {422, STATUS("Invalid", "x is invalid", ""), CLUSTER_INVALID},
        {429, STATUS("TooManyRequests", "slow down", ""), CLUSTER_BUSY},
        {500, STATUS("", "failed to create typed patch object (a/b; /v1, Kind=X): .a", ""),
         CLUSTER_MALFORMED},
        {500, STATUS("", "failed to convert new object (a/b; /v1, Kind=X) to proper version", ""),
         CLUSTER_MALFORMED},
        {500, STATUS("", "etcdserver: request is too large", ""), CLUSTER_TOO_LARGE},
        {500, STATUS("InternalError", "failed calling webhook", ""), CLUSTER_FAULT},
        {502, "<html>", CLUSTER_FAULT},
        {503, "", CLUSTER_FAULT},
        {504, "", CLUSTER_FAULT},
        {501, "", CLUSTER_REFUSED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct reading reading = {0};
        read_answer(&reading, rows[i].code, rows[i].body);
        assert_string_equal(cluster_outcome_name(reading.outcome),
                            cluster_outcome_name(rows[i].outcome));
        end(&reading);
    }
}

static void tells_failures_apart(void **state)
{
    static const enum cluster_outcome wanted[] = {
        [HTTP_BAD_URL] = CLUSTER_REFUSED,     [HTTP_UNREACHED] = CLUSTER_UNREACHED,
        [HTTP_UNTRUSTED] = CLUSTER_UNTRUSTED, [HTTP_TIMEOUT] = CLUSTER_UNSURE,
        [HTTP_CUT] = CLUSTER_UNSURE,          [HTTP_TOO_LARGE] = CLUSTER_TOO_LARGE,
    };
    (void)state;
    for (size_t i = HTTP_BAD_URL; i < ARRAY_LEN(wanted); i++) {
        const struct http_response response = {.failure = (enum http_failure)i};
        const struct cluster_status status = {.retry_after_s = -1};
        assert_int_equal(cluster_status_outcome(&response, &status), wanted[i]);
    }
    assert_true(cluster_outcome_is_transient(CLUSTER_UNSURE));
    assert_false(cluster_outcome_is_transient(CLUSTER_UNTRUSTED));
    assert_false(cluster_outcome_is_transient(CLUSTER_MALFORMED));
}

static void reads_details(void **state)
{
    (void)state;
    struct reading reading = {0};
    VEC_PUSH(&reading.arena, &reading.response.headers, STR("retry-after: 3"));
    read_answer(&reading, 503, STATUS("ServiceUnavailable", "wait", ""));
    assert_int_equal(reading.status.retry_after_s, 3);
    assert_int_equal(reading.outcome, CLUSTER_BUSY);
    read_answer(&reading, 422,
                STATUS("Invalid", "two\\nlines",
                       "\"name\":\"web\",\"group\":\"apps\",\"kind\":\"Deployment\",\"causes\":[{"
                       "\"reason\":\"FieldValueInvalid\",\"message\":\"m\",\"field\":\"f\"},{}],"
                       "\"retryAfterSeconds\":7"));
    assert_int_equal(reading.status.causes.n, 2);
    assert_true(str_is(reading.status.causes.items[0].field, "f"));
    assert_true(str_is(reading.status.group, "apps"));
    assert_int_equal(reading.status.retry_after_s, 7);
    assert_true(
        str_is(cluster_status_format(&reading.arena, &reading.status), "422 Invalid: two lines"));
    end(&reading);
}

static void withholds_what_may_quote_a_secret(void **state)
{
    static const struct {
        const char *body;
        bool is_shown;
    } rows[] = {
        {STATUS("Invalid", "marker", "\"causes\":[{\"message\":\"marker\",\"field\":\"data\"}]"),
         false},
        {STATUS("", "got &value.valueUnstructured{Value:marker}", ""), false},
        {STATUS("Forbidden", "policy denied: marker", ""), false},
        {STATUS("Forbidden", "denied: marker is forbidden: User \\\"x\\\" cannot ",
                "\"causes\":[{\"message\":\"marker\"}]"),
         false},
        {STATUS("Forbidden", "secrets is forbidden: User \\\"marker\\\" cannot list", ""), true},
        {STATUS("NotFound", "secrets \\\"marker\\\" not found", ""), true},
        {STATUS("Conflict", "admission webhook \\\"a.b\\\" denied the request: marker", ""), false},
        {STATUS("Unauthorized",
                "ValidatingAdmissionPolicy 'a' with binding 'a' denied request: marker", ""),
         false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct reading reading = {0};
        read_answer(&reading, 403, rows[i].body);
        cluster_status_withhold(&reading.status);
        const struct str text = cluster_status_format(&reading.arena, &reading.status);
        assert_int_equal(str_has(text, STR("marker")), rows[i].is_shown);
        assert_int_equal(reading.status.is_withheld, !rows[i].is_shown);
        for (size_t j = 0; j < reading.status.causes.n; j++)
            assert_int_equal(reading.status.causes.items[j].message.n, 0);
        end(&reading);
    }
}

static void reads_warnings(void **state)
{
    static const struct {
        const char *header;
        size_t n;
        const char *first;
    } rows[] = {
        {"warning: 299 - \"plain\"", 1, "plain"},
        {"warning: 299 - \"line 8: key \\\"a\\\" already set, in map\"", 1,
         "line 8: key \"a\" already set, in map"},
        {"warning: 299 - \"one\", 299 - \"two\"", 2, "one"},
        {"warning: 299 - \"one\" \"Tue, 15 Nov 1994 08:12:31 GMT\", 299 - \"two\"", 2, "one"},
        {"warning: 110 - \"stale\"", 0, ""},
        {"warning: 299 - \"open", 0, ""},
        {"warning: 299 - \"open\\", 0, ""},
        {"warning: 299", 0, ""},
        {"warning:", 0, ""},
        {"warning: 299 - \"\"", 0, ""},
        {"x-warning: 299 - \"plain\"", 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct http_response response = {0};
        struct str_list warnings = {0};
        VEC_PUSH(&arena, &response.headers, str_dup(&arena, str_from(rows[i].header)));
        cluster_warnings_read(&arena, &response, &warnings);
        assert_int_equal(warnings.n, rows[i].n);
        if (warnings.n)
            assert_true(str_is(warnings.items[0], rows[i].first));
        arena_release(&arena);
    }
}

int test_status(void);
int test_status(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_outcomes_apart), cmocka_unit_test(tells_failures_apart),
        cmocka_unit_test(reads_details),        cmocka_unit_test(withholds_what_may_quote_a_secret),
        cmocka_unit_test(reads_warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
