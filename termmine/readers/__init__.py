"""Files of any kind -> documents of text."""
