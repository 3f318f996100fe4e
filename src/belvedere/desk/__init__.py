"""People's work: the watch list that is acted on, notes on the time line, alerts. States are data; rows are never changed."""
