    indented = 1
