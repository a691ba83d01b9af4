/* SPDX-License-Identifier: Apache-2.0 */
/* Names by kind: what the API server took and refused. */
#include "admit_case.h"

#include "admit/admit_internal.h"

struct row {
    const char *api_version;
    const char *kind;
    const char *name;
    const char *rest; /* of the manifest, or NULL */
    unsigned minor;   /* 0: the newest */
    bool good;
};

#define LONG_53  "x1234567890123456789012345678901234567890123456789012"
#define LONG_64  LONG_53 "34567890123"
#define RBAC     "rbac.authorization.k8s.io/v1"
#define CERT     "certificates.k8s.io/v1"
#define POLICIES "policy/v1"

static const struct row names[] = {
    {"v1", "Pod", "a.b-c.d", NULL, 0, true},
    {"v1", "Pod", "7up", NULL, 0, true},
    {"v1", "Pod", "name with space", NULL, 0, false},
    {"v1", "Secret", "a/b", NULL, 0, false},
    {"v1", "ConfigMap", "under_score.dot", NULL, 0, false},
    {"v1", "Namespace", "a.b", NULL, 0, false},
    {"v1", "Namespace", "My-App", NULL, 0, false},
    {"v1", "Service", "a-0-b", NULL, 0, true},
    {"v1", "Service", "7up", NULL, 36, true},
    {"v1", "Service", "7up", NULL, 35, false},
    {"v1", "Service", "a.b", NULL, 36, false},
    {"v1", "PodTemplate", "Any_name", NULL, 0, false},
    {"apps/v1", "Deployment", LONG_64, NULL, 0, true},
    {"apps/v1", "StatefulSet", "a.b", NULL, 0, false},
    {"apps/v1", "StatefulSet", LONG_64, NULL, 0, false},
    {"batch/v1", "Job", LONG_53, NULL, 0, true},
    {"batch/v1", "Job", LONG_64, NULL, 0, false},
    {"batch/v1", "Job", LONG_64, "spec: {manualSelector: true}\n", 0, true},
    {"batch/v1", "CronJob", LONG_53, NULL, 0, false},
    {POLICIES, "PodDisruptionBudget", "trail-", NULL, 0, true},
    {POLICIES, "PodDisruptionBudget", "a%b", NULL, 0, false},
    {RBAC, "Role", "system:node", NULL, 0, true},
    {RBAC, "ClusterRoleBinding", "Any Name", NULL, 0, true},
    {RBAC, "RoleBinding", "a/b", NULL, 0, false},
    {RBAC, "Role", "..", NULL, 0, false},
    {CERT, "CertificateSigningRequest", "Any_name", NULL, 0, true},
    {"networking.k8s.io/v1", "IPAddress", "10.0.0.1", NULL, 0, true},
    {"networking.k8s.io/v1", "IPAddress", "2001:db8::1", NULL, 0, true},
    {"networking.k8s.io/v1", "IPAddress", "2001:DB8::1", NULL, 0, false},
    {"networking.k8s.io/v1", "IPAddress", "10.0.0.01", NULL, 0, false},
    {"networking.k8s.io/v1", "IPAddress", "web", NULL, 0, false},
    {"apiregistration.k8s.io/v1", "APIService", "v1.a.b", "spec: {group: a.b, version: v1}\n", 0,
     true},
    {"apiregistration.k8s.io/v1", "APIService", "v2.a.b", "spec: {group: a.b, version: v1}\n", 0,
     false},
};

static const struct row prefixes[] = {
    {"v1", "Pod", "web-", NULL, 0, true},
    {"v1", "Pod", "Web-", NULL, 0, false},
    {"v1", "Pod", "web.", NULL, 0, false},
    {"v1", "Namespace", "web.x-", NULL, 0, false},
    {RBAC, "Role", "system:", NULL, 0, true},
    {RBAC, "Role", ".", NULL, 0, false},
    {"batch/v1", "CronJob", LONG_53, NULL, 0, false},
    {"apps/v1", "StatefulSet", LONG_64, NULL, 0, false},
    {"networking.k8s.io/v1", "IPAddress", "10.0.0.", NULL, 0, false},
};

static bool is_taken(const struct row *row, const char *field)
{
    struct arena arena = {0};
    const struct str manifest =
        str_format(&arena, "apiVersion: %s\nkind: %s\nmetadata: {%s: \"%s\"}\n%s", row->api_version,
                   row->kind, field, row->name, row->rest ? row->rest : "");
    const struct admit_case test = {.manifest = manifest.p, .minor = row->minor};
    const bool taken = !str_has(admit_text(&arena, &test), STR("api/invalid-name"));
    arena_release(&arena);
    return taken;
}

static void check_rows(const struct row *rows, size_t n, const char *field)
{
    for (size_t i = 0; i < n; i++) {
        const bool taken = is_taken(&rows[i], field);
        if (taken != rows[i].good)
            print_error("%s %s %s\n", rows[i].kind, field, rows[i].name);
        assert_int_equal(taken, rows[i].good);
    }
}

static void test_by_kind(void **state)
{
    (void)state;
    check_rows(names, ARRAY_LEN(names), "name");
}

static void test_prefixes(void **state)
{
    (void)state;
    check_rows(prefixes, ARRAY_LEN(prefixes), "generateName");
}

static void test_trust_bundle(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *signer;
        bool good;
    } rows[] = {
        {"web", "", true},
        {"a:web", "", false},
        {"example.com:foo:web", "example.com/foo", true},
        {"example.com:foo", "example.com/foo", false},
        {"web", "example.com/foo", false},
        {"example.com:foo:Web", "example.com/foo", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct schema_view view;
        schema_view_init(&view, &arena, schema_minor_max());
        struct admit_ctx ctx = {.view = &view, .arena = &arena};
        struct node *root = node_new(&arena, NODE_MAP);
        struct node *spec = node_new(&arena, NODE_MAP);
        node_put(&arena, spec, STR("signerName"), node_new_text(&arena, str_from(rows[i].signer)));
        node_put(&arena, root, STR("spec"), spec);
        const struct admitted admitted = {
            .value = root,
            .state = KIND_SERVED,
            .kind = {.group = STR("certificates.k8s.io"), .kind = STR("ClusterTrustBundle")}};
        const char *error = name_error(&ctx, &admitted, str_from(rows[i].name));
        assert_int_equal(error == NULL, rows[i].good);
        arena_release(&arena);
    }
}

int test_names(void);
int test_names(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_kind),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_trust_bundle),
    };
    return cmocka_run_group_tests_name("admit names", tests, NULL, NULL);
}
