package datasets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"protobench/datasets/internal/fixture"
)

type hfFineRow struct {
	Image  fixture.ParquetImage `parquet:"img,optional"`
	Fine   int64                `parquet:"fine_label"`
	Coarse int64                `parquet:"coarse_label"`
}

const hfNames = `{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["ant", "bee", "cat"], "_type": "ClassLabel"}}}}`

func hfRows(t *testing.T, from, n int) []fixture.ParquetRow {
	var rows []fixture.ParquetRow
	for i := from; i < from+n; i++ {
		label, name := int64(i%3), fmt.Sprint(i, ".png")
		rows = append(rows, fixture.ParquetRow{Image: fixture.ParquetImage{Bytes: fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{uint8(i), 0, 0, 255})), Path: &name}, Label: &label})
	}
	return rows
}

func TestParquet(t *testing.T) {
	fixture.OwnCache(t)
	names := parquet.KeyValueMetadata("huggingface", hfNames)
	for name, files := range map[string]map[string][]byte{
		"files": {"data/train-00000-of-00002.parquet": fixture.Parquet(t, hfRows(t, 0, 6), names), "data/train-00001-of-00002.parquet": fixture.Parquet(t, hfRows(t, 6, 5), names),
			"data/test-00000-of-00001.parquet": fixture.Parquet(t, hfRows(t, 30, 3), names), "README.md": nil},
		"zstd":    {"train.parquet": fixture.Parquet(t, hfRows(t, 0, 11), names, parquet.Compression(&parquet.Zstd)), "validation.parquet": fixture.Parquet(t, hfRows(t, 30, 3), names)},
		"snappy":  {"train.parquet": fixture.Parquet(t, hfRows(t, 0, 11), names, parquet.Compression(&parquet.Snappy)), "validation.parquet": fixture.Parquet(t, hfRows(t, 30, 3), names)},
		"folders": {"train/0000.parquet": fixture.Parquet(t, hfRows(t, 0, 11), names), "test/0000.parquet": fixture.Parquet(t, hfRows(t, 30, 3), names)},
	} {
		s, err := Open(Options{Name: "auto", Path: fixture.WriteFiles(t, files), Imbalance: 1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Name != "parquet" || s.Train.Len() != 11 || s.Test.Len() != 3 || s.Classes != 3 || s.Train.Height != 4 {
			t.Errorf("%s: %s, %d and %d images, %d classes: %s", name, s.Name, s.Train.Len(), s.Test.Len(), s.Classes, s.Found)
		}
		if diff := cmp.Diff([]string{"ant", "bee", "cat"}, s.Names); diff != "" {
			t.Error(name, diff)
		}
		for i, label := range s.Train.Labels {
			if red := int(s.Train.Image(i)[0]); red != i || label != i%3 {
				t.Errorf("%s: image %d is %d with label %d", name, i, red, label)
			}
		}
	}
}

func TestParquetLabels(t *testing.T) {
	fixture.OwnCache(t)
	var rows []hfFineRow
	for i := range 20 {
		rows = append(rows, hfFineRow{fixture.ParquetImage{Bytes: fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{uint8(i), 0, 0, 255}))}, int64(i % 6), int64(i % 6 / 3)})
	}
	dir := fixture.WriteFiles(t, map[string][]byte{"train.parquet": fixture.Parquet(t, rows), "test.parquet": fixture.Parquet(t, rows[:6])})
	s := open(t, Options{Name: "parquet", Path: dir, Imbalance: 1})
	if s.Classes != 2 || s.FineClasses != 6 || s.Train.Fine[11] != 5 {
		t.Errorf("%d classes, %d fine", s.Classes, s.FineClasses)
	}
	if s := open(t, Options{Name: "parquet", Path: dir, Labels: "fine", Imbalance: 1}); s.Classes != 6 || s.FineClasses != 0 {
		t.Errorf("%d classes, %d fine", s.Classes, s.FineClasses)
	}
	some := hfRows(t, 0, 9)
	some[4].Label = nil
	s = open(t, Options{Name: "parquet", Path: fixture.WriteFiles(t, map[string][]byte{"train.parquet": fixture.Parquet(t, some), "test.parquet": fixture.Parquet(t, hfRows(t, 30, 3))}), Imbalance: 1})
	if s.Train.Len() != 9 || s.Probe.Len() != 8 || s.Train.Labels[8] != -1 || s.Train.Image(8)[0] != 4 {
		t.Errorf("%d and %d images, labels %v", s.Train.Len(), s.Probe.Len(), s.Train.Labels)
	}
}

func TestParquetRefuses(t *testing.T) {
	fixture.OwnCache(t)
	good := fixture.Parquet(t, hfRows(t, 0, 6))
	footer := bytes.Clone(good)
	binary.LittleEndian.PutUint32(footer[len(footer)-8:], 1<<30)
	damaged := bytes.Clone(good)
	for i := 4; i < 40; i++ {
		damaged[i] ^= 0xff
	}
	path := hfRows(t, 0, 2)
	path[1].Image.Bytes = nil
	label := hfRows(t, 0, 2)
	*label[1].Label = -5
	broken := hfRows(t, 0, 2)
	broken[1].Image.Bytes = []byte("<html>")
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"HTML":      {[]byte("<!doctype html>"), "is an HTML page"},
		"empty":     {nil, "is an empty file"},
		"truncated": {good[:len(good)/2], "cut short"},
		"footer":    {footer, "says that its description has 1073741824 bytes"},
		"damaged":   {damaged, "damaged Parquet file"},
		"path only": {fixture.Parquet(t, path), "row 1: holds no bytes of an image"},
		"label":     {fixture.Parquet(t, label), "row 1: label -5"},
		"image":     {fixture.Parquet(t, broken), "row 1: is an HTML page"},
		"columns":   {fixture.Parquet(t, []struct{ Text string }{{"x"}}), "has no column image or img with bytes (found Text)"},
	} {
		dir := fixture.WriteFiles(t, map[string][]byte{"train.parquet": c.file, "test.parquet": good})
		if _, err := Open(Options{Name: "parquet", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir+"/train.parquet") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
