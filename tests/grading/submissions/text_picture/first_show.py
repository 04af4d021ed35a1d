from IPython.display import SVG, display

svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>court_trace()</script></svg>"
display(SVG(svg))
display({"image/png": "<script>court_trace()</script>"}, raw=True)
display({"image/png": "'/><script>court_trace()</script>"}, raw=True)
display({"image/jpeg": svg, "image/svg+xml": svg, "text/html": svg}, raw=True)
