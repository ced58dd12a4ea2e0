"""Image Sensing Systems RTMS G4, as its own protocol shows it on a serial line."""
