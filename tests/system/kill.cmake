# The kill at each durable point drives a program of its own (tests/kill).
if(TARGET tuermer_kill)
    add_test(NAME system.kill_points
             COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/kill_points.sh)
    set_tests_properties(
        system.kill_points PROPERTIES
        LABELS system TIMEOUT 1500
        COST 1000 # mostly waiting, and the longest: begins first
        ENVIRONMENT
        "TUERMER=$<TARGET_FILE:tuermer_kill>;GATEWAY=$<TARGET_FILE:gateway_main>")
endif()
