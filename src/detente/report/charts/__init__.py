"""The charts of the report: Altair specs, one function each, drawn to SVG at build time."""
