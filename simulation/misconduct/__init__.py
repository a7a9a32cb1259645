"""Kinds of misconduct, one a file: agents that break the rules, from obvious to below every limit."""
