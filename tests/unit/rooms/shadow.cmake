tuermer_test(shadow shadow http PkgConfig::jansson)
