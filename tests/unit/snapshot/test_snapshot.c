/* SPDX-License-Identifier: Apache-2.0 */
/* From a live object to the file and back: what is told, what is not, and what a manifest changes.
 */
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_write.h"

#include "unit/unit.h"

enum { NOW = 1900000000, OUT_BYTES = 1 << 20 };

static const char live_text[] =
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata:\n"
    "  name: web\n"
    "  namespace: shop\n"
    "  uid: 7f0d3c1e-0000-4000-8000-000000000000\n"
    "  labels: {app: web, tier: MARKER-label, argocd.argoproj.io/instance: shop}\n"
    "  annotations:\n"
    "    note: MARKER-annotation\n"
    "    kubectl.kubernetes.io/last-applied-configuration: MARKER-applied\n"
    "  managedFields:\n"
    "  - manager: tidegate\n"
    "    operation: Apply\n"
    "    fieldsV1:\n"
    "      f:metadata:\n"
    "        f:labels: {f:app: {}, f:tier: {}}\n"
    "        f:annotations: {f:note: {}}\n"
    "      f:spec:\n"
    "        f:replicas: {}\n"
    "        f:paused: {}\n"
    "        f:template:\n"
    "          f:spec:\n"
    "            f:containers:\n"
    "              'k:{\"name\":\"web\"}':\n"
    "                .: {}\n"
    "                f:name: {}\n"
    "                f:image: {}\n"
    "                f:env:\n"
    "                  'k:{\"name\":\"PASSWORD\"}': {.: {}, f:name: {}, f:value: {}}\n"
    "                f:ports:\n"
    "                  'k:{\"containerPort\":80,\"protocol\":\"TCP\"}': {.: {}, f:containerPort: "
    "{}}\n"
    "                f:resources: {f:limits: {f:cpu: {}}}\n"
    "  - manager: kubectl-scale\n"
    "    operation: Update\n"
    "    subresource: scale\n"
    "    fieldsV1: {f:spec: {f:replicas: {}}}\n"
    "  - manager: kubectl-edit\n"
    "    operation: Update\n"
    "    fieldsV1: {f:metadata: {f:annotations: {\n"
    "      f:kubectl.kubernetes.io/last-applied-configuration: {}}},\n"
    "      f:spec: {f:template: {f:spec: {f:containers: {'k:{\"name\":\"web\"}': {f:image: "
    "{}}}}}}}\n"
    "  - manager: kube-controller-manager\n"
    "    operation: Update\n"
    "    subresource: status\n"
    "    fieldsV1: {f:status: {f:replicas: {}}}\n"
    "spec:\n"
    "  replicas: 3\n"
    "  paused: false\n"
    "  template:\n"
    "    spec:\n"
    "      containers:\n"
    "      - name: web\n"
    "        image: shop/web:MARKER-image\n"
    "        env: [{name: PASSWORD, value: MARKER-env}]\n"
    "        ports: [{containerPort: 80, protocol: TCP}]\n"
    "        resources: {limits: {cpu: 500m}}\n"
    "status: {replicas: 3}\n";

#define SPEC(replicas, image, rest)                                                                \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: Deployment\n"                                                                           \
    "metadata: {name: web, labels: {app: web, tier: MARKER-label}, annotations: {note: "           \
    "MARKER-annotation}}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  replicas: " replicas "\n" rest "  template:\n"                                              \
    "    spec:\n"                                                                                  \
    "      containers:\n"                                                                          \
    "      - name: web\n"                                                                          \
    "        image: " image "\n"                                                                   \
    "        env: [{name: PASSWORD, value: MARKER-env}]\n"                                         \
    "        ports: [{containerPort: 80}]\n"                                                       \
    "        resources: {limits: {cpu: 0.5}}\n"

#define SAME SPEC("3", "shop/web:MARKER-image", "  paused: false\n")

static const char namespace_text[] = "metadata:\n"
                                     "  name: shop\n"
                                     "  labels: {pod-security.kubernetes.io/enforce: baseline}\n"
                                     "  annotations: {note: MARKER-namespace}\n"
                                     "status: {phase: Active}\n";

struct world {
    struct arena arena;
    struct buf text;
    struct snapshot snapshot;
    struct str error;
};

static const struct node *parse(struct world *world, const char *text)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&world->arena, STR("a.yaml"), str_from(text));
    assert_int_equal(doc_read_file(&world->arena, source, &diags, &docs), 0);
    assert_int_equal(diags.n, 0);
    return docs.items[0].root;
}

static struct snapshot_text deployments(struct world *world, struct str salt)
{
    struct snapshot_part part;
    struct snapshot_text text;
    snapshot_part_begin(&part, salt, STR("apps"), STR("Deployment"));
    snapshot_part_add(&part, parse(world, live_text), SNAPSHOT_FIELDS);
    snapshot_part_add(&part, parse(world, "metadata: {name: other, namespace: shop}\n"),
                      SNAPSHOT_NAME_HASH);
    assert_true(snapshot_part_end(&world->arena, &part, &text));
    return text;
}

static struct snapshot_text namespaces(struct world *world, struct str salt)
{
    struct snapshot_part part;
    struct snapshot_text text;
    snapshot_part_begin(&part, salt, (struct str){0}, STR("Namespace"));
    snapshot_part_add_clear(&part, STR("v1"), parse(world, namespace_text));
    assert_true(snapshot_part_end(&world->arena, &part, &text));
    return text;
}

static void write_file(struct world *world)
{
    const struct str salt = STR("0123456789abcdef");
    struct snapshot_contents contents = {
        .name = STR("prod"), .version = STR("v1.36.3"), .salt = salt, .created = NOW};
    const struct snapshot_kind kind = {STR("apps"), STR("v1"), STR("Deployment"),
                                       STR("deployments"), true};
    VEC_PUSH(&world->arena, &contents.kinds, kind);
    VEC_PUSH(&world->arena, &contents.unknown,
             ((struct snapshot_kind){.group = STR("metrics.k8s.io"), .version = STR("v1beta1")}));
    VEC_PUSH(&world->arena, &contents.objects, deployments(world, salt));
    VEC_PUSH(&world->arena, &contents.lists, namespaces(world, salt));
    VEC_PUSH(&world->arena, &contents.lists,
             ((struct snapshot_text){.kind = STR("Secret"), .why = STR("may not be listed")}));
    buf_init(&world->text, OUT_BYTES);
    snapshot_write(&contents, &world->text);
}

static int read_text(struct world *world, struct str text)
{
    return snapshot_read(&world->arena, source_new(&world->arena, STR("prod.json"), text),
                         &world->snapshot, &world->error);
}

static void make(struct world *world)
{
    *world = (struct world){0};
    write_file(world);
    if (read_text(world, buf_str(&world->text)) < 0)
        fail_msg("%.*s", STR_FMT(world->error));
}

static void release(struct world *world)
{
    buf_release(&world->text);
    arena_release(&world->arena);
}

static struct snapshot_answer ask(struct world *world, const char *name, const char *manifest)
{
    struct snapshot_answer answer;
    const struct snapshot_question question = {.group = STR("apps"),
                                               .kind = STR("Deployment"),
                                               .namespace = STR("shop"),
                                               .name = str_from(name),
                                               .root = parse(world, manifest),
                                               .manager = STR("tidegate")};
    snapshot_compare(&world->arena, &world->snapshot, &question, &answer);
    return answer;
}

static void assert_change(const struct snapshot_answer *answer, size_t i, enum snapshot_what what,
                          const char *field, const char *owners)
{
    assert_in_range(i, 0, answer->changes.n - 1);
    const struct snapshot_change *change = &answer->changes.items[i];
    assert_int_equal(change->what, what);
    if (!str_is(change->field, field) || !str_is(change->owners, owners))
        fail_msg("%.*s of '%.*s'", STR_FMT(change->field), STR_FMT(change->owners));
}

/* ---- tests ---- */

static void no_value_is_in_the_file(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    const ptrdiff_t marker = str_find(buf_str(&world.text), STR("MARKER"));
    if (marker >= 0)
        fail_msg("%.*s",
                 STR_FMT(str_sub(buf_str(&world.text), (size_t)marker - 40, (size_t)marker + 20)));
    assert_false(str_has(buf_str(&world.text), STR("7f0d3c1e")));
    assert_false(str_has(buf_str(&world.text), STR("\"other\"")));
    assert_true(str_has(buf_str(&world.text), STR("argocd.argoproj.io/instance")));
    release(&world);
}

static void what_is_read_is_what_was_written(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    const struct snapshot *snapshot = &world.snapshot;
    assert_true(str_is(snapshot->name, "prod"));
    assert_int_equal(snapshot->minor, 36);
    assert_int_equal(snapshot->created, NOW);
    assert_int_equal(snapshot->docs.n, 1);
    assert_true(str_is(node_get_text(snapshot->docs.items[0].root, STR("kind")), "Namespace"));
    assert_non_null(snapshot_kind(snapshot, STR("apps"), STR("v1"), STR("Deployment")));
    assert_null(snapshot_kind(snapshot, STR("apps"), STR("v1"), STR("Widget")));
    assert_true(snapshot_is_unknown(snapshot, STR("metrics.k8s.io"), STR("v1beta1")));
    assert_true(snapshot_knows_all(snapshot, STR(""), STR("Namespace")));
    assert_false(snapshot_knows_all(snapshot, STR(""), STR("Secret")));
    assert_false(snapshot_knows_all(snapshot, STR(""), STR("ServiceAccount")));
    release(&world);
}

static void the_same_manifest_is_equal(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    const struct snapshot_answer answer = ask(&world, "web", SAME);
    for (size_t i = 0; i < answer.changes.n; i++)
        print_message("%.*s\n", STR_FMT(answer.changes.items[i].field));
    assert_int_equal(answer.presence, SNAPSHOT_EQUAL);
    assert_true(answer.is_ours);
    release(&world);
}

static void changes_name_fields_and_their_owners(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    const struct snapshot_answer answer =
        ask(&world, "web", SPEC("4", "shop/web:2", "  minReadySeconds: 5\n"));
    assert_int_equal(answer.presence, SNAPSHOT_DIFFERS);
    assert_int_equal(answer.changes.n, 4);
    assert_change(&answer, 0, SNAPSHOT_CHANGES, "spec.replicas", "kubectl-scale");
    assert_change(&answer, 1, SNAPSHOT_ADDS, "spec.minReadySeconds", "");
    assert_change(&answer, 2, SNAPSHOT_CHANGES, "spec.template.spec.containers[name=web].image",
                  "kubectl-edit");
    assert_change(&answer, 3, SNAPSHOT_REMOVES, "spec.paused", "");
    release(&world);
}

static void presence_is_known_by_hash(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    assert_int_equal(ask(&world, "other", SAME).presence, SNAPSHOT_THERE);
    assert_int_equal(ask(&world, "new", SAME).presence, SNAPSHOT_ABSENT);
    struct snapshot_answer answer;
    const struct snapshot_question question = {
        .kind = STR("ConfigMap"), .name = STR("web"), .manager = STR("tidegate")};
    snapshot_compare(&world.arena, &world.snapshot, &question, &answer);
    assert_int_equal(answer.presence, SNAPSHOT_NOT_KNOWN);
    release(&world);
}

static void owned_objects_are_listed(void **state)
{
    struct world world;
    struct snapshot_owneds owned = {0};
    (void)state;
    make(&world);
    snapshot_owned_by(&world.arena, &world.snapshot, STR("tidegate"), &owned);
    assert_int_equal(owned.n, 1);
    assert_true(str_is(owned.items[0].name, "web"));
    owned = (struct snapshot_owneds){0};
    snapshot_owned_by(&world.arena, &world.snapshot, STR("kubectl-scale"), &owned);
    assert_int_equal(owned.n, 0);
    release(&world);
}

static void too_old_and_of_the_future(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    const struct snapshot *snapshot = &world.snapshot;
    const int64_t week = SNAPSHOT_AGE_S;
    assert_int_equal(snapshot_age_problem(&world.arena, snapshot, NOW, week).n, 0);
    assert_int_equal(snapshot_age_problem(&world.arena, snapshot, NOW - 300, week).n, 0);
    assert_true(snapshot_age_problem(&world.arena, snapshot, NOW - 301, week).n > 0);
    assert_int_equal(snapshot_age_problem(&world.arena, snapshot, NOW + week, week).n, 0);
    const struct str old = snapshot_age_problem(&world.arena, snapshot, NOW + 9 * 86400, week);
    assert_true(str_is(old, "it is 9 days old, and may be 7 days"));
    const struct str title = snapshot_title(&world.arena, snapshot, NOW + 3 * 3600);
    assert_true(str_is(title, "snapshot of prod, 1.36.3, 3 h old"));
    release(&world);
}

/* One byte less, one more or another one: each is refused with a reason. */
static void a_damaged_file_is_refused(void **state)
{
    struct world world;
    (void)state;
    make(&world);
    const struct str good = str_dup(&world.arena, buf_str(&world.text));
    for (size_t i = 0; i < good.n; i += 7) {
        struct str bad = str_dup(&world.arena, good);
        world.text.p[i] ^= 1;
        bad = str_dup(&world.arena, buf_str(&world.text));
        world.text.p[i] ^= 1;
        world.error = (struct str){0};
        assert_int_equal(read_text(&world, bad), -1);
        assert_true(world.error.n > 0);
        assert_int_equal(read_text(&world, str_sub(good, 0, i)), -1);
    }
    assert_int_equal(read_text(&world, str_concat(&world.arena, good, STR(" "))), -1);
    release(&world);
}

int test_snapshot(void);
int test_snapshot(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_value_is_in_the_file),
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(the_same_manifest_is_equal),
        cmocka_unit_test(changes_name_fields_and_their_owners),
        cmocka_unit_test(presence_is_known_by_hash),
        cmocka_unit_test(owned_objects_are_listed),
        cmocka_unit_test(too_old_and_of_the_future),
        cmocka_unit_test(a_damaged_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
