"""The wall: a page for the display in a control room, drawn from the view alone."""
