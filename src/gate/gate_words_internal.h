/* SPDX-License-Identifier: Apache-2.0 */
/* What text and searches must agree on. */
#pragma once

#include "gate/gate_words.h"

/* Hash of the next word, taken off *rest; 0 when there is none. */
uint32_t word_next(struct str *rest);
/* The first word itself; empty when there is none. */
struct str word_first(struct str text);
