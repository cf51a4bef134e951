"""What changed between two versions of a protocol's schedules."""
