"""The border between the field and the centre: the contract, the crossing, who may say what."""
