"""Judges: how likely a found table is a schedule, or a sampling grid; models and their folders."""
