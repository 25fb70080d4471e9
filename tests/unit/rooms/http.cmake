tuermer_test(server http)
tuermer_test(public http)
tuermer_test(stream http)
tuermer_test(listen http)
