"""What each family's features are called and mean: data only, one file a family; `features.catalogue` puts them together.

Words the families share, wherever a docstring does not say otherwise:

- *Day.* A trading day of the calendar: the distinct ``trading_day`` of all given market tables, numbered in order. A row
  belongs to the ``trading_day`` it says, so that a night session belongs to the next day.
- *The day D.* The value of a daily family at an instant t is that of the last day D with 20:30 Asia/Shanghai of D <= t;
  after the end of the calendar D is its last day. Before the first close every value is null.
- *n days.* The days D - n + 1 to D of the calendar, (D - n, D]; days before the calendar's first are simply not there.
- *Rows.* The account's own rows (``account_id``) of the table, each exact duplicate once. Text is compared as it stands.
- *Contract.* (exchange, contract). Its row of ``contracts``, and of ``position_limits``, is the one with valid_from <= d <
  valid_to (or no valid_to), d being the trading day of the row that asks: later validities change nothing. Its row of
  ``contract_days`` is the one of that trading day; of several each column's largest value counts.
- *Share, ratio.* Null where the whole is null or 0, and where a term it needs is null; rounded to nine digits. A sum or
  count over rows of which there are none is 0, unless the family or the feature says it is null.
- *Missing table.* As a table without rows.
"""
