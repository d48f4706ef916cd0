"""Count files (`.tmc`): a corpus and its n-grams, counted once and used many times."""
