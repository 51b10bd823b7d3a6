package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFolderRule(t *testing.T) {
	data, cache, given := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("PROTOBENCH_DATA", data)
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	_, err := folder(Options{}, "some-set")
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
		if got, err := folder(Options{Path: c.path}, "some-set"); err != nil || got != c.want {
			t.Errorf("got %s, %v; want %s", got, err, c.want)
		}
	}
}

func TestFolderGivenButWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{file: "is a file", file + "s": "does not exist"} {
		if _, err := folder(Options{Path: path}, "x"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestRealFashionMNIST(t *testing.T) {
	if os.Getenv("PROTOBENCH_DATA") == "" {
		t.Skip("PROTOBENCH_DATA is not set: no fashion-mnist")
	}
	if _, err := folder(Options{}, "fashion-mnist"); err != nil {
		t.Skip(err)
	}
	s := open(t, Options{Name: "fashion-mnist", Imbalance: 1})
	if s.Train.Len() != 60000 || s.Test.Len() != 10000 || s.Classes != 10 || s.Train.Height != 28 || s.Train.Width != 28 || !s.Flip {
		t.Errorf("%d, %d images of %d×%d, %d classes", s.Train.Len(), s.Test.Len(), s.Train.Height, s.Train.Width, s.Classes)
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
