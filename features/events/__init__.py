"""The raw-event contract: schemas, loading, validation and quarantine, adapters; imports nothing of ours but errors."""
