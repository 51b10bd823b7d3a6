package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"protobench/internal/durable"
)

// WriteFile replaces a file atomically: a reader, and a crash, finds the old content or
// the new one, never a part.
func WriteFile(path string, content []byte) error {
	return durable.WriteFile(path, content)
}

// readSealed reads one JSON value and checks its checksum; found is false when the file does not
// exist. schema is where the value holds its revision. A file of a later revision is an error, and
// one that is not what was written *Damaged.
func readSealed(path string, v any, schema *int) (found bool, err error) {
	b, err := content(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := uncrowded(b, sealedObject); err != nil {
		return true, damaged(path, "not the JSON that protobench writes (%w)", err)
	}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(v); err != nil {
		return true, damaged(path, "not the JSON that protobench writes (%w)", err)
	}
	if err := checkSeal(b, *schema); err != nil {
		return true, damaged(path, "%w", err)
	}
	return true, checkSchema(path, *schema)
}

// Bytes that an object takes in JSON, at least: a quarter of the fewest that were found on average.
const (
	sealedObject = 32
	lineObject   = 8
)

// uncrowded refuses JSON with far more objects than protobench writes in so many bytes. Empty ones take
// a hundred times their length in memory.
func uncrowded(text []byte, object int) error {
	const few = 64
	if n, most := bytes.Count(text, []byte("{")), few+len(text)/object; n > most {
		return fmt.Errorf("%d objects in %d bytes, expected %d at most", n, len(text), most)
	}
	return nil
}

// checkSchema refuses files of a revision that this package does not know.
func checkSchema(path string, schema int) error {
	switch {
	case schema < 1:
		return damaged(path, "schema %d, expected at least 1", schema)
	case schema <= SchemaVersion:
		return nil
	}
	return fmt.Errorf("%s: schema %d, expected at most %d; use the protobench version that wrote it", path, schema, SchemaVersion)
}
