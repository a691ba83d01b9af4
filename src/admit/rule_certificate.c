/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for certificates. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/base64.h"
#include "base/request.h"

void rule_signing_request(struct validating *v, const struct spot *spot)
{
    struct str bytes;
    if (base64_decode(v->ctx->arena, spot_text(spot), &bytes) < 0)
        return; /* reported by decoding */
    const char *error = request_error(v->ctx->arena, bytes);
    if (error)
        say_invalid(v, spot, error);
}

/* Plugin CertificateSubjectRestriction. */
void rule_subject_allowed(struct validating *v, const struct spot *spot)
{
    static const char signer[] = "kubernetes.io/kube-apiserver-client";
    struct str bytes;
    if (!v_plugin(v, PLUGIN_CERTIFICATE_SUBJECT_RESTRICTION) ||
        !child_text_is(spot->up, "signerName", signer) ||
        base64_decode(v->ctx->arena, spot_text(spot), &bytes) < 0 ||
        !request_has_organization(v->ctx->arena, bytes, "system:masters"))
        return;
    say_forbidden(v, spot,
                  "use of kubernetes.io/kube-apiserver-client signer with system:masters group is "
                  "not allowed");
}

void rule_key_usage(struct validating *v, const struct spot *spot)
{
    static const char *const usages[] = {
        "any",
        "cert sign",
        "client auth",
        "code signing",
        "content commitment",
        "crl sign",
        "data encipherment",
        "decipher only",
        "digital signature",
        "email protection",
        "encipher only",
        "ipsec end system",
        "ipsec tunnel",
        "ipsec user",
        "key agreement",
        "key encipherment",
        "microsoft sgc",
        "netscape sgc",
        "ocsp signing",
        "s/mime",
        "server auth",
        "signing",
        "timestamping",
    };
    if (!str_is_one_of(spot_text(spot), usages, ARRAY_LEN(usages)))
        say_unsupported(v, spot, usages, ARRAY_LEN(usages));
}

/* A path has room for a label, a dot and a subdomain. */
enum { SUBDOMAIN_MAX = 253, LABEL_MAX = 63, SIGNER_MAX = 2 * SUBDOMAIN_MAX + LABEL_MAX + 2 };

/* One of the two parts of the name of a signer: what is between its dots. */
static void check_part(struct validating *v, const struct spot *spot, struct str part,
                       const char *(*format)(struct str))
{
    struct arena *arena = v->ctx->arena;
    for (size_t from = 0; from <= part.n;) {
        const struct str rest = str_from_offset(part, from);
        const ptrdiff_t dot = str_find_char(rest, '.');
        const struct str label = dot < 0 ? rest : str_sub(rest, 0, (size_t)dot);
        const char *reason = format(label);
        if (reason) {
            say_invalid_as(v, spot, str_format(arena, "\"%.*s\"", STR_FMT(part)),
                           str_to_c(arena, str_format(arena, "validating label \"%.*s\": %s",
                                                      STR_FMT(label), reason)));
            return;
        }
        from += label.n + 1;
    }
}

void rule_signer_name(struct validating *v, const struct spot *spot)
{
    enum { DOMAIN_MAX = 253, NAME_MAX_BYTES = 571 };
    const struct str name = spot_text(spot);
    const ptrdiff_t slash = str_find_char(name, '/');
    if (name.n == 0) {
        say_required(v, spot, NULL);
        return;
    }
    if (str_is(name, "kubernetes.io/legacy-unknown")) {
        say_invalid(v, spot, "the legacy signerName is not allowed via this API version");
        return;
    }
    if (slash < 0 || str_find_last_char(name, '/') != slash) {
        say_invalid(v, spot,
                    "must be a fully qualified domain and path of the form "
                    "'example.com/signer-name'");
        return;
    }
    const struct str domain = str_sub(name, 0, (size_t)slash);
    if (domain.n > DOMAIN_MAX)
        say_too_long(v, spot, DOMAIN_MAX);
    check_part(v, spot, domain, format_dns1123_label);
    if (str_find_char(domain, '.') < 0)
        say_invalid_as(v, spot, str_format(v->ctx->arena, "\"%.*s\"", STR_FMT(domain)),
                       "should be a domain with at least two segments separated by dots");
    check_part(v, spot, str_from_offset(name, (size_t)slash + 1), format_dns1123_subdomain);
    if (name.n > NAME_MAX_BYTES)
        say_too_long(v, spot, NAME_MAX_BYTES);
}
