"""The municipal gateway: admits what its sites say, keeps it, and passes it on."""
