"""Rules of the broker's own, by YAML or Python: a folder of files in, screens and intraday rules of our types out."""
