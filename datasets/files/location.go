package files

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

// Location is where a set lies: a folder, or one file in it. Nothing outside of the folder is
// opened, whatever links and names inside say.
type Location struct {
	Path string // as it was given, for errors
	Dir  string // the folder
	Only string // the one file's name; "" where the whole folder is meant
	root *os.Root
}

// OpenLocation opens a folder, or the folder of a file.
func OpenLocation(path string) (*Location, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrongPath(path+" does not exist", "give the folder that holds the set's files, or a set that is one file")
	case err != nil:
		return nil, wrongPath(err.Error(), "give a folder that can be read")
	}
	p := &Location{Path: path, Dir: path}
	if !info.IsDir() {
		p.Dir, p.Only = filepath.Dir(path), filepath.Base(path)
	}
	if p.root, err = os.OpenRoot(p.Dir); err != nil {
		return nil, wrongPath(err.Error(), "give a folder that can be read")
	}
	return p, nil
}

// Close lets go of the folder.
func (p *Location) Close() { _ = p.root.Close() }

// Full is a file's name for errors.
func (p *Location) Full(name string) string { return filepath.Join(p.Dir, filepath.FromSlash(name)) }

// List returns what lies in a folder below the place ("." for its own), sorted by name; of a place
// that is one file, that file.
func (p *Location) List(dir string) ([]fs.DirEntry, error) {
	f, err := p.root.Open(dir)
	if err != nil {
		return nil, p.Explain(dir, err)
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, p.Explain(dir, err)
	}
	if p.Only != "" && dir == "." {
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() != p.Only })
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// Names lists the names of the files and folders of a place, for errors and for recognition.
func (p *Location) Names() []string {
	entries, err := p.List(".")
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

// Has reports whether a file or folder of that name is there.
func (p *Location) Has(name string) bool {
	if p.Only != "" && name != p.Only {
		return false
	}
	_, err := p.root.Stat(name)
	return err == nil
}

// Open opens a file and returns its size.
func (p *Location) Open(name string) (*os.File, int64, error) {
	f, err := p.root.Open(name)
	if err != nil {
		return nil, 0, p.Explain(name, err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = p.Explain(name, err)
	case info.IsDir():
		err = fmt.Errorf("%s: is a folder, expected a file", p.Full(name))
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s: is %s, expected a file", p.Full(name), info.Mode().Type())
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// Head returns a file's first bytes, none where it cannot be read.
func (p *Location) Head(name string) []byte {
	f, _, err := p.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, 512)
	n, _ := f.Read(b)
	return b[:n]
}

// Explain names the file and says what to do about what the system says.
func (p *Location) Explain(name string, err error) error {
	file := p.Full(name)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	switch {
	case strings.Contains(err.Error(), "escapes"): // os.Root has no error value for it
		return fmt.Errorf("%s: is a link that leaves the folder %s (%w); put the file itself there, or give data.path a folder that holds both", file, p.Dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w; make it readable for this user", file, err)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// wrongPath is what is at fault with the key data.path.
func wrongPath(found, remedy string) error {
	return &setting.KeyError{Key: "data.path", Found: found, Remedy: remedy}
}

// Absolute is the path by which a place is known from one run to the next.
func (p *Location) Absolute() string {
	path, err := filepath.Abs(p.Path)
	if err != nil {
		return p.Path
	}
	return path
}

// Stat describes a file or folder, or what a link leads to.
func (p *Location) Stat(name string) (fs.FileInfo, error) { return p.root.Stat(name) }

// IsDir reports whether a folder of that name is there.
func (p *Location) IsDir(name string) bool {
	info, err := p.root.Stat(name)
	return err == nil && info.IsDir() && p.Only == ""
}

// Join is the path of a file of a folder below a place ("." for its own).
func Join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// Foreign reports whether a file or folder is of the system's, not the set's.
func Foreign(name string) bool { return strings.HasPrefix(name, ".") || name == "__MACOSX" }
