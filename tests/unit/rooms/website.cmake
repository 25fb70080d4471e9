tuermer_test(site website)
tuermer_test(site_escaping website)
tuermer_test(website website http)
tuermer_test(webwriter website)

# The sample site on disk, for browsers and validators.
add_executable(site_pages ${PROJECT_SOURCE_DIR}/tests/browser/site_pages.c)
target_link_libraries(site_pages PRIVATE website support)

# CAP and Atom are XML, and CAP keeps to its schema, which is OASIS's and not
# part of this repository: it is used where it lies beside it.
find_program(XMLLINT xmllint)
find_file(CAP_XSD CAP-v1.2.xsd NO_DEFAULT_PATH
          PATHS ${PROJECT_SOURCE_DIR}/../shared/domain
                ${PROJECT_SOURCE_DIR}/../../shared/domain)
if(XMLLINT)
    add_test(NAME unit.site_xml
             COMMAND ${PROJECT_SOURCE_DIR}/tests/browser/check_xml
                     $<TARGET_FILE:site_pages> ${CMAKE_BINARY_DIR}/sample_site
                     "$<$<BOOL:${CAP_XSD}>:${CAP_XSD}>")
    set_tests_properties(unit.site_xml PROPERTIES LABELS unit TIMEOUT 60)
endif()
