"""Ways of getting labels compared on the same held-out protocols."""
