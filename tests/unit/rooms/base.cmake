tuermer_test(timestamp base)
tuermer_test(buf base)
tuermer_test(file base)
tuermer_test(err base)
