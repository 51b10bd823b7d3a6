package datasets

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/datasets/internal/fixture"
)

// damages are what can have happened to a file. A part of a file that is a file of fewer images is
// no damage: these leave none.
var damages = map[string]func(b []byte) []byte{
	"empty": func([]byte) []byte { return nil },
	"cut":   func(b []byte) []byte { return b[:len(b)*2/3-1] },
	"HTML":  func([]byte) []byte { return []byte("<!DOCTYPE html><html><body>404 not found</body></html>") },
	"LFS pointer": func([]byte) []byte {
		return []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
	},
	"other bytes": func(b []byte) []byte {
		out := slices.Clone(b)
		for i := range min(len(out), 64) {
			out[i] ^= 0xa5
		}
		return out
	},
}

// Of every reader, every file that is damaged in any of these ways is refused in an error that
// names it and says what to do.
func TestDamagedFilesOfEveryReaderAreNamed(t *testing.T) {
	fixture.OwnCache(t)
	for form, write := range writers() {
		reader := readerOf(form)
		good := write(t, byClass(6, 0, 1, 2), byClass(4, 0, 1, 2))
		for _, name := range damagedFiles(good) {
			for what, damage := range damages {
				if harmless(name, what) {
					continue
				}
				t.Run(form+"/"+name+"/"+what, func(t *testing.T) {
					files := merge(good)
					files[name] = damage(good[name])
					dir := fixture.WriteFiles(t, files)
					_, err := Open(Options{Name: reader, Path: dir, Imbalance: 1})
					if err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, name)) {
						t.Fatalf("got %v, want an error that begins with the file", err)
					}
					if !strings.Contains(err.Error(), "; ") {
						t.Errorf("got %v, want a remedy", err)
					}
				})
			}
		}
	}
}

// harmless reports damage that no reader can tell: STL-10's images are bytes without a header.
func harmless(name, what string) bool {
	return strings.HasSuffix(name, "_X.bin") && what == "other bytes"
}

// damagedFiles are all files, but a few of those of a folder of images.
func damagedFiles(files map[string][]byte) []string {
	var out []string
	for name := range files {
		if !strings.HasSuffix(name, ".png") || strings.HasSuffix(name, "000.png") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// readerOf is the reader of a form of [writers].
func readerOf(form string) string {
	reader, _, _ := strings.Cut(form, " ")
	if reader == "npy" {
		return "npz"
	}
	return reader
}

// Of every reader, a file that is a link out of the folder is not followed.
func TestLinksOutOfTheFolderAreRefused(t *testing.T) {
	fixture.OwnCache(t)
	for form, write := range writers() {
		good := write(t, byClass(6, 0, 1, 2), byClass(4, 0, 1, 2))
		outside := fixture.WriteFiles(t, good)
		for _, name := range damagedFiles(good) {
			t.Run(form+"/"+name, func(t *testing.T) {
				dir := fixture.WriteFiles(t, good)
				at := filepath.Join(dir, name)
				if err := os.Remove(at); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(filepath.Join(outside, name), at); err != nil {
					t.Skip(err)
				}
				_, err := Open(Options{Name: readerOf(form), Path: dir, Imbalance: 1})
				if err == nil || !strings.HasPrefix(err.Error(), at+": is a link that leaves the folder") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// Of every reader, a file that this user may not read is named.
func TestUnreadableFilesAreNamed(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	fixture.OwnCache(t)
	for form, write := range writers() {
		good := write(t, byClass(6, 0, 1, 2), byClass(4, 0, 1, 2))
		for _, name := range damagedFiles(good) {
			dir := fixture.WriteFiles(t, good)
			at := filepath.Join(dir, name)
			if err := os.Chmod(at, 0); err != nil {
				t.Fatal(err)
			}
			_, err := Open(Options{Name: readerOf(form), Path: dir, Imbalance: 1})
			if err == nil || !strings.HasPrefix(err.Error(), at+": permission denied; make it readable") {
				t.Errorf("%s: got %v", form, err)
			}
		}
	}
}
