/* SPDX-License-Identifier: Apache-2.0 */
/* All libraries, in the order in which the API server adds them (environment/base.go): of two
 * overloads that fit, the earlier one says what the result is. */
#include "cel/cel_library.h"

const struct cel_library *const cel_libraries[] = {
    &cel_lib_operators, &cel_lib_convert,    &cel_lib_text,       &cel_lib_time,
    &cel_lib_url,       &cel_lib_regex,      &cel_lib_kube_lists, &cel_lib_optional,
    &cel_lib_quantity,  &cel_lib_strings,    &cel_lib_sets,       &cel_lib_ip,
    &cel_lib_cidr,      &cel_lib_authorizer, &cel_lib_format,     &cel_lib_authorizer_selectors,
    &cel_lib_fold,      &cel_lib_semver,     &cel_lib_lists,      NULL,
};
