tuermer_test(store store)
tuermer_test(log store)
