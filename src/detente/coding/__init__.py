"""From news text to dated events between actors, and from an argument to its claims."""
