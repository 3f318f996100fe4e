"""`python -m belvedere`: the command line."""

from belvedere.app.cli import main

main()
