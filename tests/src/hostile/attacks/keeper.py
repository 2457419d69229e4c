survive(lambda: None)
