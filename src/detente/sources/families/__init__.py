"""What layouts of one data set have in common."""
