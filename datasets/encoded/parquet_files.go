package encoded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/parquet-go/parquet-go"

	"protobench/datasets/files"
)

// IsParquet reports whether a name is that of a Parquet file.
func IsParquet(name string) bool { return path.Ext(name) == ".parquet" }

// ParquetFiles is the gallery of the Parquet files of a set.
type ParquetFiles struct {
	p             *files.Location
	paths         []string
	classes, fine []string // as the files' own description names them
}

// NewParquetFiles is the gallery of Parquet files that lie at a place.
func NewParquetFiles(p *files.Location, paths []string) *ParquetFiles {
	return &ParquetFiles{p: p, paths: paths}
}

func (f *ParquetFiles) files() ([]stamp, error) { return stamps(f.p, f.paths) }

func (f *ParquetFiles) names() (classes, fine []string) { return f.classes, f.fine }

func (f *ParquetFiles) scan(visit func(Image) error) error {
	for _, name := range f.paths {
		if err := f.p.VisitFile(name, func(m files.Member) error { return f.scanFile(name, m, visit) }); err != nil {
			return err
		}
	}
	return nil
}

// table is one open file and where its columns are.
type table struct {
	*parquet.File
	path        string
	image       int
	label, fine int // −1: none
}

func (f *ParquetFiles) scanFile(name string, m files.Member, visit func(Image) error) error {
	t, err := openTable(m)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Path, err)
	}
	f.describe(t)
	split := files.SplitOf(name)
	row := 0
	for _, group := range t.RowGroups() {
		if err := t.scan(group, &row, Image{name: name, path: m.Path, split: split, label: -1, fineLabel: -1}, visit); err != nil {
			return err
		}
	}
	return nil
}

// openTable opens a file and finds its columns. The library trusts what it reads, so that what it
// does not expect ends here.
func openTable(m files.Member) (t *table, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged Parquet file (%v); fetch it again", p)
		}
	}()
	at, ok := m.Body.(io.ReaderAt)
	if !ok {
		return nil, errors.New("a Parquet file inside of an archive is not read")
	}
	if err := checkParquet(at, m.Size); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(at, m.Size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("damaged Parquet file (%w); fetch it again", err)
	}
	if err := checkPages(at, m.Size, f.Metadata()); err != nil {
		return nil, err
	}
	t = &table{File: f, path: m.Path, label: -1, fine: -1}
	return t, t.columns()
}

// checkParquet holds the end of a file against its size: its description lies there, as long as it
// says itself.
func checkParquet(at io.ReaderAt, size int64) error {
	head, tail := make([]byte, 64), make([]byte, 8)
	n, _ := at.ReadAt(head, 0)
	if size < 12 || string(head[:4]) != "PAR1" {
		return fmt.Errorf("is %s, expected a Parquet file; fetch it again", files.LooksLike(head[:n]))
	}
	if _, err := at.ReadAt(tail, size-8); err != nil || string(tail[4:]) != "PAR1" {
		return errors.New("does not end like a Parquet file: it is cut short; fetch it again")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if length > size-12 {
		return fmt.Errorf("says that its description has %d bytes, in a file of %d: damaged; fetch it again", length, size)
	}
	if text := files.TooLarge(float64(length)); text != "" {
		return fmt.Errorf("its description %s; write fewer row groups a file", text)
	}
	footer := make([]byte, length)
	if _, err := at.ReadAt(footer, size-8-length); err != nil {
		return err
	}
	if err := checkThrift(footer); err != nil {
		return fmt.Errorf("damaged Parquet file (its description has %w); fetch it again", err)
	}
	return nil
}

// columns finds the image's bytes and the labels.
func (t *table) columns() error {
	schema := t.Schema()
	t.image = -1
	for _, name := range []string{"image", "img"} {
		for _, leaf := range [][]string{{name, "bytes"}, {name}} {
			if c, ok := schema.Lookup(leaf...); ok && t.image < 0 && c.MaxRepetitionLevel == 0 && c.Node.Type().Kind() == parquet.ByteArray {
				t.image = c.ColumnIndex
			}
		}
	}
	if t.image < 0 {
		return fmt.Errorf("has no column image or img with bytes (found %s); it holds no images as Hugging Face keeps them", files.Few(columnNames(schema)))
	}
	find := func(names ...string) int {
		for _, name := range names {
			if c, ok := schema.Lookup(name); ok && c.MaxRepetitionLevel == 0 {
				if k := c.Node.Type().Kind(); k == parquet.Int64 || k == parquet.Int32 {
					return c.ColumnIndex
				}
			}
		}
		return -1
	}
	if coarse := find("coarse_label"); coarse >= 0 {
		t.label, t.fine = coarse, find("fine_label", "label")
	} else {
		t.label = find("label", "labels", "fine_label", "class", "target")
	}
	return nil
}

func columnNames(schema *parquet.Schema) []string {
	var out []string
	for _, c := range schema.Columns() {
		out = append(out, strings.Join(c, "."))
	}
	return out
}

// describe takes over the classes' names from Hugging Face's description, where there is one.
func (f *ParquetFiles) describe(t *table) {
	text, ok := t.Lookup("huggingface")
	if !ok {
		return
	}
	var d struct {
		Info struct {
			Features map[string]struct {
				Names []string `json:"names"`
			} `json:"features"`
		} `json:"info"`
	}
	if json.Unmarshal([]byte(text), &d) != nil {
		return // a description of another form says nothing
	}
	name := func(column int) []string {
		if column < 0 {
			return nil
		}
		return d.Info.Features[t.Schema().Columns()[column][0]].Names
	}
	f.classes, f.fine = name(t.label), name(t.fine)
}

// scan visits the rows of one group.
func (t *table) scan(group parquet.RowGroup, row *int, e Image, visit func(Image) error) (err error) {
	inside := true // of the library, whose panics are the file's fault
	defer func() {
		if !inside {
			return
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: row %d: damaged Parquet file (%v); fetch it again", t.path, *row, p)
		}
	}()
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 1)
	file, name := t.path, e.name
	for {
		n, err := rows.ReadRows(buffer)
		if n > 0 {
			e.path, e.name = fmt.Sprintf("%s: row %d", file, *row), fmt.Sprintf("%s/%08d", name, *row)
			if err := t.fill(&e, buffer[0]); err != nil {
				return fmt.Errorf("%s: %w", e.path, err)
			}
			*row++
			inside = false
			if err := visit(e); err != nil {
				return err
			}
			inside = true
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: row %d: damaged Parquet file (%w); fetch it again", file, *row, err)
		}
		if n == 0 {
			return nil
		}
	}
}

// fill takes one row's values.
func (t *table) fill(e *Image, row parquet.Row) error {
	e.data, e.label, e.fineLabel = nil, -1, -1
	for _, v := range row {
		if v.IsNull() {
			continue
		}
		switch v.Column() {
		case t.image:
			e.data = v.ByteArray()
		case t.label, t.fine:
			n := v.Int64()
			if v.Kind() == parquet.Int32 {
				n = int64(v.Int32())
			}
			if n < -1 || n >= files.MostClasses {
				return fmt.Errorf("label %d, expected 0 (-1: unlabelled) to %d", n, files.MostClasses-1)
			}
			if v.Column() == t.label {
				e.label = int(n)
			} else {
				e.fineLabel = int(n)
			}
		}
	}
	if e.data == nil {
		return errors.New("holds no bytes of an image; sets that keep paths alone have to be saved with embedded images (Hugging Face: embed_external_files)")
	}
	return nil
}
