package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"protobench/internal/tensorfile"
)

// WriteFile replaces a file atomically: a reader, and a crash, finds the old content or
// the new one, never a part.
func WriteFile(path string, content []byte) error {
	return tensorfile.Replace(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// writeJSON replaces a file by the value, indented so that people can read it.
func writeJSON(path string, v any) error {
	b, err := indented(v)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return WriteFile(path, b)
}

func indented(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", " ")
	return append(b, '\n'), err
}

// readJSON reads one JSON value; found is false when the file does not exist.
func readJSON(path string, v any) (found bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(v); err != nil {
		return false, fmt.Errorf("%s: not the JSON that protobench writes (%w); move it away to go on without it", path, err)
	}
	return true, nil
}

// checkSchema refuses files of a revision that this package does not know.
func checkSchema(path string, schema int) error {
	if schema >= 1 && schema <= SchemaVersion {
		return nil
	}
	return fmt.Errorf("%s: schema %d, expected at most %d; use the protobench version that wrote it", path, schema, SchemaVersion)
}
