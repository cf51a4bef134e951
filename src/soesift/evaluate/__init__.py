"""Scores, intervals, calibration and folds, as pure functions on arrays."""
