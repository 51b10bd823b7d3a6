package encoded

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"protobench/datasets/files"
)

// The library asks for the memory that pages' headers name, and for what compressed bytes turn out
// to be. Both are held against the file before it sees them.

const (
	pageHeader       = 8 << 10   // bytes that the header of a page has as a rule
	longPageHeader   = 1 << 20   // and at most: it holds the smallest and the largest value
	valueBytes       = 16        // that the library takes for a value beside its bytes, at most
	alwaysWarranted  = 64 << 20  // values of so many bytes are no danger
	snappyInflation  = 32        // a copy of 64 bytes takes two or three
	zstdInflation    = 1 << 15   // a block of 128 KiB of one byte takes four
	largestWindow    = 128 << 20 // of zstd at its highest levels
	parquetMagicSize = 4
)

// checkPages holds the sizes that the pages of all columns name against the file and free memory.
func checkPages(at io.ReaderAt, size int64, m *format.FileMetaData) error {
	for _, group := range m.RowGroups {
		for i := range group.Columns {
			err := checkColumn(at, size, &group.Columns[i].MetaData)
			var d damage
			switch {
			case errors.As(err, &d):
				return fmt.Errorf("damaged Parquet file (%w); fetch it again", err)
			case err != nil:
				return err
			}
		}
	}
	return nil
}

// damage is what is wrong with a file that was written well.
type damage string

func (d damage) Error() string { return string(d) }

func damaged(format string, args ...any) error { return damage(fmt.Sprintf(format, args...)) }

func checkColumn(at io.ReaderAt, size int64, c *format.ColumnMetaData) error {
	from := c.DataPageOffset
	if c.DictionaryPageOffset != 0 {
		from = c.DictionaryPageOffset
	}
	if from < parquetMagicSize || from > size || c.TotalCompressedSize < 0 || c.TotalCompressedSize > size-from {
		return damaged("says that a column has %d bytes from byte %d on, in a file of %d", c.TotalCompressedSize, from, size)
	}
	for end := from + c.TotalCompressedSize; from < end; {
		h, n, err := readPageHeader(at, from, end)
		if err != nil {
			return fmt.Errorf("page at byte %d: %w", from, err)
		}
		from += n
		if err := checkPage(io.NewSectionReader(at, from, min(int64(h.CompressedPageSize), end-from)), h, c.Codec, size); err != nil {
			return fmt.Errorf("page at byte %d: %w", from-n, err)
		}
		from += int64(h.CompressedPageSize)
	}
	return nil
}

// readPageHeader decodes the header of a page and says how long it is.
func readPageHeader(at io.ReaderAt, from, end int64) (*format.PageHeader, int64, error) {
	for _, most := range []int64{pageHeader, longPageHeader} {
		b := make([]byte, min(most, end-from))
		if _, err := at.ReadAt(b, from); err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		r, h := new(thrift.CompactProtocol).NewReaderFromBytes(b), &format.PageHeader{}
		err := thrift.NewDecoder(r).Decode(h)
		if err == nil {
			return h, int64(r.BytesRead()), nil
		}
		if int64(len(b)) < most || most == longPageHeader {
			return nil, 0, damaged("header: %v", err)
		}
	}
	return nil, 0, nil // not reached: the last length returns
}

// checkPage checks one page, whose bytes body has.
func checkPage(body *io.SectionReader, h *format.PageHeader, codec format.CompressionCodec, size int64) error {
	packed, plain := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	if packed < 0 || plain < 0 || packed > body.Size() {
		return damaged("says it has %d bytes, %d uncompressed, where %d are left", packed, plain, body.Size())
	}
	inflation, err := inflationOf(codec)
	if err != nil {
		return err
	}
	if float64(plain) > float64(float64(packed)*inflation)+longPageHeader {
		return damaged("says it has %s in %s, more than these can hold", files.BytesText(float64(plain)), files.BytesText(float64(packed)))
	}
	values, levels := valuesOf(h)
	if need := files.Product(valueBytes, int(values)); values < 0 || need > max(alwaysWarranted, float64(size)*files.Inflation) {
		return damaged("says it has %d values, more than a file of %s can hold", values, files.BytesText(float64(size)))
	}
	if text := files.TooLarge(float64(packed+plain) + files.Product(valueBytes, int(values))); text != "" {
		return errors.New(text + "; write smaller pages")
	}
	if levels < 0 || levels > packed {
		return damaged("says that %d of its %d bytes are levels", levels, packed)
	}
	return inflates(io.NewSectionReader(body, levels, packed-levels), codec, plain)
}

// valuesOf are how many values a page says it has, and how many bytes stand uncompressed before them.
func valuesOf(h *format.PageHeader) (values, levels int64) {
	switch {
	case h.DataPageHeader.Valid:
		return int64(h.DataPageHeader.V.NumValues), 0
	case h.DataPageHeaderV2.Valid:
		v := &h.DataPageHeaderV2.V
		return int64(v.NumValues), int64(v.RepetitionLevelsByteLength) + int64(v.DefinitionLevelsByteLength)
	case h.DictionaryPageHeader.Valid:
		return int64(h.DictionaryPageHeader.V.NumValues), 0
	}
	return 0, 0
}

// inflationOf is the most that a codec shrinks data by.
func inflationOf(codec format.CompressionCodec) (float64, error) {
	switch codec {
	case format.Uncompressed:
		return 1, nil
	case format.Snappy:
		return snappyInflation, nil
	case format.Gzip:
		return files.Inflation, nil
	case format.Zstd:
		return zstdInflation, nil
	}
	return 0, fmt.Errorf("compression %s is not read (snappy, gzip and zstd are); save it with one of them", codec)
}

// inflates checks that compressed bytes become no more than a page says.
func inflates(packed io.Reader, codec format.CompressionCodec, plain int64) error {
	var r io.Reader
	switch codec {
	case format.Snappy: // says so at its beginning, and holds itself to it
		n, err := binary.ReadUvarint(bufio.NewReader(packed))
		if err == nil && n > uint64(plain) {
			return damaged("says it has %d bytes, its data %d", plain, n)
		}
		return nil
	case format.Gzip:
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil //nolint:nilerr // the library says what is wrong with the data
		}
		r = z
	case format.Zstd:
		z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(plain, largestWindow))))
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		defer z.Close()
		r = z
	default:
		return nil
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, plain+1))
	if n > plain || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return damaged("says it has %s, its data have more", files.BytesText(float64(plain)))
	}
	return nil
}
