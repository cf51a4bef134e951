"""The command line: verbs that belong together are one module."""
