package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// Log appends lines of JSON to a file. A crash may leave the last line unfinished:
// readers pass over it, and opening the log again cuts it off.
type Log[T any] struct {
	f   *os.File
	end int64
	sum hash.Hash // SHA-256 of what is before end
}

// Mark is a place in a log.
type Mark struct {
	Bytes  int64
	SHA256 string // of what is before it, in hex; "" where it is not known
}

// openLog opens a log for appending, made if need be.
func openLog[T any](path string) (*Log[T], error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	l := &Log[T]{f: f}
	if l.end, err = lastLineEnd(f); err == nil {
		err = l.TruncateTo(Mark{Bytes: l.end})
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
	b = append(b, '\n')
	if _, err := l.f.WriteAt(b, l.end); err != nil {
		return err
	}
	l.end += int64(len(b))
	_, err = l.sum.Write(b)
	return err
}

// Mark makes what was appended durable and returns the place so far, for a checkpoint to keep.
func (l *Log[T]) Mark() (Mark, error) {
	return Mark{l.end, hex.EncodeToString(l.sum.Sum(nil))}, l.f.Sync()
}

// TruncateTo cuts the log back to a place that Mark returned, as a resume does. A log that is
// shorter, or that holds other lines before it, is an error that says so: the checkpoint that counts
// on them cannot be gone on from.
func (l *Log[T]) TruncateTo(m Mark) error {
	info, err := l.f.Stat()
	if err != nil {
		return err
	}
	if m.Bytes < 0 || m.Bytes > info.Size() {
		return &Mismatch{fmt.Errorf("%s: %d bytes long, but the checkpoint beside it was taken at %d", l.f.Name(), info.Size(), m.Bytes)}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(l.f, 0, m.Bytes)); err != nil {
		return err
	}
	if m.SHA256 != "" && m.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
		return &Mismatch{fmt.Errorf("%s: its first %d bytes are not those that the checkpoint beside it knows", l.f.Name(), m.Bytes)}
	}
	if err := l.f.Truncate(m.Bytes); err != nil {
		return err
	}
	l.end, l.sum = m.Bytes, sum
	return nil
}

// Mismatch is the error of a log that does not fit a checkpoint.
type Mismatch struct{ err error }

// Error names the log.
func (m *Mismatch) Error() string { return m.err.Error() }

// Close syncs and closes the log.
func (l *Log[T]) Close() error { return errors.Join(l.f.Sync(), l.f.Close()) }

// parseLines reads a log. An unfinished last line is passed over. Lines that do not parse are
// *Damaged, with the number of the first, beside the others.
func parseLines[T any](path string, b []byte) (out []T, err error) {
	for line := 1; ; line++ {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return out, err
		}
		at := len(out)
		out = append(out, *new(T))
		if e := parseLine(b[:i], &out[at]); e != nil {
			out = out[:at]
			if err == nil {
				err = &Damaged{path, fmt.Errorf("%s:%d: not the JSON that protobench writes (%w)", path, line, e)}
			}
		}
		b = b[i+1:]
	}
}

var errNoStep = errors.New("no step")

// parseLine reads a line, which has a step, whatever else it says.
func parseLine(line []byte, v any) error {
	if !bytes.Contains(line, []byte(`"step"`)) {
		return errNoStep
	}
	if err := uncrowded(line, lineObject); err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}
