package durable

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// A failure at any step before the rename leaves the old content and nothing else.
func TestReplaceFailures(t *testing.T) {
	broken := errors.New("broken")
	steps := map[string]func(*disk){
		"create": func(d *disk) { d.create = func(string, string) (*os.File, error) { return nil, broken } },
		"sync":   func(d *disk) { d.sync = func(*os.File) error { return broken } },
		"rename": func(d *disk) { d.rename = func(string, string) error { return broken } },
		"write":  func(*disk) {},
	}
	for name, fail := range steps {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "result.json")
			if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			d := realDisk()
			fail(&d)
			err := d.replace(path, buffered(func(w io.Writer) error {
				_, _ = w.Write([]byte("half of the new"))
				if name == "write" {
					return broken
				}
				return nil
			}))
			if !errors.Is(err, broken) {
				t.Errorf("got error %v", err)
			}
			wantOnly(t, path, "old")
		})
	}
}

func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, text := range []string{"first", "second"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		wantOnly(t, path, text)
	}
}

// What the folder does not know for certain is told, and the new content is whole all the same.
func TestAFolderThatCannotBeSynced(t *testing.T) {
	broken := errors.New("broken")
	d := realDisk()
	d.syncDir = func(string) error { return broken }
	path := filepath.Join(t.TempDir(), "x")
	text := func(s string) func(*os.File) error {
		return func(f *os.File) error { _, err := f.WriteString(s); return err }
	}
	if err := d.replace(path, text("new")); !errors.Is(err, broken) {
		t.Errorf("got error %v", err)
	}
	wantOnly(t, path, "new")
	if err := d.move(path, path+"2"); !errors.Is(err, broken) {
		t.Errorf("got error %v", err)
	}
	wantOnly(t, path+"2", "new")
}

// A file that is written from its end to its beginning and read in between is whole before it has
// its name.
func TestReplaceFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	err := ReplaceFile(path, func(f *os.File) error {
		_, last := f.WriteAt([]byte("d"), 1)
		_, first := f.WriteAt([]byte("a"), 0)
		b := make([]byte, 2)
		_, read := f.ReadAt(b, 0)
		if _, stands := os.Stat(path); stands == nil || string(b) != "ad" {
			t.Errorf("%q, %v", b, stands)
		}
		return errors.Join(last, first, read)
	})
	if err != nil {
		t.Error(err)
	}
	wantOnly(t, path, "ad")
	if err := Move(path, path+"2"); err != nil {
		t.Error(err)
	}
	wantOnly(t, path+"2", "ad")
}

func wantOnly(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != content {
		t.Errorf("got %q, %v; want %q", got, err, content)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%d files in the folder, want the one", len(files))
	}
}

func TestIsTemporary(t *testing.T) {
	for name, want := range map[string]bool{".result.json.tmp-123": true, "result.json": false, "a.tmp-1": false, ".lock": false} {
		if IsTemporary(name) != want {
			t.Errorf("%s: got %v", name, !want)
		}
	}
}

// Of several writers the first stands, whether or not the file system has hard links.
func TestWriteNew(t *testing.T) {
	for name, link := range map[string]func(from, to string) error{
		"links": os.Link,
		"no links": func(from, to string) error {
			return &os.LinkError{Op: "link", Old: from, New: to, Err: errors.ErrUnsupported}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := realDisk()
			d.link = link
			path := filepath.Join(t.TempDir(), "x")
			for i, s := range []string{"first", "second", "third"} {
				first, err := d.writeNew(path, []byte(s))
				if err != nil || first != (i == 0) {
					t.Fatalf("%s: first %v, %v", s, first, err)
				}
				wantOnly(t, path, "first")
			}
		})
	}
}
