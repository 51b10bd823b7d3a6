package datasets

import (
	"os"
	"testing"
)

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
