"""Things that look like a schedule and are none, one function each: `(rng, scene) -> list of blocks`."""
