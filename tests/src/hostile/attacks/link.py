# The lesson is a link: nothing of this hand-in runs.
