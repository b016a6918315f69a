"""How many plain requests are read as a careful colleague would: ``python -m tests.benchmarks.phrases``."""
