package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Log appends lines of JSON to a file. A crash may leave the last line unfinished:
// readers pass over it, and opening the log again cuts it off.
type Log[T any] struct {
	f   *os.File
	end int64
}

// openLog opens a log for appending, made if need be.
func openLog[T any](path string) (*Log[T], error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	l := &Log[T]{f: f}
	if l.end, err = lastLineEnd(f); err == nil {
		err = l.TruncateTo(l.end)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// lastLineEnd returns the offset after the last line feed, searching backwards.
func lastLineEnd(f *os.File) (int64, error) {
	at, err := f.Seek(0, io.SeekEnd)
	buf := make([]byte, 4096)
	for err == nil && at > 0 {
		n := min(at, int64(len(buf)))
		if _, err = f.ReadAt(buf[:n], at-n); err != nil {
			break
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return at - n + int64(i) + 1, nil
		}
		at -= n
	}
	return 0, err
}

// Append writes one line with a single write.
func (l *Log[T]) Append(v T) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", l.f.Name(), err)
	}
	n, err := l.f.WriteAt(append(b, '\n'), l.end)
	if err != nil {
		return err
	}
	l.end += int64(n)
	return nil
}

// Offset makes what was appended durable and returns the length so far in bytes, for a
// checkpoint to keep.
func (l *Log[T]) Offset() (int64, error) { return l.end, l.f.Sync() }

// TruncateTo cuts the log back to an offset that Offset returned, as a resume does. An offset
// beyond its end is *Unusable: the log has lost lines that the checkpoint counts on.
func (l *Log[T]) TruncateTo(offset int64) error {
	info, err := l.f.Stat()
	if err != nil {
		return err
	}
	if offset < 0 || offset > info.Size() {
		return unusable("%s: %d bytes long, but the checkpoint beside it was taken at %d", l.f.Name(), info.Size(), offset)
	}
	if err := l.f.Truncate(offset); err != nil {
		return err
	}
	l.end = offset
	return nil
}

// Close syncs and closes the log.
func (l *Log[T]) Close() error { return errors.Join(l.f.Sync(), l.f.Close()) }

// readLines reads a log; a file that is absent is empty, an unfinished last line is
// passed over, and any other line that does not parse is an error with its number.
func readLines[T any](path string) ([]T, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []T
	for line := 1; ; line++ {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return out, nil
		}
		var v T
		if err := json.Unmarshal(b[:i], &v); err != nil {
			return nil, fmt.Errorf("%s:%d: not the JSON that protobench writes (%w); delete the cell's folder to run it again", path, line, err)
		}
		out, b = append(out, v), b[i+1:]
	}
}
