"""One schedule's content in many styles of print, with the exact truth: for measuring whole tables."""
