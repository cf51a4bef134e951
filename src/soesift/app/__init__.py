"""One application: drop a protocol, check and mend what was found, sign, take it away."""
