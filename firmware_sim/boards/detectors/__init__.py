"""Vehicle detectors: loop cards and side-fired radars, each one device on its line."""
