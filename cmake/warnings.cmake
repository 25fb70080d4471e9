# Every warning is an error, with gcc and with clang (conventions, section 12).
add_compile_definitions(_POSIX_C_SOURCE=200809L)
add_compile_options(
    -Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Wcast-qual
    -Wcast-align -Wwrite-strings -Wformat=2 -Wnull-dereference
    -Wimplicit-fallthrough -Wswitch-enum -Wdouble-promotion
    -fstack-protector-strong -fPIE)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wlogical-op -Wduplicated-cond -Wduplicated-branches)
endif()
if(CMAKE_BUILD_TYPE MATCHES "Rel")
    add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
add_link_options(-pie -Wl,-z,relro,-z,now)

option(TUERMER_SANITIZE "build with ASan and UBSan" OFF)
if(TUERMER_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
