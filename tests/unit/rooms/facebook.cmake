tuermer_test(facebook facebook)
