/* SPDX-License-Identifier: Apache-2.0 */
/* Library calls that are easy to get wrong do not compile. Included last by base.h. */
#pragma once

/* System headers that declare the functions come first, so that poisoning breaks only our uses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok atoi atol atoll strtol
#pragma GCC poison gmtime localtime gets
