# tuermer_room(NAME [USES ROOM|LIBRARY ...])
#
# One static library from every .c file of the current folder. A room's users
# get its own uses too, so that a room links with what stands below it only.
# A folder with no source yet becomes an interface library.
function(tuermer_room name)
    cmake_parse_arguments(PARSE_ARGV 1 room "" "" "USES;SOURCES")
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
    list(APPEND sources ${room_SOURCES})
    if(sources)
        add_library(${name} STATIC ${sources})
        target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
        target_link_libraries(${name} PUBLIC ${room_USES})
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
        target_link_libraries(${name} INTERFACE ${room_USES})
    endif()
endfunction()

# tuermer_embed(OUT_VARIABLE SYMBOL FILE ...)
#
# A C source that holds the files' bytes, in the order named, as one constant
# NUL-terminated array SYMBOL (length SYMBOL_len).
function(tuermer_embed out symbol)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DSYMBOL=${symbol}
                "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        VERBATIM)
    set(${out} ${output} PARENT_SCOPE)
endfunction()
