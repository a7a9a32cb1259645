"""The two columns by which an intraday row is judged: read with the features, not features of a model."""

INTRADAY_DAY = "intraday_trading_day"  # yyyymmdd: which day an intraday row speaks of
INTRADAY_AT = "intraday_at"  # the moment it speaks of, microseconds since 1970 UTC: exact in a double until 2255
INTRADAY_MARKS = (INTRADAY_DAY, INTRADAY_AT)
