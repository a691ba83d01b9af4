/* SPDX-License-Identifier: Apache-2.0 */
/* Built-in types: what each Go type became, and what changes between minors. */
#include "unit/unit.h"

#include "schema/schema.h"
#include "schema/schema_table.h"

/* Walks a path of field names from a type; a list or map is stepped through. NULL: not there. */
static const struct field *walk(const char *type_full_name, const char *path, unsigned minor)
{
    const struct field *field = NULL;
    struct str rest = str_from(path);
    struct str name;
    type_id id = type_find(str_from(type_full_name));
    assert_int_not_equal(id, 0);
    while (str_split(&rest, '.', &name)) {
        const struct type *type = type_get(id);
        while (type->kind == TYPE_LIST || type->kind == TYPE_MAP)
            type = type_get(type->element);
        field = type_field(type, name, minor);
        if (!field)
            return NULL;
        id = field->type;
    }
    return field;
}

static const struct type *type_at(const char *type_full_name, const char *path)
{
    const struct field *field = walk(type_full_name, path, 36);
    if (!field)
        fail_msg("%s has no %s", type_full_name, path);
    assert_non_null(field);
    return type_get(field->type);
}

static void go_types_are_right(void **state)
{
    static const struct {
        const char *type, *path;
        enum type_kind kind;
        enum type_kind element; /* lists and maps */
    } cases[] = {
        {"apps.v1.Deployment", "spec.replicas", TYPE_INT32, 0},
        {"apps.v1.Deployment", "metadata.generation", TYPE_INT64, 0},
        {"apps.v1.Deployment", "spec.paused", TYPE_BOOL, 0},
        {"apps.v1.Deployment", "metadata.creationTimestamp", TYPE_TIME, 0},
        {"apps.v1.Deployment", "metadata.labels", TYPE_MAP, TYPE_STRING},
        {"apps.v1.Deployment", "metadata.managedFields.fieldsV1", TYPE_ANY, 0},
        {"apps.v1.Deployment", "spec.strategy.rollingUpdate.maxSurge", TYPE_INT_OR_STRING, 0},
        {"apps.v1.Deployment", "spec.template.spec.containers", TYPE_LIST, TYPE_STRUCT},
        {"apps.v1.Deployment", "spec.template.spec.containers.resources.limits", TYPE_MAP,
         TYPE_QUANTITY},
        {"apps.v1.ControllerRevision", "data", TYPE_OBJECT, 0},
        {"coordination.v1.Lease", "spec.renewTime", TYPE_MICRO_TIME, 0},
        {"core.v1.Secret", "data", TYPE_MAP, TYPE_BYTES},
        {"core.v1.Secret", "stringData", TYPE_MAP, TYPE_STRING},
        {"core.v1.ConfigMap", "binaryData", TYPE_MAP, TYPE_BYTES},
        {"core.v1.ConfigMap", "data", TYPE_MAP, TYPE_STRING},
        {"core.v1.Event", "eventTime", TYPE_MICRO_TIME, 0},
        {"core.v1.Event", "firstTimestamp", TYPE_TIME, 0},
        {"core.v1.Service", "spec.ports.targetPort", TYPE_INT_OR_STRING, 0},
        {"core.v1.EmptyDirVolumeSource", "sizeLimit", TYPE_QUANTITY, 0},
        {"core.v1.PodSecurityContext", "supplementalGroups", TYPE_LIST, TYPE_INT64},
        {"authentication.v1.UserInfo", "extra", TYPE_MAP, TYPE_LIST},
        {"certificates.v1.CertificateSigningRequest", "spec.request", TYPE_BYTES, 0},
        {"admissionregistration.v1.WebhookClientConfig", "caBundle", TYPE_BYTES, 0},
        {"apiextensions.v1.CustomResourceDefinition",
         "spec.versions.schema.openAPIV3Schema.properties", TYPE_MAP, TYPE_STRUCT},
        {"apiextensions.v1.JSONSchemaProps", "default", TYPE_ANY, 0},
        {"apiextensions.v1.JSONSchemaProps", "enum", TYPE_LIST, TYPE_ANY},
        {"apiextensions.v1.JSONSchemaProps", "maximum", TYPE_DOUBLE, 0},
        {"apiextensions.v1.JSONSchemaProps", "maxLength", TYPE_INT64, 0},
        {"apiextensions.v1.JSONSchemaProps", "items", TYPE_SCHEMA_OR_LIST, 0},
        {"apiextensions.v1.JSONSchemaProps", "additionalProperties", TYPE_SCHEMA_OR_BOOL, 0},
        {"apiextensions.v1.JSONSchemaProps", "dependencies", TYPE_MAP, TYPE_SCHEMA_OR_STRINGS},
        {"apiextensions.v1.JSONSchemaProps", "x-kubernetes-int-or-string", TYPE_BOOL, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct type *type = type_at(cases[i].type, cases[i].path);
        bool nested = type->kind == TYPE_LIST || type->kind == TYPE_MAP;
        if (type->kind != cases[i].kind ||
            (nested && type_get(type->element)->kind != cases[i].element))
            fail_msg("%s.%s is %.*s", cases[i].type, cases[i].path, STR_FMT(type_name(type)));
    }
    const struct type *items = type_at("apiextensions.v1.JSONSchemaProps", "items");
    assert_true(str_is(type_name(type_get(items->element)), "JSONSchemaProps"));
    assert_true(str_is(type_name(type_get(type_object_meta())), "ObjectMeta"));
    assert_int_equal(type_get(0)->kind, TYPE_ANY);
}

static void fields_come_and_go(void **state)
{
    static const struct {
        const char *type, *path;
        unsigned first, last; /* of the supported minors */
    } cases[] = {
        {"core.v1.PodSpec", "containers", 28, 36},
        {"core.v1.PodSpec", "resources", 32, 36},
        {"core.v1.Container", "restartPolicyRules", 34, 36},
        {"core.v1.ServiceSpec", "trafficDistribution", 30, 36},
        {"core.v1.PodSpec", "topologyKeys", 99, 0},
        {"resource.v1alpha3.DeviceClass", "spec", 31, 33},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned minor = schema_minor_min(); minor <= 36; minor++) {
            bool want = minor >= cases[i].first && minor <= cases[i].last;
            if ((walk(cases[i].type, cases[i].path, minor) != NULL) != want)
                fail_msg("%s.%s in 1.%u", cases[i].type, cases[i].path, minor);
        }
    }
    /* one name, two types */
    const struct field *before = walk("core.v1.PersistentVolumeClaimSpec", "resources", 28);
    const struct field *after = walk("core.v1.PersistentVolumeClaimSpec", "resources", 29);
    assert_true(str_is(type_name(type_get(before->type)), "ResourceRequirements"));
    assert_true(str_is(type_name(type_get(after->type)), "VolumeResourceRequirements"));
}

static void names_are_exact(void **state)
{
    static const char *const wrong[] = {"Containers", "container", "containerss", "", "x"};
    (void)state;
    const struct type *type = type_get(type_find(STR("core.v1.PodSpec")));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_null(type_field(type, str_from(wrong[i]), 36));
    assert_null(type_field(type, ((struct str){"containers\0x", 12}), 36));
    assert_null(type_field(type_get(0), STR("spec"), 36));
    assert_int_equal(type_find(STR("core.v1.Nothing")), 0);
}

/* Every field of every type is found by its name, and its type exists. */
static void all_fields_are_found(void **state)
{
    size_t total = 0;
    (void)state;
    for (type_id id = 0; id < schema_info.type_count; id++) {
        const struct type *type = type_get(id);
        const struct field *field;
        for (size_t i = 0; (field = type_field_at(type, i)) != NULL; i++, total++) {
            assert_ptr_equal(type_field(type, field_name(field), field->since), field);
            assert_true(field->type < schema_info.type_count);
            assert_true(field->since >= schema_minor_min() && field->since <= field->until);
            if (i > 0)
                assert_true(str_cmp(field_name(type_field_at(type, i - 1)), field_name(field)) <=
                            0);
        }
    }
    assert_true(total > 3700);
}

/* Definitions with properties and properties, counted from the documents by other means. */
static void counts_are_those_of_the_documents(void **state)
{
    static const struct {
        unsigned minor;
        size_t properties;
    } cases[] = {{28, 2363}, {29, 2390}, {30, 2555}, {31, 2585}, {32, 2601},
                 {33, 2868}, {34, 2990}, {35, 3002}, {36, 3137}};
    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        size_t n = 0;
        for (type_id id = 0; id < schema_info.type_count; id++) {
            const struct field *field;
            for (size_t i = 0; (field = type_field_at(type_get(id), i)) != NULL; i++)
                n += field_is_in(field, cases[c].minor);
        }
        assert_int_equal(n, cases[c].properties);
    }
}

static void lists_have_types_keys_and_values(void **state)
{
    struct str texts[32];
    (void)state;
    const struct field *ports = walk("core.v1.ServiceSpec", "ports", 36);
    assert_int_equal(ports->list_type, LIST_MAP);
    assert_int_equal(field_map_keys(ports, texts, 32), 2);
    assert_true(str_is(texts[0], "port") && str_is(texts[1], "protocol"));
    assert_int_equal(walk("meta.v1.ObjectMeta", "finalizers", 36)->list_type, LIST_SET);
    const struct field *args = walk("core.v1.Container", "args", 36);
    assert_int_equal(args->list_type, LIST_ATOMIC);
    assert_int_equal(field_map_keys(args, texts, 32), 0);
    assert_true(walk("core.v1.PodSpec", "containers", 36)->required);
    for (unsigned minor = schema_minor_min(); minor <= 36; minor++) {
        const struct field *policy = walk("core.v1.PodSpec", "restartPolicy", minor);
        assert_int_equal(field_enum(policy, texts, 32), 3);
        assert_true(str_is(texts[0], "Always") && str_is(texts[2], "OnFailure"));
    }
    assert_int_equal(field_enum(args, texts, 32), 0);
    const struct field *path = walk("core.v1.HostPathVolumeSource", "type", 36);
    assert_true(field_enum(path, texts, 32) > 3);
    assert_int_equal(texts[0].n, 0);
    assert_int_equal(field_enum(path, texts, 2), 2);
    const struct field *usages =
        walk("certificates.v1.CertificateSigningRequestSpec", "usages", 36);
    assert_int_equal(field_enum(usages, texts, 32), 23);
}

int test_fields(void);

int test_fields(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(go_types_are_right),
        cmocka_unit_test(fields_come_and_go),
        cmocka_unit_test(names_are_exact),
        cmocka_unit_test(all_fields_are_found),
        cmocka_unit_test(counts_are_those_of_the_documents),
        cmocka_unit_test(lists_have_types_keys_and_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
