package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"protobench/internal/cli/texts"
	"protobench/internal/console"
)

type initCommand struct {
	File string `arg:"" optional:"" default:"sweep.toml" help:"Sweep file that is written; one that is there stays (${default})."`
}

// Run writes a commented sweep to start from.
func (c initCommand) Run(w *console.Console) error {
	if filepath.Ext(c.File) != ".toml" {
		return fmt.Errorf("%s: a sweep file ends in .toml", c.File)
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: there already; name another file, or remove it first", c.File)
	}
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(c.File), ".toml")
	_, err = f.WriteString(strings.NewReplacer("FILE", c.File, "results/NAME", "results/"+name, `"NAME"`, fmt.Sprintf("%q", name)).Replace(texts.Of("init.toml")))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, "%s: two arms on generated images, three seeds\nnext: edit it, then protobench plan %s, and protobench run %s\n", c.File, c.File, c.File)
	return err
}
