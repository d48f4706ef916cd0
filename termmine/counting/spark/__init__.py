"""The engine on Spark: the same counts, the same bytes, by many machines."""
