"""Feature row and rule findings in, grade with reasons out; may import ``rules_baseline`` and ``features``."""
