tuermer_test(session_manager api)
