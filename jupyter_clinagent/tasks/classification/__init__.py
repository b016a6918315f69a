"""One of several classes for each image."""
