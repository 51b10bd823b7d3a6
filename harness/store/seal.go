package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"protobench/internal/durable"
	"protobench/internal/tensorfile"
)

// What is read back carries a checksum, so that a flipped bit, an edit and a copy of another file
// are found:
//
//	plan.json, result.json   their own, as the last key, over everything else
//	checkpoint.safetensors   its own, in its metadata, over everything else; and those of both logs
//	                         up to where it was taken
//	the files of a cell that has ended   in its result.json, under "files"
//
// Files of revisions before 3 have none.

// sealed is the last key of a JSON file: the SHA-256 of the text without it.
const (
	sealBegin = ",\n \"sha256\": \""
	sealEnd   = "\"\n}\n"
)

var errChecksum = errors.New("its checksum is another one: the file was changed since it was written, or a disk has damaged it")

// seal adds the checksum to indented JSON of an object.
func seal(text []byte) []byte {
	return fmt.Appendf(nil, "%s%s%s%s", bytes.TrimSuffix(text, []byte("\n}\n")), sealBegin, digest(text), sealEnd)
}

// checkSeal checks a file's checksum. There has to be one from revision 3 on.
func checkSeal(raw []byte, schema int) error {
	at := len(raw) - len(sealBegin) - hex.EncodedLen(sha256.Size) - len(sealEnd)
	if at < 0 || !bytes.HasPrefix(raw[at:], []byte(sealBegin)) || !bytes.HasSuffix(raw, []byte(sealEnd)) {
		if schema > SchemaVersion || schema < sealedSchema && !bytes.Contains(raw, []byte("\"sha256\"")) {
			return nil
		}
		return errors.New("its checksum is gone: the file was changed since it was written")
	}
	text := fmt.Appendf(nil, "%s\n}\n", raw[:at])
	if string(raw[at+len(sealBegin):len(raw)-len(sealEnd)]) != digest(text) {
		return errChecksum
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// FileDigest is the SHA-256 of a file, in hex.
func FileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writeSealed replaces a file by the value, with its checksum.
func writeSealed(path string, v any) error {
	text, err := sealedText(v)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return WriteFile(path, text)
}

// sealedText is the value as JSON, indented so that people can read it, and its checksum.
func sealedText(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", " ")
	return seal(append(b, '\n')), err
}

// tensorSum is the metadata's key for the checksum of a sealed file of tensors, and tensorSeal says
// that there is one: no single flipped bit hides both.
const (
	tensorSum  = "sha256"
	tensorSeal = "sealed"
)

// writeSealedTensors replaces a file of tensors, with the checksum of everything else in it, and
// keeps the old one under another name.
func writeSealedTensors(path, old string, f *tensorfile.File) (sum string, err error) {
	f.Metadata[tensorSeal] = "1"
	if sum, err = tensorDigest(f); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	f.Metadata[tensorSum] = sum
	err = durable.ReplaceKeeping(path, old, func(w io.Writer) error { return tensorfile.EncodeSafetensors(w, f) })
	return sum, err
}

// checkTensorSeal checks what was read. Equal content has equal bytes, so that what is in memory
// now can be asked.
func checkTensorSeal(f *tensorfile.File) error {
	want, has := f.Metadata[tensorSum]
	_, sealed := f.Metadata[tensorSeal]
	if !has && !sealed {
		return nil
	}
	delete(f.Metadata, tensorSum)
	is, err := tensorDigest(f)
	if err == nil && is != want {
		err = errChecksum
	}
	f.Metadata[tensorSum] = want
	return err
}

func tensorDigest(f *tensorfile.File) (string, error) {
	h := sha256.New()
	err := tensorfile.EncodeSafetensors(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
