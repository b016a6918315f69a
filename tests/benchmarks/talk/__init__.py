"""What becomes of the words that come during and after a study: ``python -m tests.benchmarks.talk``."""
