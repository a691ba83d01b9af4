# SPDX-License-Identifier: Apache-2.0
# Tables that are built from reviewable text under schemas/. The generator has the text's reader in
# itself, because room_schema needs the table.
file(GLOB schemagen_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/tools/schemagen*.c
    ${CMAKE_SOURCE_DIR}/src/schema/schema_text*.c ${CMAKE_SOURCE_DIR}/src/schema/schema_compile*.c)
add_executable(schemagen ${schemagen_sources})
target_include_directories(schemagen PRIVATE ${CMAKE_SOURCE_DIR}/tools)
target_link_libraries(schemagen PRIVATE room_doc tidegate_flags)

file(GLOB_RECURSE schema_texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/*.txt)
set(schema_table ${CMAKE_BINARY_DIR}/schema_table.c)
add_custom_command(OUTPUT ${schema_table}
    COMMAND schemagen table ${CMAKE_SOURCE_DIR}/schemas ${schema_table}
    DEPENDS schemagen ${schema_texts}
    COMMENT "Compiling the schema table")
target_sources(room_schema PRIVATE ${schema_table})
