package cli

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestDataScripts runs the scripts about data sets beside a folder of five images, two of them
// alike, and arrays of which half of the training images have no labels.
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
		return writeArrays(filepath.Join(e.WorkDir, "arrays"))
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

// writeArrays writes 64 training images of 8×8 pixels, of which the second half has no labels, and
// 32 test images.
func writeArrays(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	array := func(name, descr, shape string, data []byte) error {
		head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
		b := append([]byte{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, byte(len(head)), 0}, head...)
		return os.WriteFile(filepath.Join(dir, name+".npy"), append(b, data...), 0o600)
	}
	images, labels := make([]byte, 64*64), make([]byte, 64)
	for i := range images {
		images[i] = byte(i*i>>3) + byte(i/64%2*90)
	}
	for i := range labels {
		if labels[i] = byte(i % 2); i >= 32 {
			labels[i] = 0xff
		}
	}
	return errors.Join(array("x_train", "|u1", "(64, 8, 8)", images), array("y_train", "|i1", "(64,)", labels),
		array("x_test", "|u1", "(32, 8, 8)", images[:32*64]), array("y_test", "|i1", "(32,)", labels[:32]))
}
