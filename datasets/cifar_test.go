package datasets

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

const cifarPixels = 3 * cifarSide * cifarSide

// cifarImage is image i in planes: its red is i, its green position in the plane, its blue 7.
func cifarImage(i int) []byte {
	b := make([]byte, cifarPixels)
	for at := range cifarSide * cifarSide {
		b[at], b[1024+at], b[2048+at] = byte(i), byte(at), 7
	}
	return b
}

// cifarLabels are those of images from a number on: i mod 10 and, fine, i mod 100.
func cifarLabels(from, n int) (labels, fine []int) {
	for i := from; i < from+n; i++ {
		labels, fine = append(labels, i%10), append(fine, i%100)
	}
	return labels, fine
}

// cifarBinary is a file of n records.
func cifarBinary(from, n int, fine bool) []byte {
	labels, fines := cifarLabels(from, n)
	if !fine {
		fines = nil
	}
	return cifarBinaryOf(from, labels, fines)
}

func cifarBinaryOf(from int, labels, fine []int) []byte {
	var b []byte
	for i, c := range labels {
		b = append(b, byte(c))
		if fine != nil {
			b = append(b, byte(fine[i]))
		}
		b = append(b, cifarImage(from+i)...)
	}
	return b
}

// cifarPickle is the same as Python 2 pickled it.
func cifarPickle(from, n int, fine bool) []byte {
	labels, fines := cifarLabels(from, n)
	if !fine {
		fines = nil
	}
	return cifarPickleOf(from, labels, fines)
}

func cifarPickleOf(from int, labels, fine []int) []byte {
	short := func(s string) string { return "U" + string(rune(len(s))) + s }
	var data, coarse, fines []byte
	for i, c := range labels {
		data, coarse = append(data, cifarImage(from+i)...), append(coarse, 'K', byte(c))
		if fine != nil {
			fines = append(fines, 'K', byte(fine[i]))
		}
	}
	b := "\x80\x02}q\x01(" + short("data") + "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K" + string([]byte{byte(len(labels))}) +
		"M\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" +
		string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + string(data) + "tb"
	if fine != nil {
		b += short("coarse_labels") + "](" + string(coarse) + "e" + short("fine_labels") + "](" + string(fines) + "e"
	} else {
		b += short("labels") + "](" + string(coarse) + "e"
	}
	return []byte(b + "u.")
}

// tarOf is an archive of files.
func tarOf(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCIFAR10InAllItsForms(t *testing.T) {
	names := []byte("plane\ncar\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n")
	bin := map[string][]byte{"data_batch_1.bin": cifarBinary(0, 12, false), "data_batch_2.bin": cifarBinary(12, 8, false), "test_batch.bin": cifarBinary(20, 5, false), "batches.meta.txt": names, "readme.html": nil}
	py := map[string][]byte{"data_batch_1": cifarPickle(0, 12, false), "data_batch_2": cifarPickle(12, 8, false), "test_batch": cifarPickle(20, 5, false)}
	below := func(dir string, files map[string][]byte) map[string][]byte {
		out := map[string][]byte{}
		for name, b := range files {
			out[dir+"/"+name] = b
		}
		return out
	}
	want := ""
	for name, files := range map[string]map[string][]byte{
		"binary": bin, "python": py, "folder in folder": below("cifar-10-batches-bin", bin), "python folder in folder": below("cifar-10-batches-py", py),
		"both versions":  merge(bin, py),
		"archive":        {"cifar-10-binary.tar.gz": fixture.Zipped(tarOf(t, below("cifar-10-batches-bin", bin)))},
		"python archive": {"cifar-10-python.tar.gz": fixture.Zipped(tarOf(t, below("cifar-10-batches-py", py)))},
	} {
		for _, set := range []string{"cifar10", "auto"} {
			s, err := Open(Options{Name: set, Path: fixture.WriteFiles(t, files), Imbalance: 1})
			if err != nil {
				t.Errorf("%s as %s: %v", name, set, err)
				continue
			}
			if want == "" {
				want = s.Fingerprint
			}
			if s.Name != "cifar10" || s.Train.Len() != 20 || s.Test.Len() != 5 || s.Classes != 10 || !s.Flip || s.Fingerprint != want {
				t.Errorf("%s: %s, %d and %d images, %d classes", name, s.Name, s.Train.Len(), s.Test.Len(), s.Classes)
			}
			if im := s.Train.Image(13); s.Train.Labels[13] != 3 || !cmp.Equal(im[:6], []uint8{13, 0, 7, 13, 1, 7}) {
				t.Errorf("%s: %v", name, im[:6])
			}
			if strings.HasPrefix(name, "binary") && s.Names[1] != "car" {
				t.Errorf("%s: %v", name, s.Names)
			}
		}
	}
	file := filepath.Join(fixture.WriteFiles(t, map[string][]byte{"mine.tgz": fixture.Zipped(tarOf(t, py))}), "mine.tgz")
	if s := open(t, Options{Name: "cifar10", Path: file, Imbalance: 1}); s.Fingerprint != want {
		t.Error("an archive by its path is another set")
	}
}

func TestCIFAR100Labels(t *testing.T) {
	bin := map[string][]byte{"train.bin": cifarBinary(0, 120, true), "test.bin": cifarBinary(0, 30, true)}
	py := map[string][]byte{"train": cifarPickle(0, 120, true), "test": cifarPickle(0, 30, true)}
	a := open(t, Options{Name: "cifar100", Path: fixture.WriteFiles(t, bin), Imbalance: 1})
	b := open(t, Options{Name: "auto", Path: fixture.WriteFiles(t, py), Imbalance: 1})
	if a.Fingerprint != b.Fingerprint || b.Name != "cifar100" || a.Classes != 20 || a.FineClasses != 100 || a.Train.Labels[57] != 7 || a.Train.Fine[57] != 57 {
		t.Errorf("%s, %d classes, %d fine", b.Name, a.Classes, a.FineClasses)
	}
	fine := open(t, Options{Name: "cifar100", Path: fixture.WriteFiles(t, bin), Labels: "fine", Imbalance: 1})
	if fine.Classes != 100 || fine.FineClasses != 0 || fine.Train.Labels[57] != 57 || fine.Fingerprint == a.Fingerprint {
		t.Errorf("%d classes, %d fine", fine.Classes, fine.FineClasses)
	}
}

func TestCIFARRefuses(t *testing.T) {
	good := func() map[string][]byte {
		return map[string][]byte{"data_batch_1.bin": cifarBinary(0, 12, false), "test_batch.bin": cifarBinary(20, 5, false)}
	}
	for name, c := range map[string]struct {
		change func(map[string][]byte)
		want   string
	}{
		"truncated":  {func(f map[string][]byte) { f["test_batch.bin"] = f["test_batch.bin"][:9000] }, "test_batch.bin: 9000 bytes (bytes 00 14"},
		"empty":      {func(f map[string][]byte) { f["data_batch_1.bin"] = nil }, "data_batch_1.bin: 0 bytes (an empty file)"},
		"HTML":       {func(f map[string][]byte) { f["data_batch_1.bin"] = []byte("<!DOCTYPE html><p>") }, "an HTML page"},
		"mislabeled": {func(f map[string][]byte) { f["data_batch_1.bin"] = bytes.Repeat([]byte{10}, 3073) }, "has label 10, expected 0 to 9"},
		"no test":    {func(f map[string][]byte) { delete(f, "test_batch.bin") }, "12 training and 0 test images"},
		"nothing":    {func(f map[string][]byte) { clear(f); f["cat.png"] = nil }, "found cat.png"},
		"bad pickle": {func(f map[string][]byte) { clear(f); f["data_batch_1"] = cifarPickle(0, 5, false)[:3000] }, "data_batch_1: pickle, byte"},
		"other pickle": {func(f map[string][]byte) { clear(f); f["data_batch_1"] = []byte("\x80\x02]."); f["test_batch"] = nil },
			"data_batch_1: holds a list, expected a dict"},
		"no data": {func(f map[string][]byte) { clear(f); f["data_batch_1"] = []byte("\x80\x02}.") }, "data is None"},
		"archive": {func(f map[string][]byte) { clear(f); f["cifar-10-python.tar.gz"] = []byte("<html>") }, "cifar-10-python.tar.gz: damaged archive"},
		"short archive": {func(f map[string][]byte) {
			b := fixture.Zipped(tarOf(t, f))
			clear(f)
			f["cifar-10-binary.tar.gz"] = b[:len(b)/2]
		}, "cifar-10-binary.tar.gz: "},
		"dots": {func(f map[string][]byte) {
			b := tarOf(t, map[string][]byte{"a/../../data_batch_1.bin": f["data_batch_1.bin"]})
			clear(f)
			f["cifar-10-binary.tar.gz"] = fixture.Zipped(b)
		}, `member "a/../../data_batch_1.bin" would lie outside`},
		"lying archive": {func(f map[string][]byte) {
			b := tarOf(t, map[string][]byte{"data_batch_1.bin": f["data_batch_1.bin"]})
			copy(b[124:], fmt.Sprintf("%011o", 3073<<20)) // the size
			copy(b[148:], "        ")
			sum := 0
			for _, c := range b[:512] {
				sum += int(c)
			}
			copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
			clear(f)
			f["cifar-10-binary.tar.gz"] = b
		}, "more than the file can hold"},
	} {
		files := good()
		c.change(files)
		_, err := Open(Options{Name: "cifar10", Path: fixture.WriteFiles(t, files), Imbalance: 1})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestCIFARByPython reads what today's Python and NumPy pickle, in every protocol.
func TestCIFARByPython(t *testing.T) {
	dir := t.TempDir()
	fixture.Python(t, `
import numpy as np, pickle, sys
for p in range(6):
    import os
    d = "%s/%d/cifar-10-batches-py" % (sys.argv[1], p)
    os.makedirs(d)
    x = (np.arange(20 * 3072) % 251).astype(np.uint8).reshape(20, 3072)
    for name, rows in (("data_batch_1", x[:15]), ("test_batch", x[15:])):
        with open(d + "/" + name, "wb") as f:
            pickle.dump({b"data": rows, b"labels": [i % 10 for i in range(len(rows))]}, f, p)
    with open(d + "/batches.meta", "wb") as f:
        pickle.dump({"label_names": ["c%d" % i for i in range(10)]}, f, p)
`, dir)
	for p := range 6 {
		s := open(t, Options{Name: "cifar10", Path: filepath.Join(dir, fmt.Sprint(p)), Imbalance: 1})
		if s.Train.Len() != 15 || s.Test.Len() != 5 || s.Names[9] != "c9" || s.Test.Image(0)[1] != uint8((15*3072+1024)%251) {
			t.Errorf("protocol %d: %d and %d images, %v", p, s.Train.Len(), s.Test.Len(), s.Names)
		}
	}
}

func TestRealCIFAR(t *testing.T) {
	s := open(t, Options{Name: "auto", Path: realData(t, "cifar10"), Imbalance: 1})
	if s.Name != "cifar10" || s.Train.Len() != 20000 || s.Test.Len() != 5000 || s.Names[0] != "airplane" {
		t.Errorf("%s: %d and %d images, %v", s.Name, s.Train.Len(), s.Test.Len(), s.Names)
	}
	s = open(t, Options{Name: "auto", Path: realData(t, "cifar100"), Imbalance: 1})
	if s.Name != "cifar100" || s.Train.Len() != 2000 || s.Test.Len() != 1000 || s.FineNames[99] != "worm" || s.Names[0] != "aquatic_mammals" {
		t.Errorf("%s: %d and %d images, %v", s.Name, s.Train.Len(), s.Test.Len(), s.Names)
	}
}

func FuzzCIFAR(f *testing.F) {
	f.Add(cifarBinary(0, 2, false))
	f.Add(cifarPickle(0, 2, false))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		for _, name := range []string{"data_batch_1.bin", "data_batch_1"} {
			path := filepath.Join(dir, fmt.Sprint(os.Getpid())) // workers share the folder
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			parts := cifarParts{files: map[string]Images{}}
			m := files.Member{Name: name, Path: name, Size: int64(len(b)), Warranted: float64(len(b)), Body: bytes.NewReader(b)}
			if err := cifar10().part(&parts, m); err != nil {
				continue
			}
			if im := parts.files[name]; im.Len() == 0 || len(im.Pixels) != im.Len()*cifarPixels {
				t.Errorf("%d labels and %d pixels", im.Len(), len(im.Pixels))
			}
		}
	})
}
