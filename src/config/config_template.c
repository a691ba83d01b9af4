/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of `tidegate init`: every setting with its help, its default and an example. Examples
 * are commented out with a bare #, everything else with a # and one blank.
 */
#include "config/config_internal.h"

static void add_example(struct buf *out, struct str example)
{
    for (struct str line; str_split(&example, '\n', &line);)
        buf_format(out, "#%.*s\n", STR_FMT(line));
}

static void add_choices(struct buf *out, const struct config_choice *choices)
{
    for (const struct config_choice *choice = choices; choice && choice->word; choice++)
        buf_format(out, "%s%s", choice == choices ? ": " : ", ", choice->word);
}

void config_write_template(struct buf *out)
{
    buf_add_c(out, "# yaml-language-server: $schema=.tidegate.schema.json\n"
                   "#\n"
                   "# What tidegate checks in this repository. Every setting may be left out; to\n"
                   "# use an example, remove the # in front of it and change what it says.\n"
                   "#\n"
                   "# Editors check this file as you type once you have run\n"
                   "# tidegate config schema > .tidegate.schema.json\n");
    for (const struct config_key *key = config_table.keys; key->name; key++) {
        buf_format(out, "\n# %s", key->help);
        add_choices(out, key->choices);
        buf_format(out, "\n# default: %s\n", key->preset);
        add_example(out, str_from(key->example));
    }
}
