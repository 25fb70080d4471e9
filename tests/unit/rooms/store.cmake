tuermer_test(store store)
