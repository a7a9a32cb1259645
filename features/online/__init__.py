"""The online store: an account's newest rows, packed; written in bulk or one by one, read by Feast or directly."""
