"""Alerts in over HTTP, recorded grades out; may import ``models`` and below, writes the ledger."""
