import sys

from IPython.display import HTML, Javascript, Markdown, display

script = "<script>alert('court_trace')</script><img src=x onerror='court_trace()'>"
print(script)
print(script, file=sys.stderr)
display(HTML(script), Javascript("alert('court_trace')"), Markdown(script))
display({"text/html": script, "application/javascript": "court_trace()", "text/plain": script}, raw=True)
raise type("ValueError", (Exception,), {})(script)
