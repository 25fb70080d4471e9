tuermer_test(server http)
