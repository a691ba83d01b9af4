/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting of tidegate.yaml. A new one is a row here and a member of its struct: checking,
 * filling, writing, the template and the JSON Schema all go by these tables.
 */
#include "config/config_internal.h"

static const struct config_choice severities[] = {
    {"off", SEVERITY_OFF},
    {"info", SEVERITY_INFO},
    {"warning", SEVERITY_WARNING},
    {"error", SEVERITY_ERROR},
    {0},
};

static const struct config_choice fail_on[] = {
    {"error", SEVERITY_ERROR},
    {"warning", SEVERITY_WARNING},
    {"never", SEVERITY_OFF},
    {0},
};

static const struct config_choice missing_schema[] = {
    {"error", MISSING_ERROR},
    {"warn", MISSING_WARN},
    {"skip", MISSING_SKIP},
    {0},
};

static const struct config_choice oracles[] = {
    {"both", ORACLE_BOTH},
    {"post", ORACLE_POST},
    {"apply", ORACLE_APPLY},
    {"kubectl", ORACLE_KUBECTL},
    {0},
};

/* Choices are stored through an int at the member's offset. */
_Static_assert(sizeof(enum severity) == sizeof(int), "an enum is an int wide");
_Static_assert(sizeof(enum missing_schema) == sizeof(int), "an enum is an int wide");
_Static_assert(sizeof(enum oracle) == sizeof(int), "an enum is an int wide");

static const struct config_key rule_keys[] = {
    {.name = "rule",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &config_form_rule,
     .help = "a rule id, or a pattern with * of them",
     .offset = offsetof(struct rule_setting, pattern)},
    {.name = "severity",
     .kind = CONFIG_CHOICE,
     .required = true,
     .choices = severities,
     .help = "how findings of the rule count",
     .offset = offsetof(struct rule_setting, severity)},
    {0},
};

static const struct config_key ignore_keys[] = {
    {.name = "rule",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &config_form_ignored_rule,
     .help = "the rule id to ignore, or a pattern with * of them",
     .offset = offsetof(struct config_ignore, rule)},
    {.name = "path",
     .kind = CONFIG_TEXT,
     .form = &config_form_glob,
     .preset = "any",
     .help = "pattern of the files it holds for",
     .offset = offsetof(struct config_ignore, path)},
    {.name = "object",
     .kind = CONFIG_TEXT,
     .form = &config_form_object,
     .preset = "any",
     .help = "the object as Kind/name or Kind/namespace/name; parts may have *",
     .offset = offsetof(struct config_ignore, object)},
    {.name = "field",
     .kind = CONFIG_TEXT,
     .form = &config_form_field,
     .preset = "any",
     .help = "the field, or a field that it is inside of",
     .offset = offsetof(struct config_ignore, field)},
    {.name = "reason",
     .kind = CONFIG_TEXT,
     .required = true,
     .help = "why the finding may stay",
     .offset = offsetof(struct config_ignore, reason)},
    {.name = "expires",
     .kind = CONFIG_TEXT,
     .form = &config_form_date,
     .preset = "never",
     .help = "last day on which it holds, as YYYY-MM-DD",
     .offset = offsetof(struct config_ignore, expires)},
    {0},
};

static const struct config_key gate_keys[] = {
    {.name = "gate",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &config_form_gate,
     .help = "name of a feature gate",
     .offset = offsetof(struct config_gate, name)},
    {.name = "on",
     .kind = CONFIG_FLAG,
     .required = true,
     .help = "whether it is on",
     .offset = offsetof(struct config_gate, on)},
    {0},
};

static const struct config_key plugin_keys[] = {
    {.name = "enable",
     .kind = CONFIG_TEXTS,
     .form = &config_form_plugin,
     .preset = "none",
     .help = "admission plugins that are on besides those of a default server",
     .offset = offsetof(struct config_plugins, enable)},
    {.name = "disable",
     .kind = CONFIG_TEXTS,
     .form = &config_form_plugin,
     .preset = "none",
     .help = "admission plugins of a default server that are off",
     .offset = offsetof(struct config_plugins, disable)},
    {0},
};

static const struct config_table gate_table = {.keys = gate_keys,
                                               .size = sizeof(struct config_gate),
                                               .span = offsetof(struct config_gate, span)};
static const struct config_table plugin_table = {
    .keys = plugin_keys, .size = sizeof(struct config_plugins), .span = CONFIG_NO_SPAN};

static const struct config_key cluster_keys[] = {
    {.name = "feature-gates",
     .kind = CONFIG_PAIRS,
     .entry = &gate_table,
     .pair = "Name: true",
     .preset = "those of a default server",
     .help = "feature gates of the API server that are not as they are by default",
     .offset = offsetof(struct config_cluster, gates)},
    {.name = "service-node-port-range",
     .kind = CONFIG_TEXT,
     .form = &config_form_ports,
     .preset = "not looked at",
     .help = "ports that a Service may have on nodes, as 30000-32767",
     .offset = offsetof(struct config_cluster, node_ports)},
    {.name = "service-cidrs",
     .kind = CONFIG_TEXTS,
     .form = &config_form_cidr,
     .preset = "not looked at",
     .help = "ranges of the addresses of Services, as 10.96.0.0/12",
     .offset = offsetof(struct config_cluster, service_cidrs)},
    {.name = "allow-privileged",
     .kind = CONFIG_FLAG,
     .preset = "true",
     .help = "whether containers may be privileged",
     .offset = offsetof(struct config_cluster, allow_privileged)},
    {.name = "admission-plugins",
     .kind = CONFIG_MAP,
     .entry = &plugin_table,
     .preset = "those of a default server",
     .help = "admission plugins that are not as they are by default",
     .offset = offsetof(struct config_cluster, plugins)},
    {0},
};

static const struct config_table cluster_table = {.keys = cluster_keys,
                                                  .size = sizeof(struct config_cluster),
                                                  .span = offsetof(struct config_cluster, span)};

static const struct config_key snapshot_keys[] = {
    {.name = "file",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &config_form_path,
     .help = "the file that `tidegate cluster export` wrote, from the top of the repository",
     .offset = offsetof(struct config_snapshot, file)},
    {.name = "max-age",
     .kind = CONFIG_TEXT,
     .form = &config_form_age,
     .preset = "7d",
     .help = "how old it may be, as 7d, 12h or 30m",
     .offset = offsetof(struct config_snapshot, max_age)},
    {.name = "manager",
     .kind = CONFIG_TEXT,
     .form = &config_form_set,
     .preset = "tidegate",
     .help = "field manager that applies these manifests: what it owns is no conflict",
     .offset = offsetof(struct config_snapshot, manager)},
    {0},
};

static const struct config_table snapshot_table = {.keys = snapshot_keys,
                                                   .size = sizeof(struct config_snapshot),
                                                   .span = offsetof(struct config_snapshot, span)};

static const struct config_key set_keys[] = {
    {.name = "name",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &config_form_set,
     .help = "name of the set in reports and in depends-on",
     .offset = offsetof(struct config_set, name)},
    {.name = "paths",
     .also = "path",
     .kind = CONFIG_TEXTS,
     .required = true,
     .single = true,
     .form = &config_form_path,
     .help = "folders, files or patterns whose manifests are applied together",
     .offset = offsetof(struct config_set, paths)},
    {.name = "namespace",
     .kind = CONFIG_TEXT,
     .form = &config_form_namespace,
     .preset = "none",
     .help = "namespace of namespaced objects that name none",
     .offset = offsetof(struct config_set, namespace)},
    {.name = "kubernetes-versions",
     .kind = CONFIG_TEXTS,
     .form = &config_form_minor,
     .preset = "those of the file",
     .help = "Kubernetes minors that this set must be valid for",
     .offset = offsetof(struct config_set, versions)},
    {.name = "policies",
     .kind = CONFIG_TEXTS,
     .form = &config_form_path,
     .preset = "none",
     .help = "files and folders with policies of this set besides its own: admission policies with "
             "bindings and params, and rules",
     .offset = offsetof(struct config_set, policies)},
    {.name = "packs",
     .kind = CONFIG_TEXTS,
     .form = &config_form_pack,
     .preset = "none",
     .help = "packs of rules that this set is held against besides those of the file",
     .offset = offsetof(struct config_set, packs)},
    {.name = "values",
     .kind = CONFIG_TEXTS,
     .form = &config_form_path,
     .preset = "the chart's own",
     .help = "files with values for a Helm chart in this set, later ones win",
     .offset = offsetof(struct config_set, values)},
    {.name = "release",
     .kind = CONFIG_TEXT,
     .form = &config_form_release,
     .preset = "the name of the chart's folder",
     .help = "name of the release of a Helm chart in this set",
     .offset = offsetof(struct config_set, release)},
    {.name = "depends-on",
     .kind = CONFIG_TEXTS,
     .form = &config_form_set,
     .preset = "none",
     .help = "sets that references of this one may resolve in",
     .offset = offsetof(struct config_set, depends_on)},
    {.name = "cluster",
     .kind = CONFIG_MAP,
     .entry = &cluster_table,
     .preset = "that of the file",
     .help = "what the API server of this set's cluster was started with, in place of the file's",
     .offset = offsetof(struct config_set, cluster)},
    {.name = "sync",
     .kind = CONFIG_MAP,
     .entry = &config_sync_table,
     .preset = "that of the file",
     .help = "how this set is applied, in place of the file's",
     .offset = offsetof(struct config_set, sync)},
    {0},
};

static const struct config_table rule_table = {
    .keys = rule_keys, .size = sizeof(struct rule_setting), .span = CONFIG_NO_SPAN};
static const struct config_table ignore_table = {.keys = ignore_keys,
                                                 .size = sizeof(struct config_ignore),
                                                 .span = offsetof(struct config_ignore, span)};
static const struct config_table set_table = {
    .keys = set_keys, .size = sizeof(struct config_set), .span = offsetof(struct config_set, span)};

static const struct config_key file_keys[] = {
    {.name = "kubernetes-versions",
     .kind = CONFIG_TEXTS,
     .form = &config_form_minor,
     .preset = "the newest that tidegate knows",
     .help = "Kubernetes minors that the manifests must be valid for",
     .example = "kubernetes-versions: [\"1.36\", \"1.34\"]\n",
     .offset = offsetof(struct config, versions)},
    {.name = "include",
     .kind = CONFIG_TEXTS,
     .form = &config_form_glob,
     .preset = "everything",
     .help = "patterns of the files to read",
     .example = "include:\n- clusters/**\n- apps/**\n",
     .offset = offsetof(struct config, include)},
    {.name = "exclude",
     .kind = CONFIG_TEXTS,
     .form = &config_form_glob,
     .preset = "nothing",
     .help = "patterns of the files to leave out",
     .example = "exclude:\n- vendor/\n- \"**/testdata/**\"\n",
     .offset = offsetof(struct config, exclude)},
    {.name = "crds",
     .kind = CONFIG_TEXTS,
     .form = &config_form_path,
     .preset = "none",
     .help = "files and folders with CRDs that are read as schemas only",
     .example = "crds:\n- schemas/crds\n",
     .offset = offsetof(struct config, crds)},
    {.name = "policies",
     .kind = CONFIG_TEXTS,
     .form = &config_form_path,
     .preset = "none",
     .help = "files and folders with policies that are no manifests of a set: admission policies "
             "with bindings and params, and rules",
     .example = "policies:\n- policies\n",
     .offset = offsetof(struct config, policies)},
    {.name = "packs",
     .kind = CONFIG_TEXTS,
     .form = &config_form_pack,
     .preset = "none",
     .help = "packs of rules whose rules are all on; without them those are that are nearly always "
             "right",
     .example = "packs: [reliability, security]\n",
     .offset = offsetof(struct config, packs)},
    {.name = "params",
     .kind = CONFIG_PARAMS,
     .preset = "those of each rule",
     .help = "values of the params of rules",
     .example = "params:\n  reliability/minimum-replicas: {minimum: 3}\n",
     .offset = offsetof(struct config, params)},
    {.name = "external",
     .kind = CONFIG_TEXTS,
     .form = &config_form_object,
     .preset = "none",
     .help = "objects outside the repository that manifests refer to, as KIND/[NAMESPACE/]NAME",
     .example = "external:\n- Secret/shop/database-password\n- StorageClass/fast\n",
     .offset = offsetof(struct config, externals)},
    {.name = "cluster",
     .kind = CONFIG_MAP,
     .entry = &cluster_table,
     .preset = "a default API server",
     .help = "what the API server was started with, by the names of its flags",
     .example = "cluster:\n"
                "  feature-gates: {HPAScaleToZero: true}\n"
                "  service-node-port-range: 30000-32767\n"
                "  service-cidrs: [10.96.0.0/12]\n"
                "  allow-privileged: true\n"
                "  admission-plugins:\n"
                "    enable: [AlwaysPullImages]\n"
                "    disable: [DefaultStorageClass]\n",
     .offset = offsetof(struct config, cluster)},
    {.name = "snapshot",
     .kind = CONFIG_MAP,
     .entry = &snapshot_table,
     .preset = "none",
     .help = "what the cluster is like, as far as it may be told: `tidegate cluster export` "
             "writes it",
     .example = "snapshot:\n"
                "  file: prod.snapshot.json\n"
                "  max-age: 7d\n",
     .offset = offsetof(struct config, snapshot)},
    {.name = "sync",
     .kind = CONFIG_MAP,
     .entry = &config_sync_table,
     .preset = "as each setting says",
     .help = "how sets are applied by `tidegate sync`",
     .example = "sync:\n"
                "  drift: heal\n"
                "  wait: 10m\n"
                "  prune-limits: [\"10\", 5%]\n"
                "  conflicts:\n"
                "  - field: spec.replicas\n"
                "    then: leave\n",
     .offset = offsetof(struct config, sync)},
    {.name = "rules",
     .kind = CONFIG_PAIRS,
     .entry = &rule_table,
     .pair = "id: severity",
     .preset = "each rule's own severity",
     .help = "severity of rules or of patterns of them: off, info, warning or error; "
             "the first match counts",
     .example = "rules:\n  version/deprecated: error\n  object/*: off\n",
     .offset = offsetof(struct config, rules)},
    {.name = "ignore",
     .kind = CONFIG_ENTRIES,
     .entry = &ignore_table,
     .preset = "none",
     .help = "findings to live with, each with a reason",
     .example = "ignore:\n"
                "- rule: version/deprecated\n"
                "  path: legacy/**\n"
                "  object: Deployment/shop/*\n"
                "  reason: replaced when the old cluster goes\n"
                "  expires: 2030-06-30\n",
     .offset = offsetof(struct config, ignores)},
    {.name = "require-ignore-reason",
     .kind = CONFIG_FLAG,
     .preset = "false",
     .help = "whether an ignore comment in a manifest counts only with a reason behind it",
     .example = "require-ignore-reason: true\n",
     .offset = offsetof(struct config, require_ignore_reason)},
    {.name = "baseline",
     .kind = CONFIG_TEXT,
     .form = &config_form_path,
     .preset = "none",
     .help = "file with the findings that may stay for now; `tidegate baseline write` makes it",
     .example = "baseline: .tidegate-baseline.yaml\n",
     .offset = offsetof(struct config, baseline)},
    {.name = "fail-on",
     .kind = CONFIG_CHOICE,
     .choices = fail_on,
     .preset = "error",
     .help = "the least severity of new findings that fails the check",
     .example = "fail-on: warning\n",
     .offset = offsetof(struct config, fail_on)},
    {.name = "missing-schema",
     .kind = CONFIG_CHOICE,
     .choices = missing_schema,
     .preset = "warn",
     .help = "what a custom resource without a known CRD is",
     .example = "missing-schema: error\n",
     .offset = offsetof(struct config, missing_schema)},
    {.name = "oracle",
     .kind = CONFIG_CHOICE,
     .choices = oracles,
     .preset = "both",
     .help = "how manifests are sent: a plain create or update, server-side apply, kubectl, or "
             "both of the first two",
     .example = "oracle: apply\n",
     .offset = offsetof(struct config, oracle)},
    {.name = "stages",
     .kind = CONFIG_FLAG,
     .preset = "false",
     .help = "whether to stop at the stage where the server would refuse an object",
     .example = "stages: true\n",
     .offset = offsetof(struct config, stages)},
    {.name = "strict",
     .kind = CONFIG_FLAG,
     .preset = "false",
     .help = "whether what can't be decided offline is an error and not a warning",
     .example = "strict: true\n",
     .offset = offsetof(struct config, strict)},
    {.name = "sets",
     .kind = CONFIG_ENTRIES,
     .entry = &set_table,
     .preset = "found by kustomizations, charts and plain files",
     .help = "what is applied together",
     .example = "sets:\n"
                "- name: platform\n"
                "  path: platform\n"
                "- name: shop\n"
                "  paths: [apps/shop, apps/shared]\n"
                "  namespace: shop\n"
                "  kubernetes-versions: [\"1.36\"]\n"
                "  depends-on: [platform]\n",
     .offset = offsetof(struct config, sets)},
    {0},
};

const struct config_table config_table = {
    .keys = file_keys, .size = sizeof(struct config), .span = CONFIG_NO_SPAN};

size_t config_key_count(const struct config_table *table)
{
    size_t n = 0;
    while (table->keys[n].name)
        n++;
    return n;
}
