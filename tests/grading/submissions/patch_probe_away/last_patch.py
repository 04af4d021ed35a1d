import inside.probe

inside.probe.answer = None
