"""SNMP messages of all versions, without I/O: what a sign makes of a datagram."""
