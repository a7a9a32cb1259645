"""Batches of raw rows in while the market trades; alerts, corrections and grades out, each exactly once."""
