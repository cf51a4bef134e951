"""Visits and procedures per participant, counted from a schedule."""
