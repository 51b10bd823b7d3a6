package film

import "protobench/harness/store"

// Save writes path.png, path.svg and path.pdf, the strip, and path.gif, the moving picture. Errors
// name the file.
func (f *Film) Save(path string) error {
	if err := f.Strip().Save(path); err != nil {
		return err
	}
	b, err := f.GIF()
	if err != nil {
		return err
	}
	return store.WriteFile(path+".gif", b)
}
