/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate cluster setup-gate`: manifests of an identity that can try everything and write
 * nothing. */
#include "base/ascii.h"
#include "base/digest.h"
#include "base/dns.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cmd/cluster_setup.h"

enum { NAME_BYTES = 512, SLUG_BYTES = 40, SUM_HEX = 8 };

/* ---- who ---- */

static bool is_printable(struct str name)
{
    for (size_t i = 0; i < name.n;)
        if (rune_is_hostile(utf8_next(name, &i)))
            return false;
    return utf8_is_valid(name) && !str_has_control(name);
}

static int check_name(struct arena *arena, const char *option, struct str name)
{
    if (!name.n || name.n > NAME_BYTES || !is_printable(name))
        return usage_error("--%s takes a name of up to %d bytes without control characters", option,
                           NAME_BYTES);
    if (!str_starts(name, STR("system:")))
        return EXIT_OK;
    const struct str quoted = diag_quote(arena, name);
    return usage_error("--%s '%.*s' is refused: Kubernetes itself works under names of system:; "
                       "for a service account use --service-account",
                       option, STR_FMT(quoted));
}

static int read_account(const struct call *call, struct setup_identity *identity)
{
    const struct cluster_args *args = call->args;
    const ptrdiff_t slash = str_find_char(args->account, '/');
    if (slash > 0) {
        identity->namespace = str_sub(args->account, 0, (size_t)slash);
        identity->name = str_from_offset(args->account, (size_t)slash + 1);
    }
    if (slash > 0 && dns_is_label(identity->namespace) && dns_is_subdomain(identity->name))
        return EXIT_OK;
    return usage_error("--service-account takes NAMESPACE/NAME, as ci/preview");
}

/* Those of two identities differ: the second would take the policy from the first else. */
static struct str name_things(struct arena *arena, const struct setup_identity *identity)
{
    const struct str who = str_format(arena, "%s/%.*s/%.*s", identity->kind,
                                      STR_FMT(identity->namespace), STR_FMT(identity->name));
    const struct sha256 sum = sha256_of(who);
    char hex[2 * sizeof sum.bytes + 1], slug[SLUG_BYTES];
    size_t n = 0;
    sha256_hex(&sum, hex);
    for (size_t i = 0; i < identity->name.n && n < sizeof slug; i++) {
        const int c = ascii_to_lower(identity->name.p[i]);
        if (ascii_is_lower_alnum(c))
            slug[n++] = (char)c;
        else if (n && slug[n - 1] != '-')
            slug[n++] = '-';
    }
    return str_format(arena, "tidegate-gate-%.*s%s%.*s", (int)n, slug,
                      n && slug[n - 1] == '-' ? "" : "-", SUM_HEX, hex);
}

static int read_identity(const struct call *call, struct setup_identity *identity)
{
    const struct cluster_args *args = call->args;
    int code = EXIT_OK;
    /* Given and empty, as by a variable that is not set, is not the same as not given. */
    if ((args->account.p != NULL) + (args->user.p != NULL) + (args->group.p != NULL) > 1)
        return usage_error("give one of --service-account, --user and --group");
    if (args->user.p) {
        *identity = (struct setup_identity){.kind = "User", .name = args->user};
        code = check_name(call->arena, "user", args->user);
    } else if (args->group.p) {
        *identity = (struct setup_identity){.kind = "Group", .name = args->group};
        code = check_name(call->arena, "group", args->group);
    } else if (args->account.p) {
        *identity = (struct setup_identity){.kind = "ServiceAccount"};
        code = read_account(call, identity);
    } else {
        *identity = (struct setup_identity){.kind = "ServiceAccount",
                                            .name = STR("gate"),
                                            .namespace = STR("tidegate"),
                                            .name_of_things = STR("tidegate-gate"),
                                            .is_new = true};
    }
    if (code == EXIT_OK && !identity->is_new)
        identity->name_of_things = name_things(call->arena, identity);
    return code;
}

static int read_namespaces(const struct call *call, struct str_list *namespaces)
{
    const struct cluster_args *args = call->args;
    for (size_t i = 0; i < args->namespaces.n; i++) {
        struct str rest = args->namespaces.items[i];
        if (!rest.n)
            return usage_error("--namespace takes names of namespaces");
        for (struct str name; str_split(&rest, ',', &name);) {
            name = str_trim(name);
            const struct str quoted = diag_quote(call->arena, name);
            if (!dns_is_label(name))
                return usage_error("--namespace '%.*s' is no name of a namespace", STR_FMT(quoted));
            VEC_PUSH(call->arena, namespaces, name);
        }
    }
    return EXIT_OK;
}

/* ---- the policy ---- */

/* What is true of this identity's requests, as a YAML scalar. */
static struct str condition_of(struct arena *arena, const struct setup_identity *identity)
{
    const struct str user = identity->namespace.n
                                ? str_format(arena, "system:serviceaccount:%.*s:%.*s",
                                             STR_FMT(identity->namespace), STR_FMT(identity->name))
                                : identity->name;
    const struct str literal = setup_quote(arena, user);
    const struct str expression =
        str_is(str_from(identity->kind), "Group")
            ? str_format(arena, "has(request.userInfo.groups) && %.*s in request.userInfo.groups",
                         STR_FMT(literal))
            : str_format(arena, "request.userInfo.username == %.*s", STR_FMT(literal));
    return setup_quote(arena, expression);
}

static void write_policy(struct setup *setup)
{
    const struct str name = setup->identity.name_of_things;
    const struct str condition = condition_of(setup->arena, &setup->identity);
    buf_format(
        setup->out,
        "apiVersion: admissionregistration.k8s.io/v1\n"
        "kind: ValidatingAdmissionPolicy\n"
        "metadata:\n"
        "  name: %.*s\n"
        "spec:\n"
        "  failurePolicy: Fail\n"
        "  matchConstraints:\n"
        "    resourceRules:\n"
        "      # Without the slash subresources would be open: scale, status, eviction, exec.\n"
        "      - {apiGroups: [\"*\"], apiVersions: [\"*\"], resources: [\"*/*\"], "
        "operations: [\"*\"]}\n"
        "  matchConditions:\n"
        "    - name: identity\n"
        "      expression: %.*s\n"
        "  validations:\n"
        "    - expression: request.dryRun == true\n"
        "      message: this identity may send dry runs only\n"
        "      reason: Forbidden\n"
        "    # A token that is asked for in a dry run is a real one.\n"
        "    - expression: >-\n"
        "        !(has(request.subResource) && request.subResource == 'token' &&\n"
        "        request.resource.resource == 'serviceaccounts')\n"
        "      message: this identity may have no tokens of service accounts\n"
        "      reason: Forbidden\n",
        STR_FMT(name), STR_FMT(condition));
    buf_format(setup->out,
               "---\n"
               "apiVersion: admissionregistration.k8s.io/v1\n"
               "kind: ValidatingAdmissionPolicyBinding\n"
               "metadata:\n"
               "  name: %.*s\n"
               "spec:\n"
               "  policyName: %.*s\n"
               "  validationActions: [Deny]\n",
               STR_FMT(name), STR_FMT(name));
}

/* ---- all of it ---- */

static void write_head(const struct setup *setup)
{
    buf_add_c(
        setup->out,
        "# An identity for tidegate's gate that can try every change and make none. An\n"
        "# administrator applies it, with kubectl apply -f FILE, once and after updates.\n"
        "#\n"
        "# The policy refuses this identity whatever is no dry run, starting a second after it\n"
        "# was made. These are outside of every policy's reach, so no role may grant them to\n"
        "# this identity, neither one below nor another one that it has:\n"
        "# - changing admission policies and their bindings, this one among them\n"
        "# - impersonation: the request is somebody else's\n"
        "# - what aggregated API servers serve (kubectl get apiservices): they have policies of\n"
        "#   their own, or none\n"
        "#\n"
        "# What is in answers is not guarded: this identity reads what it may try to change.\n"
        "#\n"
        "# Keep it out of the sets of manifests that a sync applies: no merge should be able to\n"
        "# take the policy away.\n");
    if (setup->namespaces.n)
        buf_add_c(setup->out,
                  "#\n"
                  "# Only for some namespaces: kinds without a namespace can't be tried.\n");
}

static void write_account(const struct setup *setup)
{
    const struct setup_identity *identity = &setup->identity;
    if (!identity->is_new)
        return;
    buf_format(setup->out,
               "---\n"
               "apiVersion: v1\n"
               "kind: Namespace\n"
               "metadata:\n"
               "  name: %.*s\n"
               "---\n"
               "# A token for a job: kubectl create token -n %.*s %.*s --duration 1h\n"
               "apiVersion: v1\n"
               "kind: ServiceAccount\n"
               "metadata:\n"
               "  name: %.*s\n"
               "  namespace: %.*s\n"
               "automountServiceAccountToken: false\n",
               STR_FMT(identity->namespace), STR_FMT(identity->namespace), STR_FMT(identity->name),
               STR_FMT(identity->name), STR_FMT(identity->namespace));
}

int cluster_setup_gate(struct call *call)
{
    struct buf out SCOPED(buf) = {0};
    struct setup setup = {.arena = call->arena, .args = call->args, .out = &out};
    const struct str_list paths = {.items = call->rest.items + 1, .n = call->rest.n - 1};
    buf_init(&out, LIMIT_FILE_BYTES);
    int code = read_identity(call, &setup.identity);
    if (code == EXIT_OK)
        code = read_namespaces(call, &setup.namespaces);
    if (code == EXIT_OK)
        code = setup_choose_resources(&setup, &paths);
    if (code != EXIT_OK)
        return code;
    /* The policy comes before the rights that it guards. */
    write_head(&setup);
    write_policy(&setup);
    write_account(&setup);
    setup_write_roles(&setup);
    return output_buf(&out) < 0 ? EXIT_NOT_EVALUATED : EXIT_OK;
}
