package datasets

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"protobench/internal/setting"
)

func TestFolderRule(t *testing.T) {
	data, cache, given := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("PROTOBENCH_DATA", data)
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	some := reader{Info: Info{Name: "some-set"}, home: true}
	_, err := some.locate(Options{})
	for _, want := range []string{filepath.Join(data, "some-set"), "protobench", "set data.path", "PROTOBENCH_DATA"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	root, _ := os.UserCacheDir()
	cached, found := filepath.Join(root, "protobench", "some-set"), filepath.Join(data, "some-set")
	for _, c := range []struct{ make, path, want string }{
		{cached, "", cached}, {found, "", found}, {given, given, given},
	} {
		if err := os.MkdirAll(c.make, 0o755); err != nil {
			t.Fatal(err)
		}
		got, err := some.locate(Options{Path: c.path})
		if err != nil || got.Dir != c.want {
			t.Fatalf("got %v, %v; want %s", got, err, c.want)
		}
		got.Close()
	}
}

func TestPathsThatAreNone(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	var key *setting.KeyError
	if _, err := Open(Options{Name: "idx", Path: missing, Imbalance: 1}); !errors.As(err, &key) || key.Key != "data.path" || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("got %v", err)
	}
	if _, err := Open(Options{Name: "idx", Imbalance: 1}); !errors.As(err, &key) || key.Key != "data.path" || !strings.Contains(err.Error(), "train-images-idx3-ubyte") {
		t.Errorf("got %v", err)
	}
}

func TestRealFashionMNIST(t *testing.T) {
	if os.Getenv("PROTOBENCH_DATA") == "" {
		t.Skip("PROTOBENCH_DATA is not set: no fashion-mnist")
	}
	if _, err := fashionReader().locate(Options{}); err != nil {
		t.Skip(err)
	}
	s := open(t, Options{Name: "fashion-mnist", Imbalance: 1})
	if s.Train.Len() != 60000 || s.Test.Len() != 10000 || s.Classes != 10 || s.Train.Height != 28 || s.Train.Width != 28 || !s.Flip {
		t.Errorf("%d, %d images of %d×%d, %d classes", s.Train.Len(), s.Test.Len(), s.Train.Height, s.Train.Width, s.Classes)
	}
	const fingerprint = "9e6b8b3e432376e065e90e258f235bab920b910f3c34c6e15ff40dd7469419fb" // part of every cell's hash: it stays
	if s.Fingerprint != fingerprint {
		t.Errorf("fingerprint %s", s.Fingerprint)
	}
	count := make([]int, 10)
	for _, c := range s.Train.Labels {
		count[c]++
	}
	for c, n := range count {
		if n != 6000 {
			t.Errorf("class %d has %d training images", c, n)
		}
	}
	if s.Mean[0] < 0.28604 || s.Mean[0] > 0.28605 || s.Std[0] < 0.35302 || s.Std[0] > 0.35303 {
		t.Errorf("mean %v, deviation %v", s.Mean, s.Std)
	}
}
