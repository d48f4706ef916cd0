"""Known strings, found in codes and in lines of text; what jieba knows."""
