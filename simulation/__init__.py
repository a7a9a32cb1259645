"""A seed in, a synthetic futures market with known misconduct out; may import ``features.events`` only."""
