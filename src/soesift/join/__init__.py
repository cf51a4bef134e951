"""Fragments on neighbouring pages as one logical table, with its footnotes, type and title."""
