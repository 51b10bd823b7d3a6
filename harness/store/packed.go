package store

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// packedEnd is the end of the name of a file that lies compressed, as `gzip -9n` leaves it, where its
// plain name does not: a plan, and a cell's measurements during training once it has ended. What
// is in it counts, the same checksum too. Where both lie there, the plain one is read.
const packedEnd = ".gz"

// Compressed files may come from anywhere, and a thousandth of their length is enough to ask for
// more memory than there is.
const (
	alwaysUnpacked = 4 << 20 // bytes that are no danger
	mostPacked     = 64      // and times the compressed length; curves get 4 times smaller, plans 35 times
)

// lies is where a file that may be compressed is to be read: compressed where that is there alone,
// else under its plain name, there or not.
func lies(plain string) string {
	if packed := plain + packedEnd; exists(packed) && !exists(plain) {
		return packed
	}
	return plain
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// content is what a file at a path that lies gave holds, uncompressed.
func content(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, packedEnd) {
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
	if !strings.HasSuffix(path, packedEnd) {
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
