package cli

import (
	"os/exec"
	"syscall"
)

// dieWithParent has a process ended when the thread that starts it ends.
func dieWithParent(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
