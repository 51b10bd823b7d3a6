package tensorfile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// tempMark stands in the name of every temporary file of Replace.
const tempMark = ".tmp-"

// disk is what Replace asks of the file system; tests break it step by step.
type disk struct {
	create  func(folder, pattern string) (*os.File, error)
	sync    func(*os.File) error
	rename  func(from, to string) error
	link    func(from, to string) error
	syncDir func(folder string) error
}

func realDisk() disk {
	return disk{create: os.CreateTemp, sync: (*os.File).Sync, rename: os.Rename, link: os.Link, syncDir: SyncFolder}
}

// Replace writes a file so that a reader, and a crash at any moment, finds either the
// old content or the whole new one: a temporary file in the same folder is written,
// synced and renamed, and the folder is synced. On an error the old content stands
// and the temporary file is gone.
func Replace(path string, write func(io.Writer) error) error {
	return replace(realDisk(), path, write)
}

// ReplaceKeeping is Replace that keeps the old content, if there is any, under another name in the
// same folder. After a crash the new content may be missing, but never both.
func ReplaceKeeping(path, old string, write func(io.Writer) error) error {
	d := realDisk()
	rename := d.rename
	d.rename = func(from, to string) error {
		if err := rename(to, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return rename(from, to)
	}
	return replace(d, path, write)
}

func replace(d disk, path string, write func(io.Writer) error) error {
	temp, err := written(d, path, write)
	if err != nil {
		return err
	}
	if err := d.rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return d.syncDir(filepath.Dir(path))
}

// WriteNew is Replace for a file that nobody may have written before: of several writers on one or
// on several hosts the first is written, and the others change nothing. On file systems without
// hard links two that write in the same moment are both first, and the later one stands.
func WriteNew(path string, write func(io.Writer) error) (first bool, err error) {
	return writeNew(realDisk(), path, write)
}

func writeNew(d disk, path string, write func(io.Writer) error) (first bool, err error) {
	temp, err := written(d, path, write)
	if err != nil {
		return false, err
	}
	err = d.link(temp, path)
	switch {
	case err == nil:
		return true, errors.Join(os.Remove(temp), d.syncDir(filepath.Dir(path)))
	case errors.Is(err, fs.ErrExist):
		return false, os.Remove(temp)
	}
	if _, stands := os.Lstat(path); stands == nil {
		return false, os.Remove(temp)
	}
	if err := d.rename(temp, path); err != nil {
		return false, errors.Join(err, os.Remove(temp))
	}
	return true, d.syncDir(filepath.Dir(path))
}

// written writes a temporary file beside path and returns its name; on an error there is none.
func written(d disk, path string, write func(io.Writer) error) (temp string, err error) {
	folder, base := filepath.Split(path)
	f, err := d.create(filepath.Clean(folder), "."+base+tempMark+"*")
	if err != nil {
		return "", err
	}
	if err := fill(d, f, write); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
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

// SyncFolder makes what was created, renamed or removed in a folder durable. File systems that
// cannot sync a folder are taken as durable by themselves.
func SyncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC) {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// IsTemporary reports whether a file name is one that Replace left behind when the
// process died in the middle of it.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, tempMark)
}
