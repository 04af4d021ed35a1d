## My notes
This was hard.
