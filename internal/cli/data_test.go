package cli

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestDataScripts runs the scripts about data sets beside a folder of five images, two of them alike.
func TestDataScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/data", Setup: func(e *testscript.Env) error {
		for _, dir := range []string{"set", "data/photos"} {
			for i, name := range []string{"ant/1.png", "ant/2.png", "ant/3.png", "bee/1.png", "bee/2.png"} {
				if err := writePNG(filepath.Join(e.WorkDir, dir, name), uint8(i%4)); err != nil {
					return err
				}
			}
		}
		return nil
	}})
}

// writePNG writes an image of 16×16 pixels whose pattern a number decides.
func writePNG(path string, pattern uint8) error {
	m := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for y := range 16 {
		for x := range 16 {
			m.Set(x, y, color.NRGBA{uint8(x*y) * pattern, uint8(16*x) ^ pattern*37, uint8(16 * y), 255})
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, m); err != nil {
		return err
	}
	return f.Close()
}
