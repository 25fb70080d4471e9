tuermer_test(classify graph)
tuermer_test(answer graph)
tuermer_test(token graph)
