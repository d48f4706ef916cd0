"""Known strings, found in codes and in lines of text; jieba's dictionary."""
