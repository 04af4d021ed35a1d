%%bash
echo hello
