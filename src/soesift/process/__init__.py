"""Work done in a process of its own, with limits on time and memory: one child, and the worker that owns it."""
