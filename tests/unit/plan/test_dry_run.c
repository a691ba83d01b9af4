/* SPDX-License-Identifier: Apache-2.0 */
/* What answers to dry runs mean, and which of their words are told. Answers as a server of 1.36
 * gave them. */
#include "plan/dry_run_internal.h"

#include "unit/unit.h"

static const char deployment[] = "apiVersion: apps/v1\n"
                                 "kind: Deployment\n"
                                 "metadata:\n"
                                 "  name: web\n"
                                 "  labels: {a.io/b: c}\n"
                                 "spec:\n"
                                 "  template:\n"
                                 "    metadata:\n"
                                 "      labels: {app: web}\n"
                                 "    spec:\n"
                                 "      serviceAccountName: runner\n"
                                 "      containers:\n"
                                 "        - name: side\n"
                                 "        - name: web\n"
                                 "          imagePullPolicy: Sometimes\n"
                                 "          env:\n"
                                 "            - {name: A, value: hunter2}\n"
                                 "          ports: [{containerPort: 80}]\n";

struct fixture {
    struct arena arena;
    struct object object;
    struct brings brings;
};

static struct object read_object(struct arena *arena, const char *text)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct object object;
    struct source *source = source_new(arena, STR("a.yaml"), str_from(text));
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    assert_true(object_read(&docs.items[0], docs.items[0].root, &object));
    object.source = source;
    object.list_index = -1;
    diags_release(&diags);
    return object;
}

static void begin(struct fixture *f, const char *text, struct dry_run_result *brought, size_t n)
{
    *f = (struct fixture){0};
    f->object = read_object(&f->arena, text);
    brings_index(&f->arena, &(struct dry_run_results){.items = brought, .n = n}, &f->brings);
}

static struct dry_run_answer judge(struct fixture *f, enum cluster_outcome outcome, unsigned code,
                                   const char *words, const struct node *pod)
{
    struct dry_run_answer answer = {
        .outcome = outcome,
        .status = {.code = code,
                   .reason =
                       outcome == CLUSTER_NOT_FOUND && words[0] == '4' ? STR("") : STR("Reason"),
                   .message = str_from(words),
                   .is_webhook = str_has(str_from(words), STR("failed calling webhook"))}};
    const struct judging judging = {.arena = &f->arena,
                                    .brings = &f->brings,
                                    .object = &f->object,
                                    .namespace = STR("shop"),
                                    .pod = pod,
                                    .error = STR("patch x: trouble")};
    dry_run_judge(&judging, &answer);
    return answer;
}

static void tells_states_apart(void **state)
{
    (void)state;
    static const struct {
        enum cluster_outcome outcome;
        unsigned code;
        const char *words;
        enum dry_run_state state;
    } rows[] = {
        {CLUSTER_OK, 200, "", DRY_RUN_ACCEPTED},
        {CLUSTER_EXISTS, 409, "configmaps \"a\" already exists", DRY_RUN_ACCEPTED},
        {CLUSTER_INVALID, 422, "Deployment.apps \"web\" is invalid: x", DRY_RUN_REFUSED},
        {CLUSTER_MALFORMED, 500,
         "failed to create typed patch object (a/b; apps/v1, Kind=D): .a: b", DRY_RUN_REFUSED},
        {CLUSTER_FORBIDDEN, 403,
         "secrets \"s\" is forbidden: User \"me\" cannot patch resource \"secrets\" in API group "
         "\"\" in the namespace \"shop\"",
         DRY_RUN_NOT_ALLOWED},
        {CLUSTER_FORBIDDEN, 403,
         "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"me\" (groups=[\"a\"]) is "
         "attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"]}",
         DRY_RUN_NOT_ALLOWED},
        {CLUSTER_FORBIDDEN, 403,
         "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied "
         "request: no",
         DRY_RUN_REFUSED},
        {CLUSTER_FAULT, 500, "admission webhook \"a.b.c\" denied the request: no", DRY_RUN_REFUSED},
        {CLUSTER_FAULT, 500, "Internal error occurred: failed calling webhook \"a.b.c\": x",
         DRY_RUN_FAILED},
        {CLUSTER_STALE, 409, "the object has been modified", DRY_RUN_REFUSED},
        {CLUSTER_REFUSED, 405, "the server does not allow this method", DRY_RUN_REFUSED},
        {CLUSTER_REFUSED, 0, "", DRY_RUN_FAILED},
        {CLUSTER_TOO_LARGE, 413, "Request entity too large: limit is 3145728", DRY_RUN_REFUSED},
        {CLUSTER_TOO_LARGE, 0, "", DRY_RUN_FAILED},
        {CLUSTER_UNREACHED, 0, "", DRY_RUN_FAILED},
        {CLUSTER_BUSY, 429, "too many requests", DRY_RUN_FAILED},
        {CLUSTER_UNAUTHORIZED, 401, "Unauthorized", DRY_RUN_FAILED},
        {CLUSTER_NOT_FOUND, 404, "404 page not found", DRY_RUN_REFUSED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f;
        begin(&f, deployment, NULL, 0);
        const struct dry_run_answer answer =
            judge(&f, rows[i].outcome, rows[i].code, rows[i].words, NULL);
        assert_string_equal(dry_run_state_name(answer.state), dry_run_state_name(rows[i].state));
        assert_int_equal(answer.why.n > 0, answer.state != DRY_RUN_ACCEPTED);
        assert_int_equal(answer.is_webhook, i == 8);
        arena_release(&f.arena);
    }
}

static void waits_for_what_the_run_brings(void **state)
{
    (void)state;
    static const struct {
        const char *object; /* that is brought */
        const char *namespace;
        enum cluster_outcome outcome;
        const char *words;
        bool is_pod;
        bool waits;
    } rows[] = {
        {"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n", "shop",
         CLUSTER_FORBIDDEN,
         "pods \"web-x\" is forbidden: error looking up service account shop/runner: "
         "serviceaccount \"runner\" not found",
         true, true},
        {"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n", "other",
         CLUSTER_FORBIDDEN,
         "pods \"web-x\" is forbidden: error looking up service account shop/runner: "
         "serviceaccount \"runner\" not found",
         true, false},
        {"apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\n", "",
         CLUSTER_FORBIDDEN,
         "pods \"web-x\" is forbidden: no PriorityClass with name high was found", true, true},
        {"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\n", "",
         CLUSTER_FORBIDDEN,
         "pods \"web-x\" is forbidden: pod rejected: RuntimeClass \"gvisor\" not found", true,
         true},
        {"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: other}\n", "",
         CLUSTER_FORBIDDEN,
         "pods \"web-x\" is forbidden: pod rejected: RuntimeClass \"gvisor\" not found", true,
         false},
        {"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
         "metadata: {name: deployments.apps}\n"
         "spec: {group: apps, names: {kind: Deployment}, versions: [{name: v1, served: true}]}\n",
         "", CLUSTER_NOT_FOUND, "404 page not found", false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f;
        struct arena arena = {0};
        const struct object other = read_object(&arena, rows[i].object);
        struct dry_run_result brought = {.object = &other,
                                         .namespace = str_from(rows[i].namespace)};
        begin(&f, deployment, &brought, 1);
        const struct dry_run_answer answer =
            judge(&f, rows[i].outcome, 403, rows[i].words, rows[i].is_pod ? f.object.root : NULL);
        assert_int_equal(answer.state, rows[i].waits ? DRY_RUN_WAITS : DRY_RUN_REFUSED);
        assert_ptr_equal(answer.waits_for, rows[i].waits ? &other : NULL);
        arena_release(&f.arena);
        arena_release(&arena);
    }
}

static void reads_causes_out_of_words(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        const char *fields[2], *messages[2];
    } rows[] = {
        {"failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.bogus: "
         "field not declared in schema",
         {"spec.bogus"},
         {"field not declared in schema"}},
        {"failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:\n"
         "  .spec.template.spec.containers[name=\"web\"].foo: field not declared in schema\n"
         "  .spec.template.spec.containers[name=\"web\"].env[name=\"A\"].value: expected string, "
         "got &value.valueUnstructured{Value:77123}",
         {"spec.template.spec.containers[1].foo", "spec.template.spec.containers[1].env[0].value"},
         {"field not declared in schema", "expected string, got another type"}},
        {"failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): "
         ".spec.template.spec.containers[name=\"web\"].ports: duplicate entries for key "
         "[containerPort=80,protocol=\"TCP\"]",
         {"spec.template.spec.containers[1].ports"},
         {"duplicate entries for key [containerPort=80,protocol=\"TCP\"]"}},
        {"Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal "
         "string into Go struct field DeploymentSpec.spec.replicas of type int32",
         {"spec.replicas"},
         {"cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type "
          "int32"}},
        {"Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
         "yaml: unmarshal errors:\n  line 7: key \"a\" already set in map\n, unknown field "
         "\"metadata.lables\"",
         {"", "metadata.lables"},
         {"line 7: key \"a\" already set in map", "unknown field \"metadata.lables\""}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f;
        begin(&f, deployment, NULL, 0);
        const struct dry_run_answer answer = judge(&f, CLUSTER_MALFORMED, 500, rows[i].words, NULL);
        assert_int_equal(answer.status.causes.n, rows[i].fields[1] ? 2 : 1);
        for (size_t c = 0; c < answer.status.causes.n; c++) {
            const struct cluster_cause *cause = &answer.status.causes.items[c];
            assert_string_equal(str_to_c(&f.arena, cause->field), rows[i].fields[c]);
            assert_string_equal(str_to_c(&f.arena, cause->message), rows[i].messages[c]);
        }
        arena_release(&f.arena);
    }
}

/* What is in the manifest may be told; what only the cluster or a webhook knows may not. */
static void leaves_values_out(void **state)
{
    (void)state;
    static const struct {
        const char *words, *told;
    } rows[] = {
        {"Invalid value: \"Sometimes\": no such policy",
         "Invalid value: \"Sometimes\": no such policy"},
        {"Invalid value: \"of the cluster\": too long", "Invalid value: ...: too long"},
        {"Invalid value: {\"Env\":[{\"Value\":\"s}: ecret\"}]}: field is immutable",
         "Invalid value: ...: field is immutable"},
        {"Invalid value: [\"10.0.0.77\"]: may not change once set",
         "Invalid value: ...: may not change once set"},
        {"Invalid value: \"q\\\"x\": bad", "Invalid value: ...: bad"},
        {"Invalid value: \"open", "Invalid value: ..."},
        {"Invalid value: ", "Invalid value:"},
        {"Unsupported value: \"elsewhere\": supported values: \"Always\"",
         "Unsupported value: ...: supported values: \"Always\""},
        {"Forbidden: pod updates may not change fields other than `spec.x`\n@@ -1 +1 @@\n- secret",
         "Forbidden: pod updates may not change fields other than `spec.x`"},
        {"Forbidden: may not change\n  core.PodSpec{\n  Env: secret", "Forbidden: may not change"},
        {"yaml: line 3: did not find expected ',' or '}' (61706956657273696f6e ...)",
         "yaml: line 3: did not find expected ',' or '}'"},
        {"cannot unmarshal !!str `hunter...` into int", "cannot unmarshal another type into int"},
        {"one\ntwo\x1b[31m", "one two [31m"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f;
        begin(&f, deployment, NULL, 0);
        const struct str told = dry_run_words(&f.arena, &f.object, str_from(rows[i].words));
        assert_string_equal(str_to_c(&f.arena, told), rows[i].told);
        arena_release(&f.arena);
    }
}

/* A value that the manifest masks is as good as not in it. */
static void leaves_masked_values_out(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2}\n", NULL,
          0);
    object_mask_secrets(&f.object);
    const struct str told =
        dry_run_words(&f.arena, &f.object, STR("Invalid value: \"hunter2\": no"));
    assert_string_equal(str_to_c(&f.arena, told), "Invalid value: ...: no");
    arena_release(&f.arena);
}

static void finds_fields(void **state)
{
    (void)state;
    static const struct {
        const char *said, *field;
    } rows[] = {
        {".spec.template.spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"]",
         "spec.template.spec.containers[1].ports[0]"},
        {"spec.template.spec.containers[1].image", "spec.template.spec.containers[1].image"},
        {"metadata.labels[a.io/b]", "metadata.labels[a.io/b]"},
        {".spec.template.spec.containers[name=\"gone\"].image", "spec.template.spec.containers"},
        {".spec.template.spec.containers[name=\"a]b\"].image", "spec.template.spec.containers"},
        {"spec.template.spec.containers[9].image", "spec.template.spec.containers"},
        {"a[", "a[]"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f;
        begin(&f, deployment, NULL, 0);
        const struct str field =
            dry_run_field(&f.arena, NULL, f.object.root, str_from(rows[i].said));
        assert_string_equal(str_to_c(&f.arena, field), rows[i].field);
        arena_release(&f.arena);
    }
}

/* The Pod was made of what the server answered, where entries may stand elsewhere. */
static void finds_fields_of_pods(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, deployment, NULL, 0);
    const struct object pod = read_object(
        &f.arena, "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web}, {name: side}]}\n");
    struct dry_run_answer answer = {
        .outcome = CLUSTER_INVALID,
        .status = {.code = 422, .message = STR("Pod \"x\" is invalid")}};
    VEC_PUSH(&f.arena, &answer.status.causes,
             ((struct cluster_cause){.message = STR("no"),
                                     .field = STR("spec.containers[0].ports[0].containerPort")}));
    VEC_PUSH(&f.arena, &answer.status.causes,
             ((struct cluster_cause){.message = STR("no"), .field = STR("metadata.name")}));
    const struct judging judging = {.arena = &f.arena,
                                    .brings = &f.brings,
                                    .object = &f.object,
                                    .namespace = STR("shop"),
                                    .pod = pod.root};
    dry_run_judge(&judging, &answer);
    assert_string_equal(str_to_c(&f.arena, answer.status.causes.items[0].field),
                        "spec.template.spec.containers[1].ports[0].containerPort");
    assert_string_equal(str_to_c(&f.arena, answer.status.causes.items[1].field), "spec.template");
    arena_release(&f.arena);
}

static void makes_pods_as_controllers_do(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct object set = read_object(
        &arena, "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n"
                "  serviceName: db\n"
                "  volumeClaimTemplates: [{metadata: {name: data}}]\n"
                "  template:\n"
                "    metadata: {labels: {app: db}, name: ignored}\n"
                "    spec: {volumes: [{name: data, emptyDir: {}}, {name: tmp, emptyDir: {}}],"
                " containers: [{name: a}]}\n");
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, 1 << 16);
    doc_write_json(&out, dry_run_pod(&arena, &set, set.root), 0);
    const struct str text = buf_str(&out);
    assert_true(str_has(text, STR("\"generateName\":\"db-\"")));
    assert_true(str_has(text, STR("\"claimName\":\"data-db-0\"")));
    assert_true(str_has(text, STR("{\"name\":\"tmp\",\"emptyDir\":{}}")));
    assert_false(str_has(text, STR("{\"name\":\"data\",\"emptyDir\":{}}")));
    assert_true(str_has(text, STR("\"subdomain\":\"db\"")));
    assert_true(str_has(text, STR("\"kind\":\"StatefulSet\"")));
    assert_false(str_has(text, STR("ignored")));
    const struct object map =
        read_object(&arena, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    assert_null(dry_run_pod(&arena, &map, map.root));
    const struct object broken = read_object(
        &arena, "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: [1]}\n");
    assert_null(dry_run_pod(&arena, &broken, broken.root));
    arena_release(&arena);
}

static void sends_documents_as_they_are(void **state)
{
    (void)state;
    static const char text[] = "# first\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    struct fixture f;
    struct str why = {0};
    struct cluster_call call = {0};
    begin(&f, text, NULL, 0);
    assert_true(dry_run_body(&f.object, DRY_RUN_APPLY, &call, &why));
    assert_int_equal(call.verb, CLUSTER_APPLY);
    assert_true(str_has(call.text, STR("kind: ConfigMap\n")));
    assert_true(str_is(call.content_type, "application/apply-patch+yaml"));
    call = (struct cluster_call){0};
    assert_true(dry_run_body(&f.object, DRY_RUN_CREATE, &call, &why));
    assert_int_equal(call.verb, CLUSTER_CREATE);
    assert_true(str_is(call.content_type, "application/yaml"));
    f.object.list_index = 3;
    call = (struct cluster_call){0};
    assert_true(dry_run_body(&f.object, DRY_RUN_APPLY, &call, &why));
    assert_ptr_equal(call.object, f.object.root);
    f.object.name = (struct str){0};
    call = (struct cluster_call){0};
    assert_true(dry_run_body(&f.object, DRY_RUN_APPLY, &call, &why));
    assert_int_equal(call.verb, CLUSTER_CREATE);
    f.object.unknowns = true;
    assert_false(dry_run_body(&f.object, DRY_RUN_APPLY, &call, &why));
    assert_true(str_has(why, STR("variables")));
    f.object.unknowns = false;
    struct doc filled = *f.object.doc;
    filled.filled = true;
    f.object.doc = &filled;
    f.object.list_index = -1;
    call = (struct cluster_call){0};
    assert_true(dry_run_body(&f.object, DRY_RUN_APPLY, &call, &why));
    assert_ptr_equal(call.object, f.object.root);
    f.object.sops = true;
    assert_false(dry_run_body(&f.object, DRY_RUN_APPLY, &call, &why));
    assert_true(str_has(why, STR("SOPS")));
    arena_release(&f.arena);
}

int test_dry_run(void);
int test_dry_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_states_apart),
        cmocka_unit_test(waits_for_what_the_run_brings),
        cmocka_unit_test(reads_causes_out_of_words),
        cmocka_unit_test(leaves_values_out),
        cmocka_unit_test(leaves_masked_values_out),
        cmocka_unit_test(finds_fields),
        cmocka_unit_test(finds_fields_of_pods),
        cmocka_unit_test(makes_pods_as_controllers_do),
        cmocka_unit_test(sends_documents_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
