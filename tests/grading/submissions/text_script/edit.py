"""Put scripts into Markdown, attachments, outputs and ids."""


def edit(folder, notebook):
    script = "<script>alert('court_trace')</script><a href=javascript:court_trace()>x</a>"
    notebook["cells"] += [
        {"cell_type": "markdown", "id": "evil", "metadata": {}, "source": f"Hello {script}"},
        {"cell_type": "raw", "id": "raw", "metadata": {"format": "text/html"}, "source": script},
        {"cell_type": "code", "id": script, "metadata": {}, "execution_count": 1, "source": "1",
         "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/html": script}}]},
    ]
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "court_essay":
            cell["source"] = f"Because {script} <img src=x onerror=court_trace()>"
