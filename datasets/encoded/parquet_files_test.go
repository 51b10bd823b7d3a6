package encoded

import (
	"bytes"
	"testing"

	"github.com/parquet-go/parquet-go"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

func FuzzParquet(f *testing.F) {
	label, name := int64(1), "x.png"
	rows := []fixture.ParquetRow{
		{Image: fixture.ParquetImage{Bytes: []byte("abc"), Path: &name}, Label: &label},
		{Image: fixture.ParquetImage{Bytes: []byte("abcdef"), Path: &name}},
	}
	f.Add(fixture.Parquet(f, rows))
	f.Add(fixture.Parquet(f, rows, parquet.Compression(&parquet.Zstd)))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		m := files.Member{Name: "f", Path: "f", Size: int64(len(b)), Warranted: float64(len(b)), Body: bytes.NewReader(b)}
		_ = (&ParquetFiles{}).scanFile("train.parquet", m, func(Image) error { return nil })
	})
}
