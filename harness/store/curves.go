package store

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"protobench/internal/durable"
)

// curvesFile holds a cell's measurements during training. Once the cell has ended it may lie
// compressed instead, as `gzip -9n` leaves it: with the same lines, for which the same checksum holds.
// Where both lie there, the plain one is read.
const (
	curvesFile   = "epochs.jsonl"
	packedCurves = curvesFile + ".gz"
)

// Compressed curves may come from anywhere, and a thousandth of their length is enough to ask for
// more memory than there is.
const (
	alwaysUnpacked = 4 << 20 // bytes that are no danger
	mostPacked     = 32      // and times the compressed length; curves get 4 times smaller, 15 at most
)

// CurvesPath is where the measurements of the cell in a folder lie: epochs.jsonl.gz where that is
// there alone, else epochs.jsonl, there or not.
func CurvesPath(cell string) string {
	plain, packed := filepath.Join(cell, curvesFile), filepath.Join(cell, packedCurves)
	if exists(packed) && !exists(plain) {
		return packed
	}
	return plain
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// lies is where a file of the cell is to be read.
func (c *CellDir) lies(name string) string {
	if name == curvesFile {
		return CurvesPath(c.path)
	}
	return c.file(name)
}

// content is what a file at a path that lies gave holds, uncompressed.
func content(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil || filepath.Base(path) != packedCurves {
		return b, err
	}
	text, err := unpack(b)
	if err != nil {
		return nil, damaged(path, "%w", err)
	}
	return text, nil
}

// contentDigest is the SHA-256 of what content returns, in hex.
func contentDigest(path string) (string, error) {
	if filepath.Base(path) != packedCurves {
		return FileDigest(path)
	}
	text, err := content(path)
	if err != nil {
		return "", err
	}
	return digest(text), nil
}

// unpack takes no more memory than so many compressed bytes warrant.
func unpack(packed []byte) ([]byte, error) {
	const trailer = 8 // a checksum, and the length in the last four bytes
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil || len(packed) < trailer {
		return nil, fmt.Errorf("no gzip data (%w)", errors.Join(err, io.ErrUnexpectedEOF))
	}
	says := int64(binary.LittleEndian.Uint32(packed[len(packed)-4:]))
	if most := max(alwaysUnpacked, mostPacked*int64(len(packed))); says > most {
		return nil, fmt.Errorf("says it unpacks to %d bytes, expected %d at most of %d compressed ones; gunzip it if it is sound", says, most, len(packed))
	}
	text := make([]byte, says)
	if _, err := io.ReadFull(z, text); err != nil {
		return nil, fmt.Errorf("damaged gzip data (%w)", err)
	}
	switch _, err := io.ReadFull(z, make([]byte, 1)); { // also reads gzip's checksum
	case err == nil:
		return nil, fmt.Errorf("damaged gzip data: more than the %d bytes that its end says", says)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("damaged gzip data (%w)", err)
	}
	return text, nil
}

// unpackCurves leaves the curves uncompressed, for a run to go on with them, and no compressed ones
// beside them, which would outlive what they were made of. Damaged ones are set aside, and log.txt
// says so.
func (c *CellDir) unpackCurves() error {
	packed := c.file(packedCurves)
	if c.lies(curvesFile) == packed {
		text, err := content(packed)
		var bad *Damaged
		switch {
		case errors.As(err, &bad):
			aside, err := bad.SetAside()
			if err != nil {
				return err
			}
			return c.Log(fmt.Sprintf("%v; kept as %s", bad, aside))
		case err != nil:
			return err
		}
		if err := WriteFile(c.file(curvesFile), text); err != nil {
			return err
		}
	}
	if !exists(packed) {
		return nil
	}
	return errors.Join(os.Remove(packed), durable.SyncFolder(c.path))
}
