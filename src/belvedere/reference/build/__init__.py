"""Scripts that make the files of `reference/data`; run by hand, never by Belvedere itself."""
