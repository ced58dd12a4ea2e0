"""What the readings mean: pure engines that are given the time and the readings."""
