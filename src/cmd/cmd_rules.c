/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate rules list|test|explain|eval|export`: rules and policies by themselves. */
#include "cmd/cmd_rules.h"

#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "schema/schema.h"

#define AT(member) .offset = offsetof(struct rules_args, member)

static const struct opt options[] = {
    {.name = "kubernetes-version",
     .letter = 'k',
     .kind = OPT_TEXT,
     .arg = "MINOR",
     .help = "the version whose language and types are used; the newest by default",
     AT(version)},
    {.name = "explain",
     .kind = OPT_FLAG,
     .help = "eval: show the values of the parts of the expression as well",
     AT(explain)},
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     .help = "configuration that names packs and policies; that of this folder by default",
     AT(config)},
    {.name = "policy",
     .kind = OPT_LIST,
     .arg = "PATH",
     .help = "file or folder with rules and policies, besides those of the configuration",
     AT(policies)},
    {.name = "actions",
     .kind = OPT_TEXT,
     .arg = "LIST",
     .choices = "Deny|Warn|Audit",
     .help =
         "export: what the binding does, as Deny,Audit; by the severity of the rule if left out",
     AT(actions)},
    {.name = "pack",
     .kind = OPT_LIST,
     .arg = "NAME",
     .help = "list, test: only the rules of this pack",
     AT(packs)},
    {.name = "format",
     .letter = 'f',
     .kind = OPT_CHOICE,
     .arg = "FORMAT",
     .choices = "text|json",
     .help = "list: form of the output",
     AT(format)},
    COMMON_OPTIONS,
};

int rules_minor(const struct rules_args *args, unsigned *ret_minor)
{
    *ret_minor = schema_minor_max();
    if (!args->version.n || schema_minor_parse(args->version, ret_minor))
        return EXIT_OK;
    return usage_error("Kubernetes %.*s is not supported; choose from 1.%u to 1.%u",
                       STR_FMT(args->version), schema_minor_min(), schema_minor_max());
}

int rules_read(struct call *call, struct str path, struct source **ret_source)
{
    const bool is_stdin = str_is(path, "-");
    struct str text;
    int error = is_stdin
                    ? fd_read_all(call->arena, STDIN_FILENO, LIMIT_FILE_BYTES, &text)
                    : file_read(call->arena, str_to_c(call->arena, path), LIMIT_FILE_BYTES, &text);
    if (error < 0)
        return world_error("%.*s can't be read: %s", STR_FMT(path), strerror(-error));
    *ret_source = source_new(call->arena, is_stdin ? STR("<stdin>") : path, text);
    return EXIT_OK;
}

/* ---- verbs ---- */

static int rules_explain(struct call *call)
{
    return rules_explain_from(call, 1);
}

struct verb {
    const char *name;
    int (*run)(struct call *call);
    const char *arguments;
    size_t min, max; /* how many */
};

static const struct verb verbs[] = {
    {"list", rules_list, "no arguments", 0, 0},
    {"test", rules_test, "files and folders of rules and tests", 0, SIZE_MAX},
    {"explain", rules_explain, "ids of rules", 0, SIZE_MAX},
    {"eval", rules_eval, "an expression, and a file or - if wanted", 1, 2},
    {"export", rules_export, "the id of one rule", 1, 1},
};

static int run(struct call *call)
{
    for (size_t i = 0; call->rest.n && i < ARRAY_LEN(verbs); i++) {
        if (!str_is(call->rest.items[0], verbs[i].name))
            continue;
        const size_t n = call->rest.n - 1;
        if (n < verbs[i].min || n > verbs[i].max)
            return usage_error("rules %s takes %s", verbs[i].name, verbs[i].arguments);
        return verbs[i].run(call);
    }
    return usage_error("rules takes one of %s", command_rules.arguments);
}

const struct command command_rules = {
    .name = "rules",
    .summary = "list, test, explain and export rules, or try an expression",
    .arguments = "list|test|explain|eval|export",
    .about =
        "list shows the rules of packs and of the repository, and which of them are on here.\n"
        "\n"
        "test [PATH…] runs the examples of rules, and the tests in files that end in _test.yaml:\n"
        "those of the paths, or of all packs and of the files that `policies:` names. An example\n"
        "that fails must give a finding, the first one at its line; one that passes, none. Exit\n"
        "codes: 0 all is well, 1 some failed, 2 a file is wrong, 3 there is nothing to run, 4 a\n"
        "file can't be read.\n"
        "\n"
        "explain [ID…] says why a rule exists, as tidegate explain does.\n"
        "\n"
        "eval EXPRESSION [FILE] prints the value of a CEL expression as JSON, for each object of\n"
        "the file (- is standard input) as the API server would store it. Expressions see what\n"
        "those of a ValidatingAdmissionPolicy see, and `written`, `objects` and the variables of\n"
        "rules. Exit codes: 0 it has a value, whatever it is, 1 evaluating failed, 2 the\n"
        "expression does not compile, 4 an object can't be read.\n"
        "\n"
        "export ID makes a ValidatingAdmissionPolicy with a binding of a rule, for a cluster. A\n"
        "rule that needs more than a server shows to a policy can't be exported (1).\n",
    .examples =
        "  tidegate rules list --pack reliability\n"
        "  tidegate rules test policies\n"
        "  tidegate rules eval 'object.spec.replicas > 1' deployment.yaml\n"
        "  tidegate rules eval --explain 'variables.containers.all(c, has(c.resources))' -\n"
        "  tidegate rules export security/privileged --actions Warn | kubectl apply -f -\n",
    .options = options,
    .args_size = sizeof(struct rules_args),
    .run = run,
};
