package tensorfile

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// tempMark stands in the name of every temporary file of Replace.
const tempMark = ".tmp-"

// disk is what Replace asks of the file system; tests break it step by step.
type disk struct {
	create  func(folder, pattern string) (*os.File, error)
	sync    func(*os.File) error
	rename  func(from, to string) error
	syncDir func(folder string) error
}

func realDisk() disk {
	return disk{create: os.CreateTemp, sync: (*os.File).Sync, rename: os.Rename, syncDir: syncDir}
}

// Replace writes a file so that a reader, and a crash at any moment, finds either the
// old content or the whole new one: a temporary file in the same folder is written,
// synced and renamed, and the folder is synced. On an error the old content stands
// and the temporary file is gone.
func Replace(path string, write func(io.Writer) error) error {
	return replace(realDisk(), path, write)
}

func replace(d disk, path string, write func(io.Writer) error) error {
	folder, base := filepath.Split(path)
	folder = filepath.Clean(folder)
	f, err := d.create(folder, "."+base+tempMark+"*")
	if err != nil {
		return err
	}
	if err := fill(d, f, write); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := d.rename(f.Name(), path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return d.syncDir(folder)
}

// fill writes, syncs and closes the temporary file.
func fill(d disk, f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<16)
	err := write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = d.sync(f)
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename durable. File systems that cannot sync a folder are taken as
// durable by themselves.
func syncDir(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}

// IsTemporary reports whether a file name is one that Replace left behind when the
// process died in the middle of it.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, tempMark)
}
