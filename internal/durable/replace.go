package durable

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

// tempMark stands in the name of every temporary file.
const tempMark = ".tmp-"

// disk is what is asked of the file system; tests break it step by step.
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
	return realDisk().replace(path, buffered(write))
}

// WriteFile is Replace for content that is there already.
func WriteFile(path string, content []byte) error { return Replace(path, whole(content)) }

func whole(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

// ReplaceFile is Replace for who writes here and there in the file, or reads it again before it is
// whole.
func ReplaceFile(path string, write func(*os.File) error) error {
	return realDisk().replace(path, write)
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
	return d.replace(path, buffered(write))
}

// Move gives a file another name in its folder, over any that has it. Who wrote the file has synced it.
func Move(from, to string) error { return realDisk().move(from, to) }

func (d disk) move(from, to string) error {
	if err := d.rename(from, to); err != nil {
		return err
	}
	return d.syncDir(filepath.Dir(to))
}

func (d disk) replace(path string, write func(*os.File) error) error {
	temp, err := d.written(path, write)
	if err != nil {
		return err
	}
	return d.place(temp, path)
}

// place gives a temporary file its name, or removes it.
func (d disk) place(temp, path string) error {
	err := d.move(temp, path)
	if err != nil {
		_ = os.Remove(temp) // it has its name already where only the folder could not be synced
	}
	return err
}

// WriteNew is WriteFile for a file that nobody may have written before: of several writers on one or
// on several hosts the first is written, and the others change nothing. On file systems without
// hard links two that write in the same moment are both first, and the later one stands.
func WriteNew(path string, content []byte) (first bool, err error) {
	return realDisk().writeNew(path, content)
}

func (d disk) writeNew(path string, content []byte) (first bool, err error) {
	temp, err := d.written(path, buffered(whole(content)))
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
	err = d.place(temp, path)
	return err == nil, err
}

// written writes a temporary file beside path and returns its name; on an error there is none.
func (d disk) written(path string, write func(*os.File) error) (temp string, err error) {
	folder, base := filepath.Split(path)
	f, err := d.create(filepath.Clean(folder), "."+base+tempMark+"*")
	if err != nil {
		return "", err
	}
	if err = write(f); err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = d.sync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// buffered writes a file from its beginning to its end.
func buffered(write func(io.Writer) error) func(*os.File) error {
	return func(f *os.File) error {
		w := bufio.NewWriterSize(f, 1<<16)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
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

// IsTemporary reports whether a file name is one that was left behind when the process died in the
// middle of a replacement.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, tempMark)
}
