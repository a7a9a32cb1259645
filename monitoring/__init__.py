"""The ledger in, drift and outcome reports out; may import ``models`` and below, never writes the ledger."""
