"""From loop records to aligned intervals; pure."""
