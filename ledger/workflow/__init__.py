"""The desk's work on cases: who may do what when, what is recorded of it, and what that does to the rows."""
