"""What can go wrong on purpose: each fault has a name, and is switched on at a device or a line."""
