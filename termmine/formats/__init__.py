"""A list of terms <-> bytes, in the formats that people and programs read."""
