# SPDX-License-Identifier: Apache-2.0
# Tables that are built from reviewable text under schemas/. The generator has the text's reader in
# itself, because room_schema needs the table.
file(GLOB schemagen_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/tools/schemagen*.c
    ${CMAKE_SOURCE_DIR}/src/schema/schema_text*.c ${CMAKE_SOURCE_DIR}/src/schema/schema_compile*.c)
add_executable(schemagen ${schemagen_sources})
target_include_directories(schemagen PRIVATE ${CMAKE_SOURCE_DIR}/tools)
target_link_libraries(schemagen PRIVATE room_doc tidegate_flags)

file(GLOB schema_texts CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/schemas/*.txt ${CMAKE_SOURCE_DIR}/schemas/types/*.txt)
set(schema_table ${CMAKE_BINARY_DIR}/schema_table.c)
add_custom_command(OUTPUT ${schema_table}
    COMMAND schemagen table ${CMAKE_SOURCE_DIR}/schemas ${schema_table}
    DEPENDS schemagen ${schema_texts}
    COMMENT "Compiling the schema table")
target_sources(room_schema PRIVATE ${schema_table})

# Rules and defaults of built-in kinds. The functions that rows call are found in the sources.
file(GLOB rulegen_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/tools/rulegen*.c ${CMAKE_SOURCE_DIR}/tools/schemagen_*.c
    ${CMAKE_SOURCE_DIR}/src/schema/schema_text*.c)
add_executable(rulegen ${rulegen_sources})
target_include_directories(rulegen PRIVATE ${CMAKE_SOURCE_DIR}/tools)
target_link_libraries(rulegen PRIVATE room_doc tidegate_flags)

file(GLOB rule_texts CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/schemas/rules/*.txt ${CMAKE_SOURCE_DIR}/schemas/defaults/*.txt)
file(GLOB rule_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/src/admit/rule_*.c ${CMAKE_SOURCE_DIR}/src/admit/default_*.c)
set(rule_folder ${CMAKE_BINARY_DIR}/rules)
file(MAKE_DIRECTORY ${rule_folder})
add_custom_command(OUTPUT ${rule_folder}/rule_table.c ${rule_folder}/rule_calls.h
    COMMAND rulegen ${CMAKE_SOURCE_DIR}/schemas ${CMAKE_SOURCE_DIR}/src/admit
        ${rule_folder}/rule_table.c ${rule_folder}/rule_calls.h
    DEPENDS rulegen ${schema_texts} ${rule_texts} ${rule_sources}
    COMMENT "Compiling the rule table")
target_sources(room_admit PRIVATE ${rule_folder}/rule_table.c ${rule_folder}/rule_calls.h)
target_include_directories(room_admit PRIVATE ${rule_folder})

# The rules of rules/, which are read as those of a repository are.
file(GLOB packgen_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/tools/packgen*.c ${CMAKE_SOURCE_DIR}/src/pack/form.c
    ${CMAKE_SOURCE_DIR}/src/pack/rule_file.c)
add_executable(packgen ${packgen_sources})
target_include_directories(packgen PRIVATE ${CMAKE_SOURCE_DIR}/tools)
target_link_libraries(packgen PRIVATE room_doc tidegate_flags)

file(GLOB_RECURSE pack_rules CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rules/*.yaml)
set(pack_folder ${CMAKE_BINARY_DIR}/packs)
file(MAKE_DIRECTORY ${pack_folder}/pack)
add_custom_command(OUTPUT ${pack_folder}/pack/pack_ids.h ${pack_folder}/pack_table.c
    COMMAND packgen ${CMAKE_SOURCE_DIR}/rules ${pack_folder}/pack/pack_ids.h
        ${pack_folder}/pack_table.c
    DEPENDS packgen ${pack_rules}
    COMMENT "Compiling the packs of rules")
target_sources(room_pack PRIVATE ${pack_folder}/pack_table.c ${pack_folder}/pack/pack_ids.h)
target_include_directories(room_pack PUBLIC ${pack_folder})

# Names of time zones, as a C array's inside.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/schemas/timezones.txt)
file(STRINGS ${CMAKE_SOURCE_DIR}/schemas/timezones.txt timezones REGEX "^[^#]")
list(TRANSFORM timezones REPLACE "(.+)" "\"\\1\",\n")
list(JOIN timezones "" timezones)
file(CONFIGURE OUTPUT ${rule_folder}/timezone_names.inc CONTENT "${timezones}" @ONLY)
