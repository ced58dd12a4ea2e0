"""The agent in a cabinet: asks devices, keeps what they say, sends it, carries out commands."""
