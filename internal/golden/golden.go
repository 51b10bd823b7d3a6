// Package golden reads the reference files under testdata/golden in tests: numbers
// computed with the official implementations, in their own JSON format.
package golden

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// File is one reference file. Arrays are nested lists, row-major.
type File struct {
	Name      string         `json:"name"`
	Params    map[string]any `json:"params"`
	Inputs    map[string]any `json:"inputs"`
	Expected  map[string]any `json:"expected"`
	Tolerance struct {
		RTol float64 `json:"rtol"`
		ATol float64 `json:"atol"`
	} `json:"tolerance"`
}

// Load reads NAME.json from PROTOBENCH_GOLDEN, else from the repository's
// testdata/golden, and skips the test by name when the file is absent.
func Load(t *testing.T, name string) *File {
	t.Helper()
	dir := os.Getenv("PROTOBENCH_GOLDEN")
	if dir == "" {
		dir = filepath.Join(root(t), "testdata", "golden")
	}
	raw, err := os.ReadFile(filepath.Join(dir, name+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("golden file %s is not in %s", name, dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	f := new(File)
	if err := json.Unmarshal(raw, f); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

// At walks nested objects by key and fails the test when a key is missing.
func At(t *testing.T, m map[string]any, path ...string) any {
	t.Helper()
	var v any = m
	for _, k := range path {
		obj, ok := v.(map[string]any)
		if !ok || obj[k] == nil {
			t.Fatalf("golden: no key %v", path)
		}
		v = obj[k]
	}
	return v
}

// Floats flattens a number or a nested list to float64, row-major.
func Floats(v any) []float64 {
	switch v := v.(type) {
	case float64:
		return []float64{v}
	case bool:
		if v {
			return []float64{1}
		}
		return []float64{0}
	case []any:
		var out []float64
		for _, e := range v {
			out = append(out, Floats(e)...)
		}
		return out
	}
	return nil
}

// Float32s is Floats as float32, the type that the inputs parse into exactly.
func Float32s(v any) []float32 {
	f := Floats(v)
	out := make([]float32, len(f))
	for i, x := range f {
		out[i] = float32(x)
	}
	return out
}

// Ints is Floats as integers.
func Ints(v any) []int {
	f := Floats(v)
	out := make([]int, len(f))
	for i, x := range f {
		out[i] = int(x)
	}
	return out
}

// Shape returns the nesting of a list.
func Shape(v any) []int {
	var s []int
	for {
		l, ok := v.([]any)
		if !ok {
			return s
		}
		s = append(s, len(l))
		if len(l) == 0 {
			return s
		}
		v = l[0]
	}
}

// Number is a float type that a computed array may have.
type Number interface{ ~float32 | ~float64 }

// Check compares one computed array with the leaf want by the files' rule:
// max|got-want| <= rtol*max|want| + atol.
func Check[T Number](t *testing.T, f *File, what string, got []T, want any) {
	t.Helper()
	w := Floats(want)
	if len(got) != len(w) {
		t.Errorf("%s %s: got %d numbers, want %d", f.Name, what, len(got), len(w))
		return
	}
	worst, at, scale := 0.0, 0, 0.0
	for i := range w {
		scale = math.Max(scale, math.Abs(w[i]))
		d := math.Abs(float64(got[i]) - w[i])
		if d > worst || math.IsNaN(d) {
			worst, at = d, i
			if math.IsNaN(d) {
				worst = math.Inf(1)
			}
		}
	}
	if limit := float64(f.Tolerance.RTol*scale) + f.Tolerance.ATol; worst > limit {
		t.Errorf("%s %s: off by %g at %d (got %g, want %g), allowed %g", f.Name, what, worst, at, got[at], w[at], limit)
	}
}
