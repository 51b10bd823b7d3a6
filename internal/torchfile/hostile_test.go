package torchfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"protobench/internal/frugal"
)

// archive is a ZIP file of names and contents in turn.
func archive(t testing.TB, entries ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		e, err := w.CreateHeader(&zip.FileHeader{Name: entries[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = e.Write([]byte(entries[i+1])) // into memory
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// long writes a number as pickles do.
func long(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// stored is the pickle of a tensor of a storage with n numbers.
func stored(n int, offset, shape, strides string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" +
		long(n) + "tQ" + offset + shape + strides + "\x89NtR"
}

// legacyFile is a file of the format before PyTorch 1.6.
func legacyFile(value, keys string, rest ...byte) []byte {
	return append([]byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.}."+value+"."+keys+"."), rest...)
}

func TestRefuses(t *testing.T) {
	sound := stored(2, "K\x00", "K\x02\x85", "K\x01\x85")
	eight := strings.Repeat("\x00", 8)
	in := func(pickled string) []byte { return archive(t, "a/data.pkl", pickled+".", "a/data/0", eight) }
	if _, err := Scan("x.pt", bytes.NewReader(in(sound))); err != nil {
		t.Fatal(err) // what follows differs from it
	}
	for want, b := range map[string][]byte{
		"empty":                         {},
		"a web page":                    []byte("<!DOCTYPE html>"),
		"git lfs pull":                  []byte("version https://git-lfs.github.com/spec/v1\n"),
		"gzip":                          []byte("\x1f\x8b\x08"),
		"a tar archive":                 append(make([]byte, 257), "ustar"...),
		"neither a ZIP":                 []byte("hello"),
		"a pickle of a dict":            []byte("}."),
		"format 7":                      []byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.K\x07."),
		"not a valid zip":               []byte("PK\x03\x04"),
		"without data.pkl":              archive(t, "a/b", ""),
		"two entries data.pkl":          archive(t, "a/data.pkl", "N.", "b/data.pkl", "N."),
		`"a/data.pkl" stands`:           archive(t, "a/data.pkl", "N.", "a/data.pkl", "N."),
		"not in the archive":            archive(t, "a/data.pkl", sound+"."),
		"has 8 bytes, not 3 of 4":       in(stored(3, "K\x00", "K\x03\x85", "K\x01\x85")),
		"has 8 bytes, not 2147483647":   in(stored(1<<31-1, "K\x00", "K\x03\x85", "K\x01\x85")),
		"size -1":                       in(stored(-1, "K\x00", "K\x03\x85", "K\x01\x85")),
		"beyond its 2 numbers":          in(stored(2, "K\x01", "K\x02\x85", "K\x01\x85")),
		"from -1 on":                    in(stored(2, long(-1), "K\x02\x85", "K\x01\x85")),
		"repeats 2 numbers":             in(stored(2, "K\x00", long(1<<30)+long(1<<30)+"\x86", "K\x00K\x00\x86")),
		"of size [2] and strides":       in(stored(2, "K\x00", "K\x02\x85", ")")),
		"a tensor of None":              in("ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR"),
		"holds itself":                  in("}q\x00X\x01\x00\x00\x00ah\x00s"),
		"has \"a\" twice":               in("}X\x01\x00\x00\x00aNsX\x01\x00\x00\x00aNs"),
		"containers within each other":  in(strings.Repeat("]", 1000) + strings.Repeat("a", 999)),
		"which is not known":            in("(X\x07\x00\x00\x00storagecos\nsystem\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02tQ"),
		"other than a storage":          in("NQ"),
		"opcode 0xff":                   in("\xff"),
		"cut short":                     in("X\x07\x00\x00\x00sto"),
		"no tensor's":                   legacyFile("N", "]X\x01\x00\x00\x000a"),
		"keys are a None":               legacyFile("N", "N"),
		"is not in the file":            legacyFile(sound, "]"),
		"begins at byte":                legacyFile(sound, "]X\x01\x00\x00\x000a", 2, 0, 0),
		"has 3 numbers, not 2":          legacyFile(sound, "]X\x01\x00\x00\x000a", 3, 0, 0, 0, 0, 0, 0, 0),
		"0 bytes before the end":        legacyFile(sound, "]X\x01\x00\x00\x000a", 2, 0, 0, 0, 0, 0, 0, 0),
		`storage "0" stands there`:      legacyFile(sound, "](X\x01\x00\x00\x000X\x01\x00\x00\x000e", append([]byte{2, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 20)...)...),
		"the storages' keys: pickle, b": legacyFile("N", "\xfe"),
	} {
		if _, err := Scan("x.pt", bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.pt: ") {
			t.Errorf("got %v, want the file's name and %q", err, want)
		}
	}
}

// TestStoragesInStorages reads parts of storages as PyTorch before 0.4 shared them.
func TestStoragesInStorages(t *testing.T) {
	part := "ctorch._utils\n_rebuild_tensor\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x03" +
		"(X\x01\x00\x00\x001K\x01K\x02ttQK\x01K\x01\x85K\x01\x85tR"
	b := legacyFile(part, "]X\x01\x00\x00\x000a", 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f)
	a, err := Scan("x.pt", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := a.Arrays[0].Float32s(); err != nil || len(v) != 1 || v[0] != 1 {
		t.Error(v, err)
	}
}

// TestManyInOne wants an end to values that are one value many times over.
func TestManyInOne(t *testing.T) {
	billion := "]q\x00(ctorch\nSize\n)" // a list of lists of lists, each ten times the one before
	for i := range 30 {
		billion += "]" + fmt.Sprintf("q%c", i+1) + "(" + strings.Repeat(fmt.Sprintf("h%c", i), 10) + "e"
	}
	b := archive(t, "a/data.pkl", "("+strings.ReplaceAll(billion, "(ctorch\nSize\n)", "")+"t.")
	if _, err := Scan("x.pt", bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), "values: no checkpoint has so many") {
		t.Error(err)
	}
}

// TestNothingRuns takes calls for what they are: names.
func TestNothingRuns(t *testing.T) {
	a, err := Scan("x.pt", bytes.NewReader(archive(t, "a/data.pkl", "}X\x01\x00\x00\x00acos\nsystem\nX\x04\x00\x00\x00harm\x85Rs.")))
	if err != nil || len(a.Arrays)+len(a.Facts) > 0 {
		t.Error(a, err)
	}
}

// TestMemory wants no more memory than the files warrant, whatever they claim.
func TestMemory(t *testing.T) {
	claims := [][]byte{
		archive(t, "a/data.pkl", stored(1<<31-1, "K\x00", long(1<<31-1)+"\x85", "K\x01\x85")+".", "a/data/0", ""),
		legacyFile(stored(1<<31-1, "K\x00", long(1<<31-1)+"\x85", "K\x01\x85"), "]X\x01\x00\x00\x000a", 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0),
		archive(t, "a/data.pkl", "\x8e\xff\xff\xff\xff\x00\x00\x00\x00."),
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, b := range claims {
		if _, err := Scan("x.pt", bytes.NewReader(b)); err == nil {
			t.Error("a file that claims what it has not is taken")
		}
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes for files of %d", taken, len(claims[0]))
	}
}

// TestPickleBomb wants no memory for a compressed pickle that expands as no pickle does.
func TestPickleBomb(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, err := w.Create("a/data.pkl")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = e.Write(make([]byte, 70<<20)) // into memory
	if err := w.Close(); err != nil || b.Len() > frugal.Small {
		t.Fatal(b.Len(), err)
	}
	defer frugal.Bound(t, b.Len())()
	if _, err := Scan("x.pt", bytes.NewReader(b.Bytes())); err == nil || !strings.Contains(err.Error(), "no pickle does") {
		t.Error(err)
	}
}

func FuzzArchive(f *testing.F) { fuzz(f, "zip") }

func FuzzLegacy(f *testing.F) { fuzz(f, "legacy") }

// fuzz scans files of one of torch.save's formats, and reads what they give.
func fuzz(f *testing.F, format string) {
	for _, name := range saved() {
		if strings.HasPrefix(name, format) {
			f.Add(readFile(f, name))
		}
	}
	if format == "zip" {
		f.Add(readFile(f, "tensor.pt"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		a, err := Scan("x", bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, x := range a.Arrays {
			v, err := x.Float32s()
			if err == nil && len(v) != x.Len() {
				t.Errorf("%d numbers of shape %v", len(v), x.Shape)
			}
		}
	})
}
