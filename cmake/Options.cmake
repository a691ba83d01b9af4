# SPDX-License-Identifier: Apache-2.0
# Compiler flags of every target of ours, as one interface library.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION_RELEASE ON)

add_library(tidegate_flags INTERFACE)
target_compile_definitions(tidegate_flags INTERFACE _GNU_SOURCE TIDEGATE_VERSION="${PROJECT_VERSION}")
target_include_directories(tidegate_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(tidegate_flags INTERFACE
    -fvisibility=hidden -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wformat=2 -Wvla -Wundef
    -Wimplicit-fallthrough -Wswitch-enum
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings>
    $<$<CONFIG:Release>:-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
# STR_FMT passes slices to %.*s, and section ends are compared as pointers; nothing else is muted.
target_link_options(tidegate_flags INTERFACE -Wl,--as-needed)

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(tidegate_flags INTERFACE TIDEGATE_ARENA_MALLOC TIDEGATE_RULE_TRACE
        TIDEGATE_FAILPOINTS)
endif()
if(TIDEGATE_WERROR)
    target_compile_options(tidegate_flags INTERFACE -Werror)
endif()
if(TIDEGATE_SANITIZE)
    target_compile_options(tidegate_flags INTERFACE
        -fsanitize=${TIDEGATE_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(tidegate_flags INTERFACE -fsanitize=${TIDEGATE_SANITIZE})
endif()
if(TIDEGATE_FUZZ)
    target_compile_options(tidegate_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TIDEGATE_COVERAGE)
    target_compile_options(tidegate_flags INTERFACE --coverage)
    target_link_options(tidegate_flags INTERFACE --coverage)
endif()
