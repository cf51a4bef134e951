"""The result of detection, its schema and its file."""
