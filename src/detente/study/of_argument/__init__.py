"""A draft study of an argument: its parties, and a block for each of its claims."""
