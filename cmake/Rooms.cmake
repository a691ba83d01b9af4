# SPDX-License-Identifier: Apache-2.0
# tidegate_room(NAME [ROOMS lower rooms] [LIBS outside libraries]): one static library a room.
function(tidegate_room name)
    cmake_parse_arguments(room "" "" "ROOMS;LIBS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS
        ${CMAKE_SOURCE_DIR}/src/${name}/*.c ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
    if(NOT sources)
        add_library(room_${name} INTERFACE)
        set(scope INTERFACE)
    else()
        add_library(room_${name} STATIC ${sources})
        set(scope PUBLIC)
        target_link_libraries(room_${name} PRIVATE tidegate_flags)
    endif()
    list(TRANSFORM room_ROOMS PREPEND room_)
    target_link_libraries(room_${name} ${scope} ${room_ROOMS} ${room_LIBS})
endfunction()
