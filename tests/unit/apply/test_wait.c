/* SPDX-License-Identifier: Apache-2.0 */
/* What an object leaves open, one a row; and the rules that their authors write. */
#include "unit/unit.h"

#include "apply/wait_internal.h"
#include "object/object.h"

int test_wait(void);

enum { NOW_S = 1700000000 };

static const struct node *read(struct arena *arena, const char *text)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc;
    assert_int_equal(
        doc_read_json(arena, source_new(arena, STR("object"), str_from(text)), &diags, &doc), 0);
    assert_false(doc.broken);
    return doc.root;
}

static const char *const doubts[] = {"", " status", " stale", " gone", " class", " served"};

#define FAILED_DEPLOYMENT                                                                          \
    "\"status\":{\"conditions\":[{\"type\":\"Progressing\",\"status\":\"False\","                  \
    "\"reason\":\"ProgressDeadlineExceeded\",\"lastUpdateTime\":\"2023-01-01T00:00:00Z\"}]}"
#define CLAIM(more) "{\"spec\":{" more "},\"status\":{\"phase\":\"Pending\"}}"

static const struct {
    const char *api_version, *kind, *object, *want; /* state, reason, doubt, final */
    bool is_new;                                    /* not as it was first seen */
} rows[] = {
    {"apps/v1", "Deployment", "{" FAILED_DEPLOYMENT "}", "Failed ProgressDeadlineExceeded stale",
     false},
    {"apps/v1", "Deployment", "{" FAILED_DEPLOYMENT "}", "Failed ProgressDeadlineExceeded final",
     true},
    {"apps/v1", "Deployment", "{\"metadata\":{\"generation\":1}," FAILED_DEPLOYMENT "}",
     "Failed ProgressDeadlineExceeded final", false},
    {"apps/v1", "Deployment", "{\"spec\":{\"paused\":true}," FAILED_DEPLOYMENT "}",
     "Current Paused", true},
    {"apps/v1", "Deployment", "{\"metadata\":{\"deletionTimestamp\":\"2023-01-01T00:00:00Z\"}}",
     "Terminating Terminating final", false},
    {"batch/v1", "Job", "{\"spec\":{\"suspend\":true}}", "Current Suspended", false},
    {"batch/v1", "Job", "{\"status\":{\"startTime\":\"2023-01-01T00:00:00Z\"}}",
     "InProgress JobRunning", false},
    {"batch/v1", "Job", "{\"status\":{\"conditions\":[{\"type\":\"Failed\",\"status\":\"True\"}]}}",
     "Failed JobFailed final", false},
    {"v1", "PersistentVolumeClaim", CLAIM("\"storageClassName\":\"a\""),
     "InProgress NotBound class", false},
    {"v1", "PersistentVolumeClaim", CLAIM("\"storageClassName\":\"\""), "InProgress NotBound",
     false},
    {"v1", "PersistentVolumeClaim", CLAIM("\"storageClassName\":\"a\",\"volumeName\":\"b\""),
     "InProgress NotBound", false},
    {"v1", "PersistentVolumeClaim", "{\"status\":{\"phase\":\"Bound\"}}", "Current ", false},
    {"v1", "Namespace", "{\"status\":{\"phase\":\"Active\"}}", "Current ", false},
    {"example.com/v1", "Mug", "{}", "InProgress NoStatus status", false},
    {"example.com/v1", "Mug", "{\"status\":{}}", "InProgress NoStatus status", false},
    {"example.com/v1", "Mug", "{\"status\":{\"phase\":\"x\"}}", "Current ", false},
    {"gateway.networking.k8s.io/v1", "Gateway", "{}", "InProgress NoStatus status", false},
    {"networking.k8s.io/v1", "ServiceCIDR", "{}", "Current ", false},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition",
     "{\"status\":{\"conditions\":[{\"type\":\"Established\",\"status\":\"True\"}]}}",
     "InProgress NotServed served", false},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition",
     "{\"status\":{\"conditions\":[{\"type\":\"NamesAccepted\",\"status\":\"False\","
     "\"reason\":\"ListKindConflict\"}]}}",
     "Failed ListKindConflict final", true},
};

static void resource_of(struct arena *arena, const char *api_version, const char *kind,
                        struct cluster_resource *resource)
{
    *resource = (struct cluster_resource){.kind = str_from(kind)};
    assert_true(api_version_split(str_from(api_version), &resource->group, &resource->version));
    VEC_PUSH(arena, &resource->subresources, (struct cluster_subresource){.name = STR("status")});
}

static void judges(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        SCOPED(arena) struct arena arena = {0};
        struct cluster_resource resource;
        struct wait_verdict verdict;
        resource_of(&arena, rows[i].api_version, rows[i].kind, &resource);
        const struct node *object = wait_with_type(&arena, &resource, read(&arena, rows[i].object));
        assert_string_equal(str_to_c(&arena, node_get_text(object, STR("apiVersion"))),
                            rows[i].api_version);
        const struct wait_question question = {
            .resource = &resource,
            .object = object,
            .now_s = NOW_S,
            .mark = rows[i].is_new ? 0 : wait_mark(object),
        };
        wait_judge(&arena, &question, &verdict);
        const struct str got =
            str_format(&arena, "%s %.*s%s%s", health_state_name(verdict.health.state),
                       STR_FMT(verdict.health.reason), doubts[verdict.doubt],
                       verdict.is_final ? " final" : "");
        assert_string_equal(str_to_c(&arena, got), rows[i].want);
    }
}

static void knows_plain_kinds(void **state)
{
    static const struct {
        const char *api_version, *kind;
        bool is_plain;
    } kinds[] = {
        {"v1", "ConfigMap", true},
        {"v1", "Service", true},
        {"v1", "Pod", false},
        {"v1", "PersistentVolumeClaim", false},
        {"apps/v1", "Deployment", false},
        {"rbac.authorization.k8s.io/v1", "Role", true},
        {"example.com/v1", "ConfigMap", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        SCOPED(arena) struct arena arena = {0};
        struct cluster_resource resource;
        resource_of(&arena, kinds[i].api_version, kinds[i].kind, &resource);
        assert_int_equal(wait_is_plain(&resource), kinds[i].is_plain);
    }
}

/* ---- rules ---- */

#define MUG(metadata, status)                                                                      \
    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Mug\",\"metadata\":{" metadata "}" status "}"
#define PHASE(phase) MUG("", ",\"status\":{\"phase\":\"" phase "\"}")

static const struct {
    const char *in_progress, *failed, *current, *object, *want;
} rules[] = {
    {"", "", "status.phase == 'Full'", PHASE("Full"), "Current "},
    {"", "", "status.phase == 'Full'", PHASE("Half"), "InProgress NotCurrent"},
    {"", "status.phase == 'Broken'", "true", PHASE("Broken"), "Failed Failed"},
    {"status.phase == 'Broken'", "status.phase == 'Broken'", "true", PHASE("Broken"),
     "InProgress InProgress"},
    {"", "", "has(status.phase)", MUG("", ""), "InProgress NotCurrent"},
    {"", "", "status.phase == 'Full'", MUG("", ""), "Unknown HealthRule"},
    {"", "", "handle == 'left'", MUG("", ",\"handle\":\"left\""), "Current "},
    {"", "", "handle == 'left'", MUG("", ""), "Unknown HealthRule"},
    {"", "", "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
     MUG("", ",\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}"),
     "Current "},
    {"", "", "sets.contains([1, 3], [status.a]) && type(status.a) == int",
     MUG("", ",\"status\":{\"a\":3}"), "Current "},
    {"", "", "true", MUG("\"generation\":2", ",\"status\":{\"observedGeneration\":1}"),
     "InProgress LatestGenerationNotObserved"},
    {"", "", "true", MUG("\"deletionTimestamp\":\"2023-01-01T00:00:00Z\"", ""),
     "Terminating Terminating"},
    {"", "", "status.phase", PHASE("Full"), "Unknown HealthRule"},
    {"", "", "", PHASE("Full"), "Unknown HealthRule"},
    {"", "", "statuss.phase == 'Full'", PHASE("Full"), "Unknown HealthRule"},
    {"", "", "status.phase ==", PHASE("Full"), "Unknown HealthRule"},
    {"", "", "'a'", PHASE("Full"), "Unknown HealthRule"},
    /* Past any budget. */
    {"", "",
     "[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, "
     "[0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, "
     "a + b + c + d + e + f >= status.least))))))",
     MUG("", ",\"status\":{\"least\":0}"), "Unknown HealthRule"},
};

static void follows_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        SCOPED(arena) struct arena arena = {0};
        struct health_errors errors = {0};
        struct health health;
        const struct config_health setting = {
            .api_version = STR("example.com/v1"),
            .kind = STR("Mug"),
            .in_progress = str_from(rules[i].in_progress),
            .failed = str_from(rules[i].failed),
            .current = str_from(rules[i].current),
        };
        struct health_rules *all = health_rules_new(&arena, &setting, 1, &errors);
        health_rule_of(health_rules_find(all, STR("example.com/v1"), STR("Mug")), &arena,
                       read(&arena, rules[i].object), &health);
        const struct str got =
            str_format(&arena, "%s %.*s", health_state_name(health.state), STR_FMT(health.reason));
        health_rules_free(all);
        assert_string_equal(str_to_c(&arena, got), rules[i].want);
    }
}

static void tells_errors(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct health_errors errors = {0};
    const struct config_health settings[] = {
        {.api_version = STR("example.com/v1"), .current = STR("statuss.a"), .failed = STR("(")},
    };
    (void)state;
    health_rules_free(health_rules_new(&arena, settings, 1, &errors));
    assert_true(errors.n >= 2);
    assert_ptr_equal(errors.items[0].setting, settings);
    assert_string_equal(errors.items[0].field, "failed");
    assert_string_equal(str_to_c(&arena, errors.items[errors.n - 1].message),
                        "objects have no field 'statuss'; did you mean 'status'?");
}

static void finds_the_nearest_rule(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct health_errors errors = {0};
    const struct config_health settings[] = {
        {.api_version = STR("example.com/v1"), .current = STR("true")},
        {.api_version = STR("example.com/v1"), .kind = STR("Mug"), .current = STR("false")},
    };
    struct health health;
    (void)state;
    struct health_rules *all = health_rules_new(&arena, settings, 2, &errors);
    assert_int_equal(errors.n, 0);
    const struct node *object = read(&arena, PHASE("x"));
    health_rule_of(health_rules_find(all, STR("example.com/v1"), STR("Mug")), &arena, object,
                   &health);
    assert_int_equal(health.state, HEALTH_IN_PROGRESS);
    health_rule_of(health_rules_find(all, STR("example.com/v1"), STR("Cup")), &arena, object,
                   &health);
    assert_int_equal(health.state, HEALTH_CURRENT);
    assert_null(health_rules_find(all, STR("example.com/v2"), STR("Mug")));
    assert_null(health_rules_find(NULL, STR("example.com/v1"), STR("Mug")));
    health_rules_free(all);
}

int test_wait(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges),
        cmocka_unit_test(knows_plain_kinds),
        cmocka_unit_test(follows_rules),
        cmocka_unit_test(tells_errors),
        cmocka_unit_test(finds_the_nearest_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
