"""Variable message signs: NTCIP 1203 over SNMP."""
