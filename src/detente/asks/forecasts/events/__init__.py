"""Which event comes next: odds of the coming week for a study's parties."""
