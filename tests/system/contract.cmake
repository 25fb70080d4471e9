if(TARGET tuermer AND TARGET gateway_main)
    tuermer_system_test(contract)
endif()
