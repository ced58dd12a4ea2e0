"""Roads and what drives on them: a car-following model, detector loops, recorded days."""
