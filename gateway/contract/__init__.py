"""What may cross between the field and the centre: types, topics, bytes, admission."""
