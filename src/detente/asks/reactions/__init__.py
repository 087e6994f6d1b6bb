"""Who reacts to whom in a study: its system of relations through the dynamics engine."""
