/* SPDX-License-Identifier: Apache-2.0 */
/* Which entry of which file counts, and what is refused. */
#include "cluster/kubeconfig.h"

#include "unit/unit.h"

#define CLUSTER(server) "clusters: [{name: c, cluster: {server: 'https://" server "'}}]\n"
#define USER(fields)    "users: [{name: u, user: {" fields "}}]\n"
#define CONTEXT(name)                                                                              \
    "current-context: " name "\ncontexts: [{name: " name ", context: {cluster: c, user: u}}]\n"

struct world {
    struct arena arena;
    struct kubeconfig_files files;
    struct kubeconfig config;
    struct str error;
};

static int add(struct world *world, const char *folder, const char *text)
{
    return kubeconfig_add(&world->arena, &world->files, STR("config"), str_from(folder), false,
                          str_from(text), &world->error);
}

static int choose(struct world *world, const char *context)
{
    return kubeconfig_choose(&world->arena, &world->files, str_from(context), false, &world->config,
                             &world->error);
}

static void assert_has(struct str text, const char *part)
{
    if (!str_has(text, str_from(part)))
        fail_msg("'%.*s' does not say '%s'", STR_FMT(text), part);
}

static void first_file_wins_an_entry_whole(void **state)
{
    (void)state;
    struct world world = {0};
    assert_int_equal(add(&world, "/a", CLUSTER("first") "contexts: []\n"), 0);
    assert_int_equal(
        add(&world, "/b",
            "clusters: [{name: c, cluster: {server: 'https://second', tls-server-name: "
            "other}}]\n" USER("client-certificate: me.crt, client-key: keys/../me.key")
                CONTEXT("x")),
        0);
    assert_int_equal(add(&world, "/c", CONTEXT("z") USER("token: t")), 0);
    assert_int_equal(choose(&world, ""), 0);
    assert_true(str_is(world.config.server, "https://first"));
    assert_int_equal(world.config.server_name.n, 0);
    assert_true(str_is(world.config.context, "x"));
    assert_int_equal(world.config.token.n, 0);
    assert_true(str_is(world.config.certificate_file, "/b/me.crt"));
    assert_true(str_is(world.config.key_file, "/b/me.key"));
    assert_int_equal(choose(&world, "z"), 0);
    assert_true(str_is(world.config.context, "z"));
    arena_release(&world.arena);
}

static void an_empty_file_is_one(void **state)
{
    (void)state;
    struct world world = {0};
    assert_int_equal(add(&world, "/a", ""), 0);
    assert_int_equal(add(&world, "/a", "# nothing\n"), 0);
    assert_int_equal(world.files.files, 2);
    assert_int_equal(choose(&world, ""), -1);
    assert_true(str_has(world.error, STR("--context")));
    arena_release(&world.arena);
}

static void refuses_files(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"a: [", "config:"},
        {"- a\n", "no kubeconfig"},
        {"kind: Secret\n", "another kind"},
        {"apiVersion: v2\n", "another kind"},
        {"current-context: [a]\n", "current-context"},
        {"clusters: {}\n", "clusters is not a list"},
        {"clusters: [{name: 1}]\n", "no name"},
        {"clusters: [{name: a}, {name: a}]\n", "two clusters named 'a'"},
        {"users: [{name: a, user: {token: 12}}]\n", "token of the user 'a' is not text"},
        {"users: [{name: a, user: {client-key-data: '*'}}]\n", "is not base64"},
        {"users: [{name: a, user: {as-groups: [1]}}]\n", "list of texts"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world world = {0};
        assert_int_equal(add(&world, "/a", rows[i].text), -1);
        assert_has(world.error, rows[i].why);
        assert_int_equal(world.files.files, 0);
        arena_release(&world.arena);
    }
}

static void refuses_contexts(void **state)
{
    static const struct {
        const char *cluster, *user, *why;
    } rows[] = {
        {"insecure-skip-tls-verify: true, server: 'https://a'", "", "insecure-skip-tls-verify"},
        {"tls-server-name: a", "", "no server"},
        {"server: 'https://a', proxy-url: 'ftp://b'", "", "proxy-url"},
        {"server: \"https://a\\nX: y\"", "", "letters"},
        {"server: 'https://a', certificate-authority: b, certificate-authority-data: aGk=", "",
         "both"},
        {"server: 'https://a'", "username: secret", "user name or password"},
        {"server: 'https://a'", "auth-provider: {name: gcp}", "auth-provider"},
        {"server: 'https://a'", "client-certificate: a", "without its key"},
        {"server: 'https://a'", "as-groups: [a]", "without as"},
        {"server: 'https://a'", "as: \"a\\r\\nX: y\"", "control characters"},
        {"server: 'https://a'",
         "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}",
         "--allow-exec"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world world = {0};
        const struct str text =
            str_format(&world.arena,
                       "clusters: [{name: c, cluster: {%s}}]\nusers: [{name: u, user: {%s}}]\n"
                       "contexts: [{name: x, context: {cluster: c, user: u}}]\n",
                       rows[i].cluster, rows[i].user);
        assert_int_equal(add(&world, "/a", text.p), 0);
        assert_int_equal(choose(&world, "x"), -1);
        assert_has(world.error, rows[i].why);
        assert_false(str_has(world.error, STR("secret")));
        arena_release(&world.arena);
    }
}

static const char *const exec_texts[] = {
    "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never",
    "apiVersion: client.authentication.k8s.io/v1beta1",
    "apiVersion: client.authentication.k8s.io/v1",
    "apiVersion: client.authentication.k8s.io/v1alpha1",
    "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always",
};

static bool may_run(const char *exec, bool is_repository_file, bool allow)
{
    struct world world = {0};
    const struct str text = str_format(&world.arena,
                                       CLUSTER("a") "users: [{name: u, user: {exec: {command: "
                                                    "bin/x, %s}}}]\n" CONTEXT("x"),
                                       exec);
    assert_int_equal(kubeconfig_add(&world.arena, &world.files, STR("config"), STR("/home"),
                                    is_repository_file, text, &world.error),
                     0);
    const int result =
        kubeconfig_choose(&world.arena, &world.files, STR("x"), allow, &world.config, &world.error);
    if (result == 0)
        assert_true(str_is(world.config.exec->command, "/home/bin/x"));
    arena_release(&world.arena);
    return result == 0;
}

static void runs_programs_only_when_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(exec_texts); i++) {
        assert_int_equal(may_run(exec_texts[i], false, true), i < 2);
        assert_false(may_run(exec_texts[i], true, true));
        assert_false(may_run(exec_texts[i], false, false));
    }
}

static const char *account_variable(const char *name)
{
    if (strcmp(name, "KUBERNETES_SERVICE_HOST") == 0)
        return "fd00::1";
    return strcmp(name, "KUBERNETES_SERVICE_PORT") == 0 ? "443" : NULL;
}

static const char *no_variable(const char *name)
{
    (void)name;
    return NULL;
}

static void finds_the_service_account(void **state)
{
    (void)state;
    struct world world = {0};
    struct kubeconfig_options options = {.get_variable = account_variable};
    assert_int_equal(kubeconfig_load(&world.arena, &options, &world.config, &world.error), 0);
    assert_true(world.config.in_cluster);
    assert_true(str_is(world.config.server, "https://[fd00::1]:443"));
    assert_true(str_ends(world.config.token_file, STR("/serviceaccount/token")));
    options.get_variable = no_variable;
    assert_int_equal(kubeconfig_load(&world.arena, &options, &world.config, &world.error), -1);
    assert_true(str_has(world.error, STR("KUBECONFIG")));
    options.path = STR("does/not/exist");
    assert_int_equal(kubeconfig_load(&world.arena, &options, &world.config, &world.error), -1);
    arena_release(&world.arena);
}

int test_kubeconfig(void);
int test_kubeconfig(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_file_wins_an_entry_whole),
        cmocka_unit_test(an_empty_file_is_one),
        cmocka_unit_test(refuses_files),
        cmocka_unit_test(refuses_contexts),
        cmocka_unit_test(runs_programs_only_when_allowed),
        cmocka_unit_test(finds_the_service_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
