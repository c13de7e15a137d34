"""Pure types and validation for everything in `knowledge/`. No web, no index, no disk but what is asked for."""
