/* SPDX-License-Identifier: Apache-2.0 */
/* All libraries, in the order in which the API server adds them: of two overloads that fit, the
 * earlier one says what the result is. */
#include "cel/cel_library.h"

const struct cel_library *const cel_libraries[] = {
    &cel_lib_operators,
    NULL,
};
