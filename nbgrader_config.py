"""nbgrader's configuration for this course; read whenever nbgrader runs in this folder."""

c = get_config()  # noqa: F821 - given by nbgrader

c.CourseDirectory.course_id = "neural-networks-worked-out"
# Whatever else lies in source/<chapter>/ is copied to students: the build refuses strays, and what
# could hold answers never goes out.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.pyc", "*.py", "*.md"]

c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# Cells that only demonstrate (plots, training, widgets) earn nothing and cost time.
c.Execute.skip_cells_with_tag = "demo"
c.Execute.timeout = 120

# A score is never computed where student code runs: the judge grades, whoever starts it. Named as
# text: students' commands read this file, too, and have no `grading`.
c.Autograde.exporter_class = "grading.judge.exporter.JudgeExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "grading.judge.gradebook.Judge",
    "grading.judge.gradebook.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
]
# A heading of a student's text must not take the name of a box of formgrader's page.
c.HTMLExporter.exclude_anchor_links = True
c.GenerateFeedback.exporter_class = "grading.judge.page.PageExporter"
c.GenerateFeedback.preprocessors = [
    "grading.judge.feedback.HideReviews",
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.ExportApp.plugin_class = "grading.judge.table.Table"
