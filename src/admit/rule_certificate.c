/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for certificates. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/base64.h"

/* What is inside of the block is not read here. */
void rule_signing_request(struct validating *v, const struct spot *spot)
{
    struct str bytes;
    if (base64_decode(v->ctx->arena, spot_text(spot), &bytes) < 0)
        return; /* reported by decoding */
    if (!str_has(bytes, STR("-----BEGIN CERTIFICATE REQUEST-----")))
        say_invalid(v, spot, "PEM block type must be CERTIFICATE REQUEST");
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

/* Why the domain of a signer is none, or NULL. */
static const char *wrong_domain(struct str domain)
{
    struct str rest = domain;
    struct str label;
    if (str_find_char(domain, '.') < 0)
        return "should be a domain with at least two segments separated by dots";
    while (str_split(&rest, '.', &label)) {
        const char *reason = format_dns1123_label(label);
        if (reason)
            return reason;
    }
    return NULL;
}

static const char *wrong_path(struct str path)
{
    struct str rest = path;
    struct str part;
    if (path.n == 0)
        return "must have a name behind the '/'";
    while (str_split(&rest, '.', &part)) {
        const char *reason = format_dns1123_subdomain(part);
        if (reason)
            return reason;
    }
    return NULL;
}

void rule_signer_name(struct validating *v, const struct spot *spot)
{
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
    const char *reason = wrong_domain(str_sub(name, 0, (size_t)slash));
    if (reason)
        say_invalid(v, spot, reason);
    reason = wrong_path(str_from_offset(name, (size_t)slash + 1));
    if (reason)
        say_invalid(v, spot, reason);
    if ((size_t)slash > SUBDOMAIN_MAX)
        say_too_long(v, spot, SUBDOMAIN_MAX);
    if (name.n > SIGNER_MAX)
        say_too_long(v, spot, SIGNER_MAX);
}
