/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats that rows may name, with the function that gives NULL or the reason. One line a
 * format; tools/rulegen reads the names, rule_verb.c the functions.
 */
#pragma once

#include "base/str.h"

#define RULE_FORMATS(X)                                                                            \
    X("dns-label", format_dns1123_label)                                                           \
    X("dns-subdomain", format_dns1123_subdomain)                                                   \
    X("dns1035-label", format_dns1035_label)                                                       \
    X("path-segment", format_path_segment)                                                         \
    X("qualified-name", format_qualified_name)                                                     \
    X("label-value", format_label_value)                                                           \
    X("config-key", format_config_key)                                                             \
    X("port-name", format_port_name)                                                               \
    X("env-name", format_env_name)                                                                 \
    X("env-name-relaxed", format_env_name_relaxed)                                                 \
    X("header-name", format_header_name)                                                           \
    X("percent", format_percent)

#define RULE_FORMAT_DECLARATION(name, function) const char *function(struct str s);
RULE_FORMATS(RULE_FORMAT_DECLARATION)
#undef RULE_FORMAT_DECLARATION
