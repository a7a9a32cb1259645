"""Undeclared control (未申报实控): raw events in, a ranked list of accounts that look like one hand's out."""
