"""Raw events in, per-account features out; may import ``alertgrade.settings`` and ``alertgrade.errors`` only."""
