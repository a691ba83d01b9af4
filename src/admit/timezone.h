/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the IANA time zone database, links among them: schemas/timezones.txt. */
#pragma once

#include "base/str.h"

/* As a server finds it: exact, also below posix/ and right/. */
bool timezone_is_known(struct str name);
