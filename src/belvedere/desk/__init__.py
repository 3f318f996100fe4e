"""People's work: watch list, notes, alerts."""
