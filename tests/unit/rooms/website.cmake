add_executable(site_pages ${PROJECT_SOURCE_DIR}/tests/browser/site_pages.c)
target_link_libraries(site_pages PRIVATE website support)
tuermer_test(site website)
