tuermer_test(server http)
tuermer_test(public http)
