"""The release, in a file of its own so that every world may read it; hatch reads it, too."""

__version__ = "0.1.0"
