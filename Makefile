# Every job is done by start.py, so that `python start.py lab` works where there is no make.
# PYTHON=python3.12 picks another interpreter; ARGS="-k elman" is handed on to the job.

PYTHON ?= python3
CHAPTER ?=

.PHONY: help lab test build grade demo bundle bench lock

help lab test build demo bundle bench lock:
	@$(PYTHON) start.py $@ $(ARGS)

grade:
	@$(PYTHON) start.py grade $(CHAPTER) $(ARGS)
