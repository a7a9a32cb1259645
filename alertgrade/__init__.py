"""Front door: commands, demo and settings; may import every room."""
