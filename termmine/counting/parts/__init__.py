"""Count files without text that add up: what one holds, how it is written and read, and how several become one."""
