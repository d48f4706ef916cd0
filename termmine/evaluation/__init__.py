"""Why a list is as it is, and how good: explain, evaluate, compare, and what jieba makes of it."""
