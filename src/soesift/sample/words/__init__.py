"""Vocabulary: pure data, no drawing."""
