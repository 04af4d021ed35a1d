def court_quiz():
    raise NotImplementedError
