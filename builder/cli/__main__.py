"""`python -m builder.cli` is `handrail`."""

from builder.cli import main

main()
