tuermer_test(display_state displays)
tuermer_test(display store)
tuermer_test(displays displays)
tuermer_test(accept player)
