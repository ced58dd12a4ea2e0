"""The live picture: the last known state of everything, with its age."""
