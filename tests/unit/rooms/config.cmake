tuermer_test(config config)
