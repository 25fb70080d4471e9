tuermer_test(displays displays)
