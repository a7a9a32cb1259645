"""The same rules on Spark: validated tables in, the rows that alerts and findings are written from out."""
