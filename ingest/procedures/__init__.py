"""The national catalogue of procedures: read the sources, keep the full texts, write the shipped facts."""
