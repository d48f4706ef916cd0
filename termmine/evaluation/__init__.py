"""The reasons for a list and its quality: explain, evaluate, compare, tally, and a check of what jieba cuts."""
