package datasets

import (
	"os"
	"os/exec"
	"testing"
)

// python runs a script with the real writers of a format; it skips where they are missing.
func python(t *testing.T, script string, args ...string) {
	t.Helper()
	for _, name := range []string{os.Getenv("PYTHON"), "/usr/bin/python3", "python3"} {
		if name == "" || exec.Command(name, "-c", "import numpy, PIL").Run() != nil {
			continue
		}
		out, err := exec.Command(name, append([]string{"-c", script}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	t.Skip("no Python with NumPy and Pillow (Debian: python3-numpy, python3-pil)")
}

// realData is the folder of a real set; the test skips where it is not there.
func realData(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("PROTOBENCH_DATA")
	if root == "" {
		t.Skip("PROTOBENCH_DATA is not set: no " + name)
	}
	dir := root + "/" + name
	if _, err := os.Stat(dir); err != nil {
		t.Skip(err)
	}
	return dir
}
