/* SPDX-License-Identifier: Apache-2.0 */
/* Telling manifests from everything else that ends in .yaml, .yml or .json. */
#include "base/file.h"
#include "base/glob.h"
#include "render/render_internal.h"

/* order: skip_reason */
static const char *const names[] = {
    "",
    "excluded",
    "tidegate-configuration",
    "kustomization",
    "waits-for-kustomize",
    "helm-chart",
    "helm-template",
    "template",
    "kustomize-patch",
    "tool-configuration",
    "client-configuration",
    "sops-encrypted",
    "not-a-manifest",
    "empty",
    "symlink",
    "special-file",
    "submodule",
    "binary",
};
_Static_assert(ARRAY_LEN(names) == SKIP_REASON_COUNT, "a name for each reason");

/* Files of well-known tools, which often are YAML and never a manifest: names, or folders of the
 * root. */
static const char *const tool_patterns[] = {
    "/.github/**",
    "/.gitlab/**",
    "/.circleci/**",
    "/.gitea/**",
    "/.forgejo/**",
    "/.vscode/**",
    "/.idea/**",
    "/.devcontainer/**",
    ".gitlab-ci.yml",
    ".travis.yml",
    ".pre-commit-config.yaml",
    ".pre-commit-hooks.yaml",
    "docker-compose*.y*ml",
    "compose.y*ml",
    "package.json",
    "package-lock.json",
    "tsconfig*.json",
    "renovate.json",
    "renovate.json5",
    ".yamllint*",
    ".golangci.y*ml",
    "mkdocs.y*ml",
    "azure-pipelines.y*ml",
    "cloudbuild.y*ml",
    "buildspec.y*ml",
    "action.y*ml",
    ".sops.yaml",
};

/* Groups that are read by a program on somebody's machine or node and served by no API server. */
static const char *const client_groups[] = {
    "skaffold/",
    "kustomize.config.k8s.io/",
    "kubeadm.k8s.io/",
    "kubelet.config.k8s.io/",
    "kubeproxy.config.k8s.io/",
    "kubescheduler.config.k8s.io/",
    "apiserver.config.k8s.io/",
    "apiserver.k8s.io/",
    "audit.k8s.io/",
    "client.authentication.k8s.io/",
    "kind.x-k8s.io/",
    "k3d.io/",
    "eksctl.io/",
    "ctlptl.dev/",
    "helmfile.",
    "kuttl.dev/",
    "minikube.sigs.k8s.io/",
};

const char *skip_reason_name(enum skip_reason reason)
{
    return names[reason];
}

bool path_is_manifest_like(struct str path)
{
    static const char *const endings[] = {".yaml", ".yml", ".json"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(path, str_from(endings[i])))
            return true;
    return false;
}

bool path_is_kustomization(struct str path)
{
    static const char *const bases[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    return str_is_one_of(path_base(path), bases, ARRAY_LEN(bases));
}

static bool is_excluded(const struct config *config, struct str path)
{
    for (size_t i = 0; i < config->exclude.n; i++)
        if (glob_match(config->exclude.items[i], path))
            return true;
    for (size_t i = 0; i < config->include.n; i++)
        if (glob_match(config->include.items[i], path))
            return false;
    return config->include.n > 0;
}

/* What a pattern begins with tells nearly always, and costs a hundredth of the pattern. */
static bool is_tool_file(struct str path)
{
    struct str name = path_base(path);
    for (size_t i = 0; i < ARRAY_LEN(tool_patterns); i++) {
        const char *pattern = tool_patterns[i];
        bool from_root = pattern[0] == '/';
        struct str subject = from_root ? path : name;
        if (!subject.n || subject.p[0] != pattern[from_root])
            continue;
        struct str start = {pattern + from_root, strcspn(pattern + from_root, "*")};
        if (str_starts(subject, start) && glob_match(str_from(pattern), path))
            return true;
    }
    return str_starts(path, STR("node_modules/")) || str_has(path, STR("/node_modules/"));
}

/* A chart's folder holds everything below it; its templates are no YAML before Helm has run. */
static enum skip_reason skip_in_chart(const struct overlays *overlays, struct str path)
{
    for (struct str dir = path_dir(path);; dir = path_dir(dir)) {
        if (map_has(&overlays->charts, dir)) {
            struct str below = str_from_offset(path, dir.n ? dir.n + 1 : 0);
            return str_starts(below, STR("templates/")) ? SKIP_HELM_TEMPLATE : SKIP_HELM_CHART;
        }
        if (!dir.n)
            return SKIP_NONE;
    }
}

enum skip_reason skip_by_path(const struct overlays *overlays, const struct config *config,
                              const struct tree_entry *entry)
{
    struct str path = entry->path;
    if (is_excluded(config, path))
        return SKIP_EXCLUDED;
    if (entry->kind == ENTRY_SUBMODULE)
        return SKIP_SUBMODULE;
    if (entry->kind == ENTRY_SYMLINK)
        return SKIP_SYMLINK;
    if (entry->kind == ENTRY_OTHER)
        return SKIP_SPECIAL;
    if (str_is_one_of(path_base(path), config_file_names, ARRAY_LEN(config_file_names)))
        return SKIP_CONFIGURATION;
    if (path_is_kustomization(path))
        return SKIP_KUSTOMIZATION;
    enum skip_reason chart = skip_in_chart(overlays, path);
    if (chart != SKIP_NONE)
        return chart;
    if (map_has(&overlays->kustomized, path))
        return SKIP_KUSTOMIZED;
    return is_tool_file(path) ? SKIP_CI : SKIP_NONE;
}

/* ---- by content ---- */

static bool is_client_config(const struct node *root)
{
    struct str api_version = node_get_text(root, STR("apiVersion"));
    struct str kind = node_get_text(root, STR("kind"));
    if (str_is(api_version, "v1") && str_is(kind, "Config"))
        return true; /* a kubeconfig */
    for (size_t i = 0; i < ARRAY_LEN(client_groups); i++)
        if (str_starts(api_version, str_from(client_groups[i])))
            return true;
    return false;
}

/* Directives of strategic merge patches ($patch, $retainKeys, …) in the top two levels. */
static bool is_patch(const struct node *root, unsigned depth)
{
    for (struct entry e = map_first(root); e.key; e = map_next(e)) {
        struct str key = node_text(e.key);
        if (str_is(key, "$patch") || str_starts(key, STR("$setElementOrder")) ||
            str_starts(key, STR("$deleteFromPrimitiveList")) || str_is(key, "$retainKeys"))
            return true;
        if (depth && is_patch(e.value, depth - 1))
            return true;
    }
    return false;
}

/* A stray dash turns an object into a list: that is a manifest with a mistake. */
static bool looks_like_object(const struct node *root)
{
    const struct node *version = node_get(root, STR("apiVersion"));
    const struct node *kind = node_get(root, STR("kind"));
    if (version || kind)
        return true;
    const struct node *first = list_first(root).value;
    return node_get(first, STR("apiVersion")) && node_get(first, STR("kind"));
}

/* Whether a colon follows, behind the end of a quote and blanks. */
static bool is_key(struct str after)
{
    if (after.n && (after.p[0] == '"' || after.p[0] == '\''))
        after = str_from_offset(after, 1);
    after = str_trim(after);
    return after.n && after.p[0] == ':';
}

/* A text that can't be parsed is a manifest when it has these keys, in whatever style. */
static bool text_mentions_type(struct str text)
{
    static const struct str words[] = {{"apiVersion", 10}, {"kind", 4}};
    static const char before[] = " \t\r\n{,\"'-";
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t from = 0;
        for (ptrdiff_t at; (at = str_find(str_from_offset(text, from), words[i])) >= 0;) {
            const size_t start = from + (size_t)at;
            from = start + words[i].n;
            if ((!start || strchr(before, text.p[start - 1])) &&
                is_key(str_sub(text, from, from + 16)))
                return true;
        }
    }
    return false;
}

/* A template marker where YAML has structure: at the start of a line or of a value. One inside a
 * quoted or block text says nothing about the file. */
static bool line_is_template(struct str line)
{
    struct str trimmed = str_trim(line);
    return str_starts(trimmed, STR("{{")) || str_has(trimmed, STR(": {{")) ||
           str_has(trimmed, STR("- {{"));
}

/* Whether reading failed at a template marker: on its line, or on one soon after, where the parser
 * notices. A marker elsewhere, inside the text of a ConfigMap for example, excuses nothing. */
static bool failed_at_template(const struct manifest *manifest)
{
    enum { LINES_BEFORE = 3 };
    for (size_t i = 0; i < manifest->diags.n; i++) {
        const struct diag *diag = &manifest->diags.items[i];
        if (diag->severity != SEVERITY_ERROR || !diag->source)
            continue;
        uint32_t line = source_place(diag->source, diag->span.start).line;
        uint32_t first = line > LINES_BEFORE ? line - LINES_BEFORE : 1;
        for (uint32_t l = first; l <= line; l++)
            if (line_is_template(source_line(diag->source, l)))
                return true;
    }
    return false;
}

/* By SOPS, and as a whole: of an object at least its kind is left readable. */
static bool is_encrypted(const struct node *root)
{
    const struct node *sops = node_get(root, STR("sops"));
    const struct str kind = node_get_text(root, STR("kind"));
    return node_kind(sops) == NODE_MAP && node_get(sops, STR("mac")) &&
           (!kind.n || str_starts(kind, STR("ENC[")));
}

struct census {
    size_t objects;
    size_t others;
    size_t scalars;
    size_t broken;
    size_t client;
    size_t patches;
    size_t encrypted;
};

static struct census count_documents(const struct doc_list *docs)
{
    struct census census = {0};
    for (size_t i = 0; i < docs->n; i++) {
        const struct doc *doc = &docs->items[i];
        if (doc->broken)
            census.broken++;
        else if (!doc->root || node_kind(doc->root) == NODE_NULL)
            continue;
        else if (node_is_scalar(doc->root))
            census.scalars++;
        else if (is_encrypted(doc->root))
            census.encrypted++;
        else if (!looks_like_object(doc->root))
            census.others++;
        else if (is_client_config(doc->root))
            census.client++;
        else if (is_patch(doc->root, 2))
            census.patches++;
        else
            census.objects++;
    }
    return census;
}

enum skip_reason skip_by_content(const struct manifest *manifest)
{
    struct census census = count_documents(&manifest->docs);
    struct str text = manifest->source->text;
    if (census.broken) {
        if (!manifest->given && failed_at_template(manifest))
            return SKIP_TEMPLATE;
        if (census.objects || manifest->given || text_mentions_type(text))
            return SKIP_NONE;
        return SKIP_NOT_A_MANIFEST;
    }
    /* A slip in the first line (apiVersion:v1 # old) makes a text of it, and what follows is
     * dropped. */
    if (census.objects || (census.scalars && text_mentions_type(text)))
        return SKIP_NONE;
    if (census.encrypted)
        return SKIP_SOPS;
    if (census.client)
        return SKIP_CLIENT_CONFIG;
    if (census.patches)
        return SKIP_PATCH;
    if (census.others || census.scalars)
        return manifest->given ? SKIP_NONE : SKIP_NOT_A_MANIFEST;
    return SKIP_EMPTY;
}
