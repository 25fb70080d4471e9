tuermer_test(content model)
tuermer_test(areas model)
tuermer_test(delivery model)
