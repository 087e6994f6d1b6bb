"""One pair of states, whatever a study asks: its levels, its acts, its turns, the events behind."""
