tuermer_test(http_client transport)
tuermer_test(http_tls transport)
