"""Dispositions and features in, a registered model bundle out; may import ``models`` and below, reads the ledger."""
