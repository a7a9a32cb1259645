"""Deliver what waits in the ledger's outbox: messages to people, signed calls to other systems."""
