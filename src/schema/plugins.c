/* SPDX-License-Identifier: Apache-2.0 */
/* The table of admission plugins. */
#include "schema/plugins.h"

static const struct {
    const char *name;
    bool on;
} plugins[] = {
#define X(name, text, on) {text, on},
    ADMISSION_PLUGINS(X)
#undef X
};

const char *plugin_name(enum plugin plugin)
{
    return plugins[plugin].name;
}

bool plugin_is_default(enum plugin plugin)
{
    return plugins[plugin].on;
}

bool plugin_find(struct str name, enum plugin *ret_plugin)
{
    for (size_t i = 0; i < PLUGIN_COUNT; i++) {
        if (!str_is(name, plugins[i].name))
            continue;
        *ret_plugin = (enum plugin)i;
        return true;
    }
    return false;
}
