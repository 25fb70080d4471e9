tuermer_test(audit_text api)
