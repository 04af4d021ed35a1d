check(smooth)
quiz(court_quiz)
check(court_quiz)
check(print)
