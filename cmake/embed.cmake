# Writes FILES (a list) as one C array; see tuermer_embed in rooms.cmake.
set(hex "")
foreach(file IN LISTS FILES)
    file(READ ${file} part HEX)
    string(APPEND hex ${part})
endforeach()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
       "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT}
     "#include <stddef.h>\n"
     "extern const unsigned char ${SYMBOL}[];\n"
     "extern const size_t ${SYMBOL}_len;\n"
     "const unsigned char ${SYMBOL}[] = {${bytes}0};\n"
     "const size_t ${SYMBOL}_len = sizeof(${SYMBOL}) - 1;\n")
