def court_quiz():
    return {1: "<script>court_trace</script>", "<b>2</b>": "\x1b[2J", 2: "A" * 10**6}
