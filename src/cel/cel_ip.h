/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses and prefixes as Go's net/netip reads and writes them, with its words for mistakes.
 */
#pragma once

#include "cel/cel_library.h"

struct cel_ip {
    uint8_t bytes[16]; /* of IPv4 the first four */
    bool is_v6;
};

struct cel_cidr {
    struct cel_ip ip;
    unsigned bits;
};

enum { CEL_IP_ERROR = 1024 };

/* False with netip's message in `error`. `ret_zone` gets what stands after %, usually nothing. */
bool cel_ip_parse(struct str text, struct cel_ip *ret_ip, struct str *ret_zone, struct buf *error);
void cel_ip_format(struct buf *out, const struct cel_ip *ip);
/* IPv4 in IPv6, ::ffff:1.2.3.4 */
bool cel_ip_is_mapped(const struct cel_ip *ip);
bool cel_cidr_parse(struct str text, struct cel_cidr *ret_cidr, struct buf *error);
/* Whether the first `bits` bits are the same; never between families. */
bool cel_ip_shares(const struct cel_ip *a, const struct cel_ip *b, unsigned bits);
struct cel_ip cel_cidr_masked(const struct cel_cidr *cidr);

/* Of the libraries ip and cidr, which name each other's types. */
extern const struct cel_type cel_type_ip;
extern const struct cel_class cel_class_ip;
/* ip("..."), as an error value when it is none. */
struct cel_value cel_ip_of(struct cel_run *run, struct str text);
struct cel_value cel_ip_value(struct cel_run *run, const struct cel_ip *ip);
