"""What is known from outside: the register of places, calendars, and figures with unit, basis and source."""
