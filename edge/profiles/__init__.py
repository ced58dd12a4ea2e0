"""Register tables of Modbus devices, one TOML file per model."""
