"""Innocent conduct that looks like misconduct, one kind a file."""
