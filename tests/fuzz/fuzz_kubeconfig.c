/* SPDX-License-Identifier: Apache-2.0 */
/* A kubeconfig, alone and twice: either a reason, or a configuration in which nothing is missing.
 */
#include "cluster/kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct kubeconfig *config)
{
    const bool has_certificate = config->certificate_file.n || config->certificate_pem.n;
    if (!config->server.n)
        BUG("a configuration without a server");
    if (config->exec)
        BUG("a program of the repository");
    if (has_certificate && !config->key_file.n && !config->key_pem.n)
        BUG("a certificate without a key");
    if (config->ca_file.n && config->ca_file.p[0] != '/')
        BUG("a relative path");
}

static void choose(struct arena *arena, const struct kubeconfig_files *files, struct str context)
{
    struct kubeconfig config;
    struct str error = {0};
    if (kubeconfig_choose(arena, files, context, true, &config, &error) == 0)
        check(&config);
    else if (!error.n)
        BUG("a refusal without a reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena SCOPED(arena) = {0};
    struct kubeconfig_files files = {0};
    struct str error = {0};
    const struct str text = str_dup(&arena, (struct str){(const char *)data, n});
    if (kubeconfig_add(&arena, &files, STR("config"), STR("/home/me"), true, text, &error) < 0) {
        if (!error.n)
            BUG("a refusal without a reason");
        return 0;
    }
    const size_t contexts = files.contexts.n;
    const struct str current = files.current_context;
    if (kubeconfig_add(&arena, &files, STR("again"), STR("/other"), true, text, &error) < 0 ||
        files.contexts.n != contexts || !str_eq(files.current_context, current))
        BUG("the same file again made a difference");
    choose(&arena, &files, (struct str){0});
    for (size_t i = 0; i < MIN_OF(files.contexts.n, 8u); i++)
        choose(&arena, &files, files.contexts.items[i].name);
    return 0;
}
