"""People's work: the watch list that is acted on, and notes on the time line. States are data; rows are never changed."""
