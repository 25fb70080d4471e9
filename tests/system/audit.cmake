# Our log before another's eyes: Go's packages from Debian.
add_executable(make_log ${CMAKE_CURRENT_LIST_DIR}/audit/make_log.c)
target_link_libraries(make_log PRIVATE cli store)
add_test(NAME system.audit_go
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/audit/run.sh
                 $<TARGET_FILE:make_log>)
set_tests_properties(system.audit_go PROPERTIES LABELS system TIMEOUT 300)
if(TARGET tuermer)
    tuermer_system_test(audit_service)
endif()
