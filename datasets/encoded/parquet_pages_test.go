package encoded

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
)

// zeroBytes is how many bytes zeros are.
const zeroBytes = 1 << 20

// zeros are bytes 0, compressed.
func zeros(t *testing.T, codec format.CompressionCodec) []byte {
	t.Helper()
	plain := make([]byte, zeroBytes)
	switch codec {
	case format.Snappy:
		return snappy.Encode(nil, plain)
	case format.Gzip:
		return fixture.Zipped(plain)
	case format.Zstd:
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll(plain, nil)
	}
	return plain
}

// Pages that say one size and hold another, and sizes that no file of theirs can hold, never reach
// the library, which would ask for the memory.
func TestPagesAreHeldAgainstTheirFile(t *testing.T) {
	page := func(plain, values int32) *format.PageHeader {
		h := &format.PageHeader{Type: format.DataPage, UncompressedPageSize: plain}
		h.DataPageHeader.Valid, h.DataPageHeader.V.NumValues = true, values
		return h
	}
	levels := func(n int32) *format.PageHeader {
		h := &format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: 100}
		h.DataPageHeaderV2.Valid, h.DataPageHeaderV2.V.DefinitionLevelsByteLength = true, n
		return h
	}
	const n = zeroBytes
	for name, c := range map[string]struct {
		header *format.PageHeader
		codec  format.CompressionCodec
		data   []byte
		want   string
	}{
		"plain":          {page(n, 9), format.Uncompressed, make([]byte, n), ""},
		"snappy":         {page(n, 9), format.Snappy, zeros(t, format.Snappy), ""},
		"gzip":           {page(n, 9), format.Gzip, zeros(t, format.Gzip), ""},
		"zstd":           {page(n, 9), format.Zstd, zeros(t, format.Zstd), ""},
		"plain bomb":     {page(math.MaxInt32, 9), format.Uncompressed, make([]byte, 9), "says it has 2.0 GiB in 9 bytes, more than these can hold"},
		"zstd promise":   {page(math.MaxInt32, 9), format.Zstd, make([]byte, 999), "says it has 2.0 GiB in 999 bytes"},
		"snappy bomb":    {page(100, 9), format.Snappy, zeros(t, format.Snappy), "says it has 100 bytes, its data 1048576"},
		"gzip bomb":      {page(100, 9), format.Gzip, zeros(t, format.Gzip), "says it has 100 bytes, its data have more"},
		"zstd bomb":      {page(100, 9), format.Zstd, zeros(t, format.Zstd), "says it has 100 bytes, its data have more"},
		"values":         {page(100, math.MaxInt32), format.Uncompressed, make([]byte, 100), "says it has 2147483647 values, more than a file of"},
		"negative":       {page(-1, 9), format.Uncompressed, nil, "says it has 0 bytes, -1 uncompressed"},
		"levels":         {levels(101), format.Uncompressed, make([]byte, 100), "says that 101 of its 100 bytes are levels"},
		"other codec":    {page(100, 9), format.Brotli, make([]byte, 100), "compression BROTLI is not read"},
		"damaged gzip":   {page(100, 9), format.Gzip, []byte("nothing"), ""}, // the library's to say
		"damaged snappy": {page(100, 9), format.Snappy, nil, ""},
	} {
		c.header.CompressedPageSize = int32(len(c.data))
		err := checkPage(io.NewSectionReader(bytes.NewReader(c.data), 0, int64(len(c.data))), c.header, c.codec, int64(len(c.data)))
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// A page that lies inside of a file is found by the walk over all of them.
func TestPagesOfAllColumnsAreChecked(t *testing.T) {
	label := int64(1)
	rows := []fixture.ParquetRow{{Image: fixture.ParquetImage{Bytes: []byte("abc")}, Label: &label}, {Image: fixture.ParquetImage{Bytes: []byte("abcdef")}}}
	b := fixture.Parquet(t, rows, parquet.Compression(&parquet.Zstd))
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPages(bytes.NewReader(b), int64(len(b)), f.Metadata()); err != nil {
		t.Fatal(err)
	}
	for g := range f.Metadata().RowGroups {
		for c := range f.Metadata().RowGroups[g].Columns {
			m := &f.Metadata().RowGroups[g].Columns[c].MetaData
			from := m.DataPageOffset
			h, n, err := readPageHeader(bytes.NewReader(b), from, int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			h.UncompressedPageSize = 1 << 30
			lie, err := thrift.Marshal(new(thrift.CompactProtocol), h)
			if err != nil {
				t.Fatal(err)
			}
			bad := append(append(bytes.Clone(b[:from]), lie...), b[from+n:]...)
			was := m.TotalCompressedSize
			m.TotalCompressedSize += int64(len(lie)) - n
			err = checkPages(bytes.NewReader(bad), int64(len(bad)), f.Metadata())
			m.TotalCompressedSize = was
			if err == nil || !strings.Contains(err.Error(), "says it has 1.0 GiB") {
				t.Errorf("column %d: got %v", c, err)
			}
		}
	}
}

func TestColumnsLieInsideOfTheirFile(t *testing.T) {
	for _, c := range []format.ColumnMetaData{
		{DataPageOffset: 4, TotalCompressedSize: 1 << 40}, {DataPageOffset: 1 << 40}, {DataPageOffset: 3}, {DataPageOffset: 4, TotalCompressedSize: -1},
		{DataPageOffset: math.MaxInt64, TotalCompressedSize: math.MaxInt64}, {DataPageOffset: 4, DictionaryPageOffset: -7},
	} {
		if err := checkColumn(bytes.NewReader(make([]byte, 100)), 100, &c); err == nil || !strings.Contains(err.Error(), "in a file of 100") {
			t.Errorf("%d bytes from %d on: got %v", c.TotalCompressedSize, c.DataPageOffset, err)
		}
	}
}

// A description that promises long lists in few bytes is refused before they are made.
func TestParquetListsFitTheirDescription(t *testing.T) {
	for name, c := range map[string]struct {
		footer []byte
		want   string
	}{
		"list":    {[]byte{0x15, 2, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}, "a list of 4294967295 items in 1 bytes"},
		"map":     {[]byte{0x1b, 0xff, 0xff, 0x03, 0x88, 0}, "a list of 65535 items in 1 bytes"},
		"short":   {[]byte{0x15}, "an early end"},
		"text":    {[]byte{0x18, 99, 'x'}, "an early end"},
		"type":    {[]byte{0x1e, 1}, "a value of unknown type 14"},
		"nesting": {bytes.Repeat([]byte{0x1c}, 100), "structures lie more than 32 deep"},
		"lists":   {append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 100)...), "lists lie more than 32 deep"},
	} {
		b := append([]byte("PAR1"), c.footer...)
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(c.footer))), "PAR1"...)
		_, err := openTable(files.Member{Name: "f", Path: "f", Size: int64(len(b)), Warranted: float64(len(b)), Body: bytes.NewReader(b)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
