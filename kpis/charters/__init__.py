"""The success definition of a project as one document: its content, its differences, its state."""
