"""The same answers in a browser: one file a page, answered in workers, as HTML, JSON and CSV."""
