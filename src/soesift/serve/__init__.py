"""The REST service: documents in over HTTP, results out; needs `soesift[app]`."""
