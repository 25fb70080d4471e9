tuermer_test(http_client transport)
