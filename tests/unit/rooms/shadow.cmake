foreach(name IN ITEMS shadow shadow_pages)
    tuermer_test(${name} shadow http PkgConfig::jansson)
    target_sources(test_${name} PRIVATE shadow_desk.c)
endforeach()
