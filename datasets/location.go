package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// location is where a set lies: a folder, or one file in it. Nothing outside of the folder is opened, whatever links and
// names inside say.
type location struct {
	path string // as it was given, for errors
	dir  string // the folder
	only string // the one file's name; "" where the whole folder is meant
	root *os.Root
}

// openLocation opens a folder, or the folder of a file.
func openLocation(path string) (*location, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrongPath(path+" does not exist", "give the folder that holds the set's files, or a set that is one file")
	case err != nil:
		return nil, wrongPath(err.Error(), "give a folder that can be read")
	}
	p := &location{path: path, dir: path}
	if !info.IsDir() {
		p.dir, p.only = filepath.Dir(path), filepath.Base(path)
	}
	if p.root, err = os.OpenRoot(p.dir); err != nil {
		return nil, wrongPath(err.Error(), "give a folder that can be read")
	}
	return p, nil
}

// close lets go of the folder.
func (p *location) close() { _ = p.root.Close() }

// full is a file's name for errors.
func (p *location) full(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

// list returns what lies in a folder below the place ("." for its own), sorted by name; of a place that is one file,
// that file.
func (p *location) list(dir string) ([]fs.DirEntry, error) {
	f, err := p.root.Open(dir)
	if err != nil {
		return nil, p.explain(dir, err)
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, p.explain(dir, err)
	}
	if p.only != "" && dir == "." {
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() != p.only })
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// names lists the names of the files and folders of a place, for errors and for recognition.
func (p *location) names() []string {
	entries, err := p.list(".")
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		out = append(out, name)
	}
	return out
}

// has reports whether a file or folder of that name is there.
func (p *location) has(name string) bool {
	if p.only != "" && name != p.only {
		return false
	}
	_, err := p.root.Stat(name)
	return err == nil
}

// open opens a file and returns its size.
func (p *location) open(name string) (*os.File, int64, error) {
	f, err := p.root.Open(name)
	if err != nil {
		return nil, 0, p.explain(name, err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = p.explain(name, err)
	case info.IsDir():
		err = fmt.Errorf("%s: is a folder, expected a file", p.full(name))
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s: is %s, expected a file", p.full(name), info.Mode().Type())
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// head returns a file's first bytes, none where it cannot be read.
func (p *location) head(name string) []byte {
	f, _, err := p.open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, 512)
	n, _ := f.Read(b)
	return b[:n]
}

// explain names the file and says what to do about what the system says.
func (p *location) explain(name string, err error) error {
	file := p.full(name)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	switch {
	case strings.Contains(err.Error(), "escapes"): // os.Root has no error value for it
		return fmt.Errorf("%s: is a link that leaves the folder %s (%w); put the file itself there, or give data.path a folder that holds both", file, p.dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w; make it readable for this user", file, err)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// wrongPath is what is at fault with the key data.path.
func wrongPath(found, remedy string) error {
	return &setting.KeyError{Key: "data.path", Found: found, Remedy: remedy}
}

// absolute is the path by which a place is known from one run to the next.
func (p *location) absolute() string {
	path, err := filepath.Abs(p.path)
	if err != nil {
		return p.path
	}
	return path
}

// stat describes a file or folder, or what a link leads to.
func (p *location) stat(name string) (fs.FileInfo, error) { return p.root.Stat(name) }

// isDir reports whether a folder of that name is there.
func (p *location) isDir(name string) bool {
	info, err := p.root.Stat(name)
	return err == nil && info.IsDir() && p.only == ""
}

// join is the path of a file of a folder below a place ("." for its own).
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// foreign reports whether a file or folder is of the system's, not the set's.
func foreign(name string) bool { return strings.HasPrefix(name, ".") || name == "__MACOSX" }
