"""Tables of the coding of text."""
