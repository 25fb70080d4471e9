tuermer_test(instagram instagram)
