/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sync will do: deploy_driver COMMIT ENVIRONMENT KEY [STATE…] opens a deployment and tells
 * it one state after the other, against the API that the environment names.
 */
#include <stdio.h>

#include "host/host_deployment.h"

static int state_of(const char *name)
{
    for (int state = DEPLOYMENT_QUEUED; state <= DEPLOYMENT_INACTIVE; state++)
        if (strcmp(name, host_deployment_state_name((enum host_deployment_state)state)) == 0)
            return state;
    return -1;
}

static bool is_done(const char *what, const struct host_sent *sent)
{
    if (sent->outcome != HOST_DONE)
        fprintf(stderr, "%s: %.*s\n", what, STR_FMT(sent->why));
    return sent->outcome == HOST_DONE;
}

static int deploy(struct host_client *client, char **argv)
{
    struct host_deployment deployment;
    const struct host_deployment_wanted wanted = {.sha = str_from(argv[1]),
                                                  .environment = str_from(argv[2]),
                                                  .key = str_from(argv[3]),
                                                  .description = STR("a set of manifests")};
    struct host_sent sent = host_deployment_open(client, &wanted, &deployment);
    if (!is_done("open", &sent))
        return 1;
    printf("%s\n", deployment.was_there ? "there" : "made");
    for (char **name = argv + 4; *name; name++) {
        const int state = state_of(*name);
        if (state < 0)
            return 2;
        const struct host_deployment_status status = {.state = (enum host_deployment_state)state,
                                                      .description =
                                                          str_from(getenv("DESCRIPTION")),
                                                      .log_url = STR("https://ci.test/log"),
                                                      .environment_url = STR("https://shop.test"),
                                                      .keep_older = getenv("KEEP_OLDER") != NULL};
        sent = host_deployment_tell(client, &deployment, &status);
        if (!is_done(*name, &sent))
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct host host;
    struct str why;
    if (argc < 4)
        return 2;
    host_detect(&arena, host_environment(), &host);
    struct host_client *client = host_client_new(
        &arena, &host, &(struct host_client_options){.user_agent = STR("deploy_driver")}, &why);
    if (!client) {
        fprintf(stderr, "%.*s\n", STR_FMT(why));
        return 1;
    }
    const int code = deploy(client, argv);
    host_client_free(client);
    return code;
}
