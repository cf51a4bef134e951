"""Detection over many machines, on Ray Data."""
