"""The durable side of the crossing: what is committed here is sent until it is acknowledged."""
