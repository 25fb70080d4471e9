tuermer_test(drills drills)
target_sources(test_drills PRIVATE drill_world.c taking_channel.c)
