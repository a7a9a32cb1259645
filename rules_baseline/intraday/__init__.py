"""The exchanges' intraday rules, one file each; a new file with a ``RULE`` is a new rule."""
