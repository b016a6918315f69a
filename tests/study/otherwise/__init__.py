"""A task whose golden figures are not those that its metrics compute."""
