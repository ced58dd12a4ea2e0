"""The monitoring centre: keeps the data, decides and confirms what signs say, shows it all."""
