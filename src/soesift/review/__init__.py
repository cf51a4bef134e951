"""A local page on which people check what was found and label tables."""
