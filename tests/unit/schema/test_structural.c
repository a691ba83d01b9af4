/* SPDX-License-Identifier: Apache-2.0 */
/* CRDs as kinds, and their schemas. */
#include "unit/unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "schema/schema_internal.h"

int test_structural(void);

struct setting {
    struct arena arena;
    struct diags diags;
    struct schema_view view;
    struct doc_list docs;
    bool added;
};

static void add_text(struct setting *s, struct str text)
{
    struct source *source = source_new(&s->arena, STR("crd.yaml"), text);
    s->docs = (struct doc_list){0};
    assert_int_equal(doc_read_file(&s->arena, source, &s->diags, &s->docs), 0);
    assert_int_equal(s->docs.n, 1);
    assert_non_null(s->docs.items[0].root);
    s->added = schema_view_add_crd(&s->view, s->docs.items[0].root, source);
}

static void add_widgets(struct setting *s)
{
    struct str text;
    *s = (struct setting){0};
    schema_view_init(&s->view, &s->arena, 36);
    assert_int_equal(
        file_read(&s->arena, TESTS_DIR "/unit/schema/data/widgets.yaml", 1 << 20, &text), 0);
    add_text(s, text);
    assert_true(s->added);
    assert_int_equal(s->diags.n, 0);
}

static void done(struct setting *s)
{
    schema_view_release(&s->view);
    diags_release(&s->diags);
    arena_release(&s->arena);
}

static enum kind_state find(struct setting *s, const char *version, struct kind_info *info)
{
    return schema_find_kind(&s->view, STR("shop.example.org"), str_from(version), STR("Widget"),
                            info);
}

/* A property of spec. */
static const struct structural *property(struct setting *s, const char *name)
{
    struct kind_info info;
    assert_int_equal(find(s, "v1", &info), KIND_SERVED);
    const struct structural *spec = structural_property(info.structural, STR("spec"));
    assert_non_null(spec);
    const struct structural *found = structural_property(spec, str_from(name));
    if (!found)
        fail_msg("there is no %s", name);
    return found;
}

static void versions_become_kinds(void **state)
{
    struct setting s;
    struct kind_info info;
    (void)state;
    add_widgets(&s);
    assert_int_equal(find(&s, "v1", &info), KIND_SERVED);
    assert_true(info.custom && info.namespaced && info.creatable && !info.deprecated);
    assert_true(str_is(info.plural, "widgets"));
    assert_int_equal(source_place(info.source, info.span.start).line, 11);
    assert_int_equal(find(&s, "v1alpha1", &info), KIND_NOT_SERVED);
    assert_true(info.deprecated && str_is(info.deprecation_warning, "use v1"));
    assert_null(info.structural);
    assert_int_equal(find(&s, "v2", &info), KIND_UNKNOWN);
    struct kind_info found[4];
    assert_int_equal(schema_kind_versions(&s.view, STR("Widget"), found, 4), 1);
    assert_true(str_is(schema_nearest_kind(&s.view, STR("Wigdet")), "Widget"));
    done(&s);
}

static void values_are_read(void **state)
{
    struct setting s;
    (void)state;
    add_widgets(&s);
    const struct structural *size = property(&s, "size");
    assert_int_equal(size->type, STRUCTURAL_INTEGER);
    assert_true(str_is(size->format, "int32") && size->exclusive_minimum && size->has_minimum);
    assert_true(size->has_maximum && size->maximum > 9 && size->has_multiple_of);
    assert_true(!size->exclusive_maximum && size->min_length == -1);
    assert_true(property(&s, "ratio")->minimum < 0.6 && property(&s, "ratio")->minimum > 0.4);
    const struct structural *color = property(&s, "color");
    assert_int_equal(node_real(color->enumeration)->n, 2);
    assert_true(str_is(node_text(color->default_value), "red"));
    assert_true(color->min_length == 1 && color->max_length == 8);
    assert_null(property(&s, "nothing")->default_value);
    const struct structural *labels = property(&s, "labels");
    assert_int_equal(labels->additional->type, STRUCTURAL_STRING);
    assert_true(labels->max_properties == 4 && labels->min_properties == 1 && labels->map_atomic);
    assert_true(property(&s, "any")->additional_any && !property(&s, "any")->additional);
    assert_true(!property(&s, "none")->additional_any && !property(&s, "none")->additional);
    done(&s);
}

static void patterns_are_compiled_once(void **state)
{
    struct setting s;
    (void)state;
    add_widgets(&s);
    const struct structural *name = property(&s, "name");
    assert_true(name->nullable && regex_has(name->regex, STR("abc")));
    assert_false(regex_has(name->regex, STR("ABC")));
    assert_ptr_equal(property(&s, "other")->regex, name->regex);
    assert_null(property(&s, "broken")->regex);
    assert_int_equal(property(&s, "broken")->pattern.n, 2);
    assert_int_equal(s.view.reading->patterns.n, 2);
    done(&s);
}

static void aliases_share_what_they_stand_for(void **state)
{
    struct setting s;
    (void)state;
    add_widgets(&s);
    assert_ptr_equal(property(&s, "other"), property(&s, "again"));
    done(&s);
}

static void lists_and_junctors_are_read(void **state)
{
    struct setting s;
    (void)state;
    add_widgets(&s);
    const struct structural *list = property(&s, "list");
    assert_int_equal(list->list_type, LIST_MAP);
    assert_int_equal(list->list_key_count, 2);
    assert_true(str_is(list->list_keys[1], "kind") && list->unique_items);
    assert_true(list->min_items == 1 && list->max_items == 3);
    assert_non_null(structural_property(list->items, STR("key")));
    assert_int_equal(property(&s, "set")->list_type, LIST_SET);
    const struct structural *port = property(&s, "port");
    assert_true(port->int_or_string && port->any_of_count == 2 && port->type == STRUCTURAL_NONE);
    const struct structural *choice = property(&s, "choice");
    assert_int_equal(choice->one_of_count, 2);
    assert_true(str_is(choice->one_of[1]->required[0], "b"));
    assert_non_null(choice->all_of[0]->not_schema);
    assert_true(property(&s, "pod")->embedded_resource && property(&s, "pod")->preserve_unknown);
    struct kind_info info;
    find(&s, "v1", &info);
    const struct structural *spec = structural_property(info.structural, STR("spec"));
    assert_int_equal(spec->required_count, 2);
    assert_int_equal(node_real(spec->validations)->n, 1);
    for (uint32_t i = 1; i < spec->property_count; i++)
        assert_true(str_cmp(spec->properties[i - 1].name, spec->properties[i].name) < 0);
    assert_null(structural_property(spec, STR("text")));
    done(&s);
}

static void what_does_not_belong_is_skipped(void **state)
{
    struct setting s;
    (void)state;
    add_widgets(&s);
    const struct structural *odd = property(&s, "odd");
    assert_int_equal(odd->type, STRUCTURAL_NONE);
    assert_true(odd->min_length == -1 && !odd->has_minimum && odd->required_count == 0);
    assert_true(!odd->items && !odd->all_of && !odd->enumeration && odd->property_count == 0);
    assert_int_equal(odd->list_type, LIST_ATOMIC);
    done(&s);
}

static void the_first_of_one_kind_stays(void **state)
{
    struct setting s;
    struct kind_info info;
    (void)state;
    add_widgets(&s);
    add_text(&s, STR("spec: {group: shop.example.org, scope: Cluster, names: {kind: Widget},\n"
                     "       versions: [{name: v9, served: true}]}\n"));
    assert_false(s.added);
    assert_int_equal(find(&s, "v9", &info), KIND_UNKNOWN);
    add_text(&s, STR("spec: {group: b.example.org, scope: Cluster, names: {kind: Widget},\n"
                     "       versions: [{name: v9, served: true}, {served: true}, 3]}\n"));
    assert_true(s.added);
    assert_int_equal(
        schema_find_kind(&s.view, STR("b.example.org"), STR("v9"), STR("Widget"), &info),
        KIND_SERVED);
    assert_false(info.namespaced);
    assert_int_equal(s.view.customs.n, 3);
    struct kind_info found[4];
    assert_int_equal(schema_kind_versions(&s.view, STR("Widget"), found, 4), 2);
    done(&s);
}

/* A schema with more parts than any server takes is not read, and says so. */
static void large_schemas_are_not_used(void **state)
{
    struct setting s = {0};
    struct kind_info info;
    SCOPED(buf) struct buf text;
    (void)state;
    buf_init(&text, 16 << 20);
    schema_view_init(&s.view, &s.arena, 36);
    buf_add_c(&text, "{\"spec\":{\"group\":\"shop.example.org\",\"names\":{\"kind\":\"Widget\"},"
                     "\"versions\":[{\"name\":\"v1\",\"served\":true,\"schema\":"
                     "{\"openAPIV3Schema\":{\"allOf\":[{}");
    for (size_t i = 0; i < LIMIT_SCHEMA_NODES; i++)
        buf_add_c(&text, ",{}");
    buf_add_c(&text, "]}}}]}}");
    add_text(&s, buf_str(&text));
    assert_int_equal(find(&s, "v1", &info), KIND_SERVED);
    assert_true(info.schema_too_large && info.structural == NULL);
    done(&s);
}

static void crds_that_are_none_add_nothing(void **state)
{
    static const char *const texts[] = {
        "spec: 3\n",
        "spec: {group: a.b}\n",
        "spec: {names: {kind: A}}\n",
        "[]\n",
        "spec: {group: a.b, names: {kind: A}, versions: {name: v1}}\n",
        "spec: {group: [a], names: {kind: {}}, versions: [{name: v1}]}\n"};
    struct setting s = {0};
    (void)state;
    schema_view_init(&s.view, &s.arena, 36);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        add_text(&s, str_from(texts[i]));
    assert_int_equal(s.view.customs.n, 0);
    done(&s);
}

int test_structural(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_become_kinds),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(patterns_are_compiled_once),
        cmocka_unit_test(aliases_share_what_they_stand_for),
        cmocka_unit_test(lists_and_junctors_are_read),
        cmocka_unit_test(what_does_not_belong_is_skipped),
        cmocka_unit_test(the_first_of_one_kind_stays),
        cmocka_unit_test(large_schemas_are_not_used),
        cmocka_unit_test(crds_that_are_none_add_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
