"""What turns chapters and answers into assignments, and submissions into grades."""
