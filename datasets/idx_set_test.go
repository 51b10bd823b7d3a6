package datasets

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
	"protobench/internal/setting"
)

// idxFiles are the four files of a small set under other names: 6 training and 4 test images of 2×3
// pixels.
func idxFiles(trainX, trainY, testX, testY string) map[string][]byte {
	return map[string][]byte{trainX: fixture.IDX(6, 2, 3), trainY: fixture.IDX(6), testX: fixture.IDX(4, 2, 3), testY: fixture.IDX(4)}
}

func TestIDXNames(t *testing.T) {
	want := open(t, Options{Name: "idx", Path: writeSet(t, nil), Imbalance: 1}).Fingerprint
	for name, files := range map[string]map[string][]byte{
		"dots":      idxFiles("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
		"test":      idxFiles("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "test-images-idx3-ubyte", "test-labels-idx1-ubyte"),
		"prefix":    idxFiles("kuzushiji-train-images-idx3-ubyte", "kuzushiji-train-labels-idx1-ubyte", "kuzushiji-test-images-idx3-ubyte", "kuzushiji-test-labels-idx1-ubyte"),
		"MNIST/raw": idxFiles("MNIST/raw/train-images-idx3-ubyte", "MNIST/raw/train-labels-idx1-ubyte", "MNIST/raw/t10k-images-idx3-ubyte", "MNIST/raw/t10k-labels-idx1-ubyte"),
		"raw":       idxFiles("raw/train-images-idx3-ubyte", "raw/train-labels-idx1-ubyte", "raw/t10k-images-idx3-ubyte", "raw/t10k-labels-idx1-ubyte"),
		"folders": idxFiles("train-images.idx3-ubyte/train-images-idx3-ubyte", "train-labels.idx1-ubyte/train-labels.idx1-ubyte",
			"t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
		"plain called gz": idxFiles("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
	} {
		s, err := Open(Options{Name: "idx", Path: fixture.WriteFiles(t, files), Imbalance: 1})
		if err != nil || s.Fingerprint != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestIDXFoldersBesideFiles(t *testing.T) {
	files := idxFiles("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
	files["train-images-idx3-ubyte/other"] = []byte("no such thing")
	if _, err := Open(Options{Name: "idx", Path: fixture.WriteFiles(t, files), Imbalance: 1}); err != nil {
		t.Error(err)
	}
}

func TestEMNISTStandsUprightAndStartsAtZero(t *testing.T) {
	labels := []byte{1, 2, 26, 1, 3, 2}
	files := map[string][]byte{
		"emnist-letters-train-images-idx3-ubyte": fixture.IDX(6, 2, 3), "emnist-letters-train-labels-idx1-ubyte": fixture.RawIDX(8, labels, 6),
		"emnist-letters-test-images-idx3-ubyte": fixture.IDX(4, 2, 3), "emnist-letters-test-labels-idx1-ubyte": fixture.RawIDX(8, labels[:4], 4),
	}
	s := open(t, Options{Name: "idx", Path: fixture.WriteFiles(t, files), Imbalance: 1})
	if s.Classes != 26 || s.Train.Height != 3 || s.Train.Width != 2 {
		t.Errorf("%d classes, %d×%d", s.Classes, s.Train.Height, s.Train.Width)
	}
	if diff := cmp.Diff([]int{0, 1, 25, 0, 2, 1}, s.Train.Labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]uint8{0, 3, 1, 4, 2, 5}, s.Train.Image(0)); diff != "" { // 0 1 2 / 3 4 5 on its side
		t.Error(diff)
	}
	for name, b := range idxFiles("emnist-digits-train-images-idx3-ubyte", "emnist-digits-train-labels-idx1-ubyte", "emnist-digits-test-images-idx3-ubyte", "emnist-digits-test-labels-idx1-ubyte") {
		files[name] = b
	}
	dir := fixture.WriteFiles(t, files)
	var key *setting.KeyError
	if _, err := Open(Options{Name: "idx", Path: dir, Imbalance: 1}); !errors.As(err, &key) || key.Key != "data.subset" || !strings.Contains(err.Error(), "emnist-digits, emnist-letters") {
		t.Errorf("got %v", err)
	}
	if s := open(t, Options{Name: "idx", Path: dir, Subset: "emnist-digits", Imbalance: 1}); s.Classes != 6 {
		t.Errorf("%d classes", s.Classes)
	}
	if _, err := Open(Options{Name: "idx", Path: dir, Subset: "emnist-digit", Imbalance: 1}); !errors.As(err, &key) || key.Key != "data.subset" {
		t.Errorf("got %v", err)
	}
}

func TestQMNISTLabels(t *testing.T) {
	labels := make([]byte, 0, 4*8*4)
	for i := range 4 {
		for j := range 8 {
			labels = binary.BigEndian.AppendUint32(labels, uint32(i+100*j))
		}
	}
	s := open(t, Options{Name: "idx", Imbalance: 1, Path: fixture.WriteFiles(t, map[string][]byte{
		"qmnist-train-images-idx3-ubyte": fixture.IDX(4, 2, 2), "qmnist-train-labels-idx2-int": fixture.RawIDX(0x0c, labels, 4, 8),
		"qmnist-test-images-idx3-ubyte": fixture.IDX(4, 2, 2), "qmnist-test-labels-idx2-int": fixture.RawIDX(0x0c, labels, 4, 8),
	})})
	if diff := cmp.Diff([]int{0, 1, 2, 3}, s.Train.Labels); diff != "" || s.Classes != 4 {
		t.Error(s.Classes, diff)
	}
}

func TestIDXSaysWhatIsThere(t *testing.T) {
	dir := fixture.WriteFiles(t, map[string][]byte{"holiday.jpg": nil, "notes/a.txt": nil})
	if _, err := Open(Options{Name: "idx", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), "holiday.jpg, notes/") {
		t.Errorf("got %v", err)
	}
}

func TestCountsAreHeldAgainstMemory(t *testing.T) {
	for _, c := range []struct {
		key    string
		change func(*Options)
	}{
		{"data.train", func(o *Options) { o.Train = 100_000_000_000 }},
		{"data.test", func(o *Options) { o.Test = math.MaxInt }},
		{"data.train", func(o *Options) { o.Name, o.Train = "mixture", 100_000_000_000 }},
		{"data.dim", func(o *Options) { o.Name, o.Dim = "mixture", math.MaxInt }},
		{"data.modes", func(o *Options) { o.Name, o.Modes = "mixture", math.MaxInt }},
	} {
		o := setting.Defaults[Options]("data")
		c.change(&o)
		var key *setting.KeyError
		if _, err := Open(o); !errors.As(err, &key) || key.Key != c.key || !strings.Contains(err.Error(), "of memory where") {
			t.Errorf("%s: got %v", c.key, err)
		}
	}
}
