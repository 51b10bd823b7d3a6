package datasets

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

// npzOf is an archive of arrays.
func npzOf(t *testing.T, arrays map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, b := range arrays {
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestArraysByTheirNames(t *testing.T) {
	images, labels := fixture.NPY("|u1", fixture.UpTo256(60), 10, 2, 3), fixture.NPY("|u1", []byte{0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, 10, 1)
	wide := make([]byte, 0, 80)
	for i := range 10 {
		wide = binary.LittleEndian.AppendUint64(wide, uint64(i%3))
	}
	want := ""
	for name, files := range map[string]map[string][]byte{
		"keras":    {"mnist.npz": npzOf(t, map[string][]byte{"x_train": images, "y_train": labels, "x_test": images, "y_test": fixture.NPY("<i8", wide, 10)})},
		"MedMNIST": {"a.npz": npzOf(t, map[string][]byte{"train_images": images, "train_labels": labels, "test_images": images, "test_labels": labels, "val_images": images, "val_labels": labels})},
		"val":      {"a.npz": npzOf(t, map[string][]byte{"train_images": images, "train_labels": labels, "val_images": images, "val_labels": labels})},
		"npy":      {"x_train.npy": images, "y_train.npy": labels, "x_test.npy": images, "y_test.npy": labels},
		"kmnist": {"kmnist-train-imgs.npz": npzOf(t, map[string][]byte{"arr_0": images}), "kmnist-train-labels.npz": npzOf(t, map[string][]byte{"arr_0": labels}),
			"kmnist-test-imgs.npz": npzOf(t, map[string][]byte{"arr_0": images}), "kmnist-test-labels.npz": npzOf(t, map[string][]byte{"arr_0": labels})},
	} {
		s, err := Open(Options{Name: "auto", Path: fixture.WriteFiles(t, files), Imbalance: 1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want == "" {
			want = s.Fingerprint
		}
		if s.Name != "npz" || s.Train.Len() != 10 || s.Test.Len() != 10 || s.Classes != 3 || s.Train.Height != 2 || s.Train.Width != 3 || s.Fingerprint != want {
			t.Errorf("%s: %s, %d and %d images, %d classes", name, s.Name, s.Train.Len(), s.Test.Len(), s.Classes)
		}
	}
}

func TestArraysWithoutLabelsOrTest(t *testing.T) {
	images := fixture.NPY("|u1", fixture.UpTo256(60), 10, 2, 3)
	s := open(t, Options{Name: "npz", Imbalance: 1, Path: fixture.WriteFiles(t, map[string][]byte{
		"x.npy": images, "y.npy": fixture.NPY("|i1", []byte{0, 1, 0, 1, 0, 1, 0, 1, 0xff, 0xff}, 10),
	})})
	if s.Train.Len() != 8 || s.Test.Len() != 2 || s.Probe.Len() != 6 || s.Test.Labels[0]+s.Test.Labels[1] != 1 {
		t.Errorf("%d, %d, %d images, test labels %v", s.Train.Len(), s.Probe.Len(), s.Test.Len(), s.Test.Labels)
	}
	seen := map[uint8]bool{}
	for i := range s.Train.Len() {
		seen[s.Train.Image(i)[0]] = true
	}
	for i := range s.Test.Len() {
		seen[s.Test.Image(i)[0]] = true
	}
	if len(seen) != 10 {
		t.Errorf("%d images are left of 10", len(seen))
	}
	s = open(t, Options{Name: "npz", Imbalance: 1, Path: fixture.WriteFiles(t, map[string][]byte{"a.npz": npzOf(t, map[string][]byte{
		"x_train": images, "y_train": fixture.NPY("|u1", make([]byte, 10), 10), "x_test": images, "y_test": fixture.NPY("|u1", make([]byte, 10), 10), "x_unlabeled": images,
	})})})
	if s.Train.Len() != 20 || s.Probe.Len() != 10 || s.Train.Labels[19] != -1 {
		t.Errorf("%d and %d images", s.Train.Len(), s.Probe.Len())
	}
}

func TestArraysRefuse(t *testing.T) {
	good := func() map[string][]byte {
		images, labels := fixture.NPY("|u1", fixture.UpTo256(60), 10, 2, 3), fixture.NPY("|u1", make([]byte, 10), 10)
		return map[string][]byte{"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
	}
	for name, c := range map[string]struct {
		array string
		b     []byte
		want  string
	}{
		"truncated":   {"x_test", fixture.NPY("|u1", fixture.UpTo256(50), 10, 2, 3), "found 50 of the 60 bytes"},
		"too long":    {"x_test", fixture.NPY("|u1", fixture.UpTo256(70), 10, 2, 3), "does not end after"},
		"promises":    {"x_test", fixture.NPY("|u1", nil, 1<<31, 2, 3), "the file can hold"},
		"no array":    {"x_test", []byte("<html>"), "an HTML page"},
		"objects":     {"y_test", fixture.NPY("|O", nil, 10), "type |O is not read"},
		"text":        {"y_test", fixture.NPY("<U5", nil, 10), "is not read"},
		"multi-label": {"y_test", fixture.NPY("|u1", make([]byte, 140), 10, 14), "14 labels an image"},
		"count":       {"y_test", fixture.NPY("|u1", make([]byte, 9), 9), "9 labels for 10 images"},
		"fraction":    {"y_test", fixture.NPY("<f2", bytes.Repeat([]byte{0, 0x38}, 10), 10), "label 0 is 0.5"},
		"negative":    {"y_test", fixture.NPY("|i1", bytes.Repeat([]byte{0xfe}, 10), 10), "label 0 is -2"},
		"no pixels":   {"x_test", fixture.NPY("|u1", nil, 0, 2, 3), "holds no pixels"},
		"flat":        {"x_test", fixture.NPY("|u1", fixture.UpTo256(60), 10, 6), "2 dimensions"},
		"structure":   {"x_test", bytes.Replace(fixture.NPY("|u1", nil, 1), []byte("'|u1'"), []byte("[('a', '|u1')]"), 1), "lacks one of"},
	} {
		arrays := good()
		arrays[c.array] = c.b
		dir := fixture.WriteFiles(t, map[string][]byte{"a.npz": npzOf(t, arrays)})
		_, err := Open(Options{Name: "npz", Path: dir, Imbalance: 1})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), filepath.Join(dir, "a.npz: ")+c.array) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	for want, b := range map[string][]byte{"an HTML page": []byte("<!doctype html>"), "found z": npzOf(t, map[string][]byte{"z": nil}), "would lie outside": npzOf(t, map[string][]byte{"../x_train": nil})} {
		if _, err := Open(Options{Name: "npz", Path: filepath.Join(fixture.WriteFiles(t, map[string][]byte{"a.npz": b}), "a.npz"), Imbalance: 1}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestArraysByNumPy reads what NumPy saves: types, orders, compression.
func TestArraysByNumPy(t *testing.T) {
	dir := t.TempDir()
	fixture.Python(t, `
import numpy as np, sys
x = (np.arange(4 * 5 * 6 * 3) % 256).reshape(4, 5, 6, 3)
y = np.arange(4)
for name, a in {"u1": x.astype("u1"), "i2": x.astype(">i2"), "i8": x, "f2": (x.astype("f8") / 255), "f4": (x / 255).astype("f4"), "fortran": np.asfortranarray(x.astype("u1")),
                "planes": x.astype("u1").transpose(0, 3, 1, 2)}.items():
    np.savez_compressed(sys.argv[1] + "/" + name + ".npz", train_images=a, train_labels=y[:, None], test_images=a, test_labels=y.astype("f4"))
    np.savez(sys.argv[1] + "/plain-" + name + ".npz", x_train=a, y_train=y, x_test=a, y_test=y)
`, dir)
	want := fixture.UpTo256(4 * 5 * 6 * 3)
	for _, prefix := range []string{"", "plain-"} {
		for _, name := range []string{"u1", "i2", "i8", "f2", "f4", "fortran", "planes"} {
			s := open(t, Options{Name: "auto", Path: filepath.Join(dir, prefix+name+".npz"), Imbalance: 1})
			if diff := cmp.Diff(want, s.Train.Pixels); diff != "" || s.Train.Height != 5 || s.Train.Width != 6 || s.Classes != 4 {
				t.Errorf("%s%s: %d×%d, %s", prefix, name, s.Train.Height, s.Train.Width, diff)
			}
		}
	}
	if _, err := Open(Options{Name: "auto", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), "data.subset: ") {
		t.Errorf("got %v", err)
	}
	if s := open(t, Options{Name: "npz", Path: dir, Subset: "u1", Imbalance: 1}); s.Train.Len() != 4 {
		t.Errorf("%d images", s.Train.Len())
	}
}

func FuzzNPZ(f *testing.F) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range []string{"x_train", "y_train"} {
		z, _ := w.Create(name + ".npy")
		_, _ = z.Write(fixture.NPY("|u1", fixture.UpTo256(4), 4))
	}
	_ = w.Close()
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		p, err := files.OpenLocation(fixture.WriteFiles(t, map[string][]byte{"a.npz": b}))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		_, _ = readArrays(Options{}, p)
	})
}
