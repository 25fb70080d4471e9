tuermer_test(instagram instagram)
tuermer_test(shadow_channels shadow facebook instagram)
