package checkpoint

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"protobench/internal/frugal"
)

// FuzzFind finds and reads the prototypes of what may be any of the formats.
func FuzzFind(f *testing.F) {
	for _, name := range []string{"ibot.pth", "dino_legacy.pth", "fsdp2.pth", "eight_bits.safetensors", "stale.pth", "array.npy", "arrays.zip"} {
		b, err := os.ReadFile(filepath.Join("..", "testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, "")
	}
	f.Fuzz(func(t *testing.T, b []byte, key string) {
		defer frugal.Bound(t, len(b)+len(key))()
		a, err := scan("x", bytes.NewReader(b))
		if err != nil {
			return
		}
		file := &File{Path: "x", Archive: a}
		found, err := file.Find(key)
		if err != nil {
			return
		}
		for _, x := range found {
			p, err := file.Read(x)
			if err != nil || p.Found.Rows*p.Found.Cols > 1<<16 {
				continue
			}
			if len(p.Norms) != p.Found.Rows || p.Rows.Rows != p.Found.Rows || p.Rows.Cols != p.Found.Cols {
				t.Errorf("%d norms and [%d, %d] of prototypes [%d, %d]", len(p.Norms), p.Rows.Rows, p.Rows.Cols, p.Found.Rows, p.Found.Cols)
			}
			for _, n := range p.Norms {
				if n < 0 || math.IsInf(n, -1) {
					t.Errorf("a norm of %g", n)
				}
			}
		}
		file.Missed()
		file.Argument("student_temp")
		file.Place(0)
	})
}
