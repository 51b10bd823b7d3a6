package datasets

import (
	"archive/tar"
	"bytes"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
)

// samples are n images with their classes, from the first on.
func samples(t *testing.T, from, n int, class func(i int) (ext, text string)) []byte {
	var files []any
	for i := from; i < from+n; i++ {
		ext, text := class(i)
		files = append(files, fmt.Sprintf("set/%04d.png", i), fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{uint8(i), 0, 0, 255})), fmt.Sprintf("set/%04d.%s", i, ext), text)
	}
	return fixture.Shard(t, files...)
}

func TestWebDataset(t *testing.T) {
	fixture.OwnCache(t)
	number := func(i int) (string, string) { return "cls", fmt.Sprint(i % 3) }
	for name, c := range map[string]struct {
		files       map[string][]byte
		train, test int
		names       []string
	}{
		"splits":  {map[string][]byte{"train-000.tar": samples(t, 0, 5, number), "train-001.tar": samples(t, 5, 4, number), "test-000.tar": samples(t, 20, 3, number)}, 9, 3, nil},
		"folders": {map[string][]byte{"train/000.tar": samples(t, 0, 9, number), "val/000.tar": samples(t, 20, 3, number)}, 9, 3, nil},
		"gzip":    {map[string][]byte{"train-000.tar.gz": fixture.Zipped(samples(t, 0, 9, number)), "test.tgz": fixture.Zipped(samples(t, 20, 3, number))}, 9, 3, nil},
		"json":    {map[string][]byte{"a.tar": samples(t, 0, 15, func(i int) (string, string) { return "json", fmt.Sprintf(`{"label": %d, "x": "y"}`, i%3) })}, 12, 3, nil},
		"names":   {map[string][]byte{"a.tar": samples(t, 0, 15, func(i int) (string, string) { return "cls", []string{"cat\n", "ant", "bee"}[i%3] })}, 12, 3, []string{"ant", "bee", "cat"}},
	} {
		s, err := Open(Options{Name: "auto", Path: fixture.WriteFiles(t, c.files), Imbalance: 1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Name != "webdataset" || s.Train.Len() != c.train || s.Test.Len() != c.test || s.Classes != 3 || s.Train.Height != 4 {
			t.Errorf("%s: %s, %d and %d images, %d classes: %s", name, s.Name, s.Train.Len(), s.Test.Len(), s.Classes, s.Found)
		}
		if diff := cmp.Diff(c.names, s.Names); diff != "" {
			t.Error(name, diff)
		}
		for i, label := range s.Train.Labels {
			if red := int(s.Train.Image(i)[0]); label != red%3 && c.names == nil || c.names != nil && label != []int{2, 0, 1}[red%3] {
				t.Errorf("%s: image %d has label %d", name, red, label)
			}
		}
	}
}

func TestWebDatasetRefuses(t *testing.T) {
	fixture.OwnCache(t)
	picture := fixture.PNG(t, fixture.Plain(4, 4, color.White))
	good := []any{"a.png", picture, "a.cls", "0"}
	for name, c := range map[string]struct {
		shard []byte
		want  string
	}{
		"no class":     {fixture.Shard(t, append(good, "b.png", picture)...), "b.png: has no .cls beside it"},
		"empty class":  {fixture.Shard(t, append(good, "b.png", picture, "b.cls", " ")...), "b.cls: is empty"},
		"negative":     {fixture.Shard(t, append(good, "b.png", picture, "b.cls", "-7")...), "b.cls: label -7"},
		"bad json":     {fixture.Shard(t, append(good, "b.png", picture, "b.json", "{")...), "b.json: is no JSON object"},
		"fraction":     {fixture.Shard(t, append(good, "b.png", picture, "b.json", `{"label": 1.5}`)...), "label is 1.5"},
		"broken image": {fixture.Shard(t, append(good, "b.jpg", "<html>", "b.cls", "1")...), "b.jpg: is an HTML page"},
		"two images":   {fixture.Shard(t, append(good, "b.png", picture, "b.jpg", picture)...), "a second image"},
		"dots":         {fixture.Shard(t, append(good, "../b.png", picture)...), `member "../b.png" would lie outside`},
		"promises":     {promise(t, "a.png", 1<<41), "a.png: says it has 2.0 TiB, more than the file can hold"},
		"truncated":    {fixture.Shard(t, good...)[:700], "a.tar: "},
		"long class":   {fixture.Shard(t, append(good, "b.png", picture, "b.cls", strings.Repeat("x", 1<<20+1))...), "expected a class in"},
	} {
		dir := fixture.WriteFiles(t, map[string][]byte{"a.tar": c.shard})
		if _, err := Open(Options{Name: "webdataset", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// promise is an archive that ends after the header of a file of n bytes.
func promise(t *testing.T, name string, n int64) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := tar.NewWriter(&out).WriteHeader(&tar.Header{Name: name, Size: n, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
