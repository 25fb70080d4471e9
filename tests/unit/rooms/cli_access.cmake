tuermer_test(cli cli)
tuermer_test(alert_values cli)
tuermer_test(alert_show cli)
