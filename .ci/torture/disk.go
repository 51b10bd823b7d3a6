package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fillDisk runs the sweep on disks that are too small, then with room. Where a small disk cannot be
// mounted, a limit on the size of files has to do.
func (t *torture) fillDisk() error {
	bytes, largest := size(t.path("undisturbed"))
	small := t.path("disk")
	if err := os.MkdirAll(small, 0o755); err != nil {
		return err
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "torture", small).CombinedOutput(); err != nil {
		fmt.Printf("no small disk (%s): a limit on the size of files instead\n", strings.TrimSpace(string(out)))
		return t.limitFiles(largest)
	}
	defer func() { _ = exec.Command("umount", small).Run() }()
	for _, share := range []float64{0.05, 0.3, 0.6, 0.85} {
		if err := remount(small, fmt.Sprintf("size=%d", int64(share*float64(bytes)))); err != nil {
			return err
		}
		out, code := t.command("disk/run")
		if code == 0 || !strings.Contains(out, "no space left") {
			return fmt.Errorf("on a disk of %.0f %% the run ends with %d:\n%s", 100*share, code, out)
		}
		t.state.fault("full disk", "%.0f %% of the room that it takes: exit code %d", 100*share, code)
	}
	if err := remount(small, "ro"); err != nil {
		return err
	}
	if out, code := t.command("disk/run"); code != 2 || !strings.Contains(out, "read-only") {
		return fmt.Errorf("in a folder that cannot be written the run ends with %d:\n%s", code, out)
	}
	t.state.fault("read-only folder", "exit code 2")
	if err := remount(small, fmt.Sprintf("rw,size=%d", 4*bytes+(16<<20))); err != nil {
		return err
	}
	return t.withRoom("disk/run")
}

// withRoom runs what a full disk held up.
func (t *torture) withRoom(name string) error {
	if out, code := t.command(name); code != 0 {
		return fmt.Errorf("with room the run ends with %d:\n%s", code, out)
	}
	return t.sound(t.path(name))
}

func remount(at, options string) error {
	out, err := exec.Command("mount", "-o", "remount,"+options, at).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mount -o remount,%s: %w: %s", options, err, out)
	}
	return nil
}

// limitFiles runs the sweep under limits on the size of a file.
func (t *torture) limitFiles(largest int64) error {
	for _, share := range []float64{0.01, 0.3, 0.9} {
		blocks := max(1, int64(share*float64(largest))/512)
		c := exec.Command("sh", append([]string{"-c", fmt.Sprintf("ulimit -f %d; exec \"$@\"", blocks), "sh", t.binary}, t.args("limited")...)...)
		out, code := ended(c)
		if code == 0 || !strings.Contains(out, "file too large") {
			return fmt.Errorf("with files of %d blocks at most the run ends with %d:\n%s", blocks, code, out)
		}
		t.state.fault("files limited", "to %.0f %% of the largest: exit code %d", 100*share, code)
	}
	return t.withRoom("limited")
}

// size is what a folder's files take together, and the largest of them.
func size(dir string) (sum, largest int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
			largest = max(largest, info.Size())
		}
		return nil
	})
	return sum, largest
}
