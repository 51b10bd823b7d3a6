# Completes command lines of protobench in fish. In ~/.config/fish/config.fish: protobench completion fish | source
complete --command protobench --arguments '(protobench __complete (commandline --cut-at-cursor --tokenize --current-process)[2..] (commandline --current-token --cut-at-cursor) 2>/dev/null)'
