"""Screens run once a trading day after the close, one file each; none yet."""
