tuermer_test(audit_text api)
tuermer_test(audit_export cli)
# nftw() is XSI.
target_compile_definitions(test_audit_export PRIVATE _XOPEN_SOURCE=700)
