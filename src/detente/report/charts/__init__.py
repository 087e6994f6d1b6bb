"""The charts of the report: Altair specs, one function each, drawn to SVG when the report is built."""
