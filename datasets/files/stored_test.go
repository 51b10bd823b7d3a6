package files

import (
	"archive/zip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"protobench/datasets/internal/fixture"
)

// sparse writes a file that begins with head and goes on with zeros, which take no room on the disk,
// and ends with the byte 7.
func sparse(t *testing.T, name string, head []byte, zeros int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(head); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{7}, int64(len(head))+zeros-1); err != nil {
		t.Skipf("no large sparse files here: %v", err)
	}
	return path
}

// place opens the folder of a file.
func place(t *testing.T, path string) *Location {
	t.Helper()
	p, err := OpenLocation(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// images is a number of images of 1 MiB of which there are more than fit into memory.
func images() int { return int(room()/(1<<20)) + 1024 }

func TestIDXLargerThanMemoryIsMapped(t *testing.T) {
	n := images()
	head := []byte{0, 0, 8, 3}
	for _, d := range []int{n, 1024, 1024} {
		head = binary.BigEndian.AppendUint32(head, uint32(d))
	}
	path := sparse(t, "train-images-idx3-ubyte", head, int64(n)<<20)
	a, err := OpenIDX(place(t, path), filepath.Base(path), 3)
	if err != nil {
		t.Fatal(err)
	}
	im, err := a.Pixels()
	if err != nil || len(im.Data) != n<<20 || im.Data[0] != 0 || im.Data[len(im.Data)-1] != 7 {
		t.Fatalf("%d bytes, %v", len(im.Data), err)
	}
	if err := a.Own(); err == nil || !strings.Contains(err.Error(), "needs") || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("a copy: got %v", err)
	}
	if err := os.Truncate(path, int64(n-1)<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIDX(place(t, path), filepath.Base(path), 3); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("cut short: got %v", err)
	}
}

func TestNPYLargerThanMemoryIsMapped(t *testing.T) {
	n := images()
	head := fixture.NPY("|u1", nil, n, 1024, 1024)
	path := sparse(t, "x_train.npy", head, int64(n)<<20)
	a, err := place(t, path).Array(ArrayAt{File: "x_train.npy"})
	if err != nil {
		t.Fatal(err)
	}
	im, err := a.Pixels()
	if err != nil || len(im.Data) != n<<20 || im.Data[len(im.Data)-1] != 7 {
		t.Fatalf("%d bytes, %v", len(im.Data), err)
	}
	path = sparse(t, "x_train.npy", head, int64(n)<<20+1)
	if _, err := place(t, path).Array(ArrayAt{File: "x_train.npy"}); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("a byte too many: got %v", err)
	}
}

// An archive of which a member is stored as it is needs no copy of it.
func TestStoredMembersAreMapped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const n = mapFrom / (1 << 20)
	data := make([]byte, n<<20)
	data[0], data[len(data)-1] = 5, 7
	w := zip.NewWriter(f)
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		m, err := w.CreateHeader(&zip.FileHeader{Name: map[uint16]string{zip.Store: "x.npy", zip.Deflate: "y.npy"}[method], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(fixture.NPY("|u1", data, n, 1024, 1024)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	for member, mapped := range map[string]bool{"x.npy": true, "y.npy": false} {
		a, err := place(t, path).Array(ArrayAt{File: "a.npz", Member: member})
		if err != nil {
			t.Fatal(err)
		}
		if a.mapped != mapped || a.Data[0] != 5 || a.Data[len(a.Data)-1] != 7 || len(a.Data) != len(data) {
			t.Errorf("%s: mapped %v, %d bytes", member, a.mapped, len(a.Data))
		}
		if err := a.Own(); err != nil || a.mapped {
			t.Error(err)
		}
	}
}

// Numbers that have to become others do so beside the file, which stays as it is.
func TestMappedNumbersAreNotWrittenTo(t *testing.T) {
	const n = mapFrom / 4
	head := fixture.NPY("<f4", nil, n/4, 1, 2, 2)
	path := sparse(t, "x.npy", head, 4*n)
	a, err := place(t, path).Array(ArrayAt{File: "x.npy"})
	if err != nil || !a.mapped {
		t.Fatal(err)
	}
	im, err := a.Pixels()
	if err != nil || len(im.Data) != n {
		t.Errorf("%d bytes, %v", len(im.Data), err)
	}
	const planes = mapFrom/12 + 1
	path = sparse(t, "y.npy", fixture.NPY("|u1", nil, planes, 3, 2, 2), 12*planes)
	if a, err = place(t, path).Array(ArrayAt{File: "y.npy"}); err != nil || !a.mapped {
		t.Fatal(err)
	}
	if _, err := a.Pixels(); err != nil {
		t.Error(err)
	}
}
