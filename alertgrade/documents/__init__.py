"""Documents for people outside the desk: one list of blocks, written as HTML and as PDF."""
