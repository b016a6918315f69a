"""What each step shows in its cell."""
