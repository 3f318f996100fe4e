"""The corridor: from what is known on a day to the coming four weeks, and how good that was on past days."""
