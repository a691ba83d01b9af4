/* SPDX-License-Identifier: Apache-2.0 */
/* Built-in kinds: scope, states by minor, lifecycle, groups, suggestions, versions. */
#include "unit/unit.h"

#include "schema/schema.h"
#include "schema/schema_table.h"

static enum kind_state find(unsigned minor, const char *group, const char *version,
                            const char *kind, struct kind_info *info)
{
    struct arena arena = {0};
    struct schema_view view;
    schema_view_init(&view, &arena, minor);
    *info = (struct kind_info){0};
    return schema_find_kind(&view, str_from(group), str_from(version), str_from(kind), info);
}

static void minors_are_parsed(void **state)
{
    static const struct {
        const char *text;
        unsigned minor; /* 0: refused */
    } cases[] = {{"1.36", 36},
                 {"v1.36", 36},
                 {"v1.33.2", 33},
                 {"36", 36},
                 {" 1.28 ", 28},
                 {"v1.31.0-rc.1", 31},
                 {"1.30.1+k3s1", 30},
                 {"1.27", 0},
                 {"1.99", 0},
                 {"2.36", 0},
                 {"", 0},
                 {"1", 0},
                 {"v", 0},
                 {"1.", 0},
                 {"1.36.", 0},
                 {"1.36.x", 0},
                 {"1.36 1", 0},
                 {"latest", 0},
                 {"1.036x", 0},
                 {"136", 0},
                 {"1.99999999999999999999", 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        unsigned minor = 0;
        bool ok = schema_minor_parse(str_from(cases[i].text), &minor);
        if (ok != (cases[i].minor != 0) || minor != cases[i].minor)
            fail_msg("'%s' became %u", cases[i].text, minor);
    }
    assert_int_equal(schema_minor_min(), 28);
    assert_true(schema_minor_max() >= 36);
}

static void kinds_have_scope_and_plural(void **state)
{
    static const struct {
        const char *group, *version, *kind, *plural;
        bool namespaced, is_list, creatable;
    } cases[] = {
        {"", "v1", "Pod", "pods", true, false, true},
        {"", "v1", "Namespace", "namespaces", false, false, true},
        {"", "v1", "PodList", "", false, true, false},
        {"", "v1", "List", "", false, true, false},
        {"", "v1", "Endpoints", "endpoints", true, false, true},
        {"", "v1", "ComponentStatus", "componentstatuses", false, false, false},
        {"", "v1", "Status", "", false, false, false},
        {"apps", "v1", "Deployment", "deployments", true, false, true},
        {"autoscaling", "v1", "Scale", "", true, false, false},
        {"policy", "v1", "Eviction", "", true, false, false},
        {"authentication.k8s.io", "v1", "TokenRequest", "", true, false, false},
        {"authentication.k8s.io", "v1", "TokenReview", "tokenreviews", false, false, true},
        {"networking.k8s.io", "v1", "Ingress", "ingresses", true, false, true},
        {"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false, false, true},
        {"apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
         false, false, true},
    };
    (void)state;
    for (unsigned minor = schema_minor_min(); minor <= schema_minor_max(); minor++) {
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct kind_info info;
            enum kind_state got =
                find(minor, cases[i].group, cases[i].version, cases[i].kind, &info);
            if (got != KIND_SERVED || !str_is(info.plural, cases[i].plural) ||
                info.namespaced != cases[i].namespaced || info.is_list != cases[i].is_list ||
                info.creatable != cases[i].creatable || info.custom ||
                !str_is(info.kind, cases[i].kind))
                fail_msg("%s %s in 1.%u", cases[i].version, cases[i].kind, minor);
        }
    }
}

static void states_follow_the_minor(void **state)
{
    static const struct {
        unsigned minor;
        const char *group, *version, *kind;
        enum kind_state state;
    } cases[] = {
        {36, "extensions", "v1beta1", "Deployment", KIND_REMOVED},
        {28, "extensions", "v1beta1", "Ingress", KIND_REMOVED},
        {36, "apps", "v1beta2", "StatefulSet", KIND_REMOVED},
        {36, "policy", "v1beta1", "PodSecurityPolicy", KIND_REMOVED},
        {30, "settings.k8s.io", "v1alpha1", "PodPreset", KIND_REMOVED},
        {28, "flowcontrol.apiserver.k8s.io", "v1beta2", "FlowSchema", KIND_SERVED},
        {29, "flowcontrol.apiserver.k8s.io", "v1beta2", "FlowSchema", KIND_REMOVED},
        {31, "flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema", KIND_SERVED},
        {32, "flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema", KIND_REMOVED},
        {28, "flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", KIND_FUTURE},
        {29, "flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", KIND_SERVED},
        {29, "admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", KIND_FUTURE},
        {29, "admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicy",
         KIND_NOT_SERVED},
        {30, "admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", KIND_SERVED},
        {33, "resource.k8s.io", "v1", "DeviceClass", KIND_FUTURE},
        {34, "resource.k8s.io", "v1", "DeviceClass", KIND_SERVED},
        {36, "resource.k8s.io", "v1beta1", "DeviceClass", KIND_NOT_SERVED},
        {35, "resource.k8s.io", "v1alpha3", "DeviceClass", KIND_REMOVED},
        {36, "scheduling.k8s.io", "v1beta1", "PodGroup", KIND_FUTURE},
        {36, "apps", "v1", "Pod", KIND_NOT_IN_GROUP},
        {36, "apps", "v2", "Deployment", KIND_NOT_IN_GROUP},
        {36, "", "v1", "Deployment", KIND_NOT_IN_GROUP},
        {36, "", "v1", "pod", KIND_NOT_IN_GROUP},
        {36, "", "", "", KIND_NOT_IN_GROUP},
        {36, "gateway.networking.k8s.io", "v1", "Gateway", KIND_UNKNOWN},
        {36, "snapshot.storage.k8s.io", "v1", "VolumeSnapshot", KIND_UNKNOWN},
        {36, "example.org", "v1", "Thing", KIND_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kind_info info;
        enum kind_state got =
            find(cases[i].minor, cases[i].group, cases[i].version, cases[i].kind, &info);
        if (got != cases[i].state)
            fail_msg("%s/%s %s in 1.%u: %d, want %d", cases[i].group, cases[i].version,
                     cases[i].kind, cases[i].minor, (int)got, (int)cases[i].state);
    }
}

static void lifecycles_name_the_way_out(void **state)
{
    struct kind_info info;
    (void)state;
    assert_int_equal(find(36, "extensions", "v1beta1", "Ingress", &info), KIND_REMOVED);
    assert_int_equal(info.lifecycle.deprecated, 14);
    assert_int_equal(info.lifecycle.removed, 22);
    assert_true(str_is(info.lifecycle.replacement, "networking.k8s.io/v1"));
    assert_true(str_has(info.lifecycle.note, STR("pathType")));
    assert_true(info.namespaced);
    find(36, "policy", "v1beta1", "PodSecurityPolicy", &info);
    assert_false(info.namespaced);
    find(36, "", "v1", "Endpoints", &info);
    assert_int_equal(info.lifecycle.deprecated, 33);
    assert_int_equal(info.lifecycle.removed, 0);
    assert_true(str_is(info.lifecycle.replacement, "discovery.k8s.io/v1 EndpointSlice"));
    /* the tag says 1.37, the published API dropped it before */
    find(36, "resource.k8s.io", "v1alpha3", "ResourceClaim", &info);
    assert_int_equal(info.lifecycle.removed, 34);
    find(36, "batch", "v1", "CronJob", &info);
    assert_int_equal(info.lifecycle.introduced, 21);
}

static void groups_of_kubernetes_are_known(void **state)
{
    static const char *const own[] = {"",
                                      "apps",
                                      "batch",
                                      "extensions",
                                      "storage.k8s.io",
                                      "resource.k8s.io",
                                      "settings.k8s.io",
                                      "flowcontrol.apiserver.k8s.io"};
    static const char *const others[] = {"gateway.networking.k8s.io",
                                         "snapshot.storage.k8s.io",
                                         "metrics.k8s.io",
                                         "k8s.io",
                                         "x-k8s.io",
                                         "app"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        assert_true(schema_group_is_builtin(str_from(own[i])));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(schema_group_is_builtin(str_from(others[i])));
}

static void kinds_are_found_by_name(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct schema_view view;
    struct kind_info found[8];
    (void)state;
    schema_view_init(&view, &arena, 36);
    assert_int_equal(schema_kind_versions(&view, STR("HorizontalPodAutoscaler"), found, 8), 2);
    assert_true(str_is(found[0].group, "autoscaling") && str_is(found[0].version, "v1"));
    assert_true(str_is(found[1].version, "v2"));
    assert_int_equal(schema_kind_versions(&view, STR("Event"), found, 8), 2);
    assert_int_equal(schema_kind_versions(&view, STR("Event"), found, 1), 1);
    assert_int_equal(schema_kind_versions(&view, STR("PodSecurityPolicy"), found, 8), 0);
    assert_true(str_is(schema_nearest_kind(&view, STR("Deploymnet")), "Deployment"));
    assert_true(str_is(schema_nearest_kind(&view, STR("deployment")), "Deployment"));
    assert_true(str_is(schema_nearest_kind(&view, STR("Netwokpolicy")), "NetworkPolicy"));
    assert_int_equal(schema_nearest_kind(&view, STR("Zebra")).n, 0);
}

/* The counts of the published documents, counted independently of the compiler. */
static void counts_are_those_of_the_documents(void **state)
{
    static const struct {
        unsigned minor, kinds, lists, creatable;
    } cases[] = {{28, 147, 66, 72}, {29, 149, 67, 73}, {30, 161, 73, 79},
                 {31, 161, 73, 79}, {32, 162, 74, 79}, {33, 179, 83, 87},
                 {34, 183, 85, 89}, {35, 183, 85, 89}, {36, 193, 90, 94}};
    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        unsigned kinds = 0;
        unsigned lists = 0;
        unsigned creatable = 0;
        for (size_t i = 0; i < schema_info.kind_count; i++) {
            const struct table_kind *row = &schema_kinds[i];
            if (!(row->published >> cases[c].minor & 1))
                continue;
            kinds++;
            lists += (row->flags & TABLE_LIST) != 0;
            creatable += (row->flags & TABLE_CREATE) != 0;
        }
        /* ours has `List` besides; APIGroupList and APIResourceList are no lists of objects */
        assert_int_equal(kinds, cases[c].kinds + 1);
        assert_int_equal(lists, cases[c].lists - 2 + 1);
        assert_int_equal(creatable, cases[c].creatable);
    }
}

int test_kinds(void);

int test_kinds(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minors_are_parsed),
        cmocka_unit_test(kinds_have_scope_and_plural),
        cmocka_unit_test(states_follow_the_minor),
        cmocka_unit_test(lifecycles_name_the_way_out),
        cmocka_unit_test(groups_of_kubernetes_are_known),
        cmocka_unit_test(kinds_are_found_by_name),
        cmocka_unit_test(counts_are_those_of_the_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
