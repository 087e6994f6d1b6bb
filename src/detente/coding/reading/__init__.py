"""How files become stories: one file a format, each read as a stream."""
