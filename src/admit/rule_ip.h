/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and CIDR values as the server reads them: the lenient parser of k8s.io/utils/net
 * decides what is valid, the strict one of Go's net/netip what is refused from 1.36 on (gate
 * StrictIPCIDRValidation) and warned of before. Rules use the checks as they are, or by a row:
 *
 *   ip call ip                  rule_ip: a field that predates strict parsing
 *   nameservers[] call ip
 */
#pragma once

#include "admit/rule.h"

struct ip {
    uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
};

struct cidr {
    struct ip address; /* as written */
    struct ip network; /* without the bits after the prefix */
    unsigned prefix;
    unsigned width; /* of the mask: 32, or 128 for what was written with colons */
};

/* ParseIPSloppy and ParseCIDRSloppy. */
bool ip_parse(struct str text, struct ip *ret_ip);
bool cidr_parse(struct str text, struct cidr *ret_cidr);
/* Dotted octets, or colons that map them. */
bool ip_is_v4(const struct ip *ip);
/* What the strict parser takes: no zeros in front, and whether it is IPv4 in colons. */
bool ip_is_strict(struct str text);
bool ip_is_mapped(struct str text);
/* Canonical text: RFC 5952 for IPv6. */
struct str ip_format(struct arena *arena, const struct ip *ip);
struct str cidr_format(struct arena *arena, const struct cidr *cidr);
/* Whether the inner network is smaller than the outer one and inside it. */
bool cidr_has_strictly(const struct cidr *outer, const struct cidr *inner);

/* The texts of a list as it was before the update, without blanks around them: values that were
 * there are not looked at again. */
void texts_before(struct validating *v, const struct node *old_list, struct map *ret_texts);

/*
 * Checks: true when there is nothing to say. check_ip and check_cidr are for fields that predate
 * strict parsing (IsValidIPForLegacyField), the canonical ones for newer fields (IsValidIP).
 */
bool check_ip(struct validating *v, const struct spot *spot);
bool check_ip_canonical(struct validating *v, const struct spot *spot);
bool check_cidr(struct validating *v, const struct spot *spot, struct str value);
bool check_cidr_canonical(struct validating *v, const struct spot *spot);
/* An address that traffic can be sent to: ValidateEndpointIP. */
bool check_endpoint_ip(struct validating *v, const struct spot *spot);
/* Unusual spellings of valid values. */
void warn_ip(struct validating *v, const struct spot *spot);
void warn_cidr(struct validating *v, const struct spot *spot);
