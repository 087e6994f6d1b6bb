"""One run of a study: everything that it found, put together for the report."""
