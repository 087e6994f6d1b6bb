"""How the model of events is trained, exported and scored. Needs torch; the package never does."""
