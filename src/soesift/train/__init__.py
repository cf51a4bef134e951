"""The student: rows, fine-tuning, cross-validation, calibration, export of a model folder."""
