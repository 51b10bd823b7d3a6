package fetch

import (
	"bytes"
	"context"
	"crypto/md5" // the sets' makers publish MD5: it tells damage, not attacks
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"protobench/datasets/files"
	"protobench/internal/durable"
)

// Download is one official file of a set.
type Download struct {
	URL  string `json:"url"`
	File string `json:"file"` // its name in the set's folder
	MD5  string `json:"md5"`  // hex, as its makers publish it
	Size int64  `json:"size"` // bytes; 0: not known
}

// Fetcher fetches files. The zero value waits half a minute for bytes and tries five times.
type Fetcher struct {
	Client   *http.Client
	Stall    time.Duration                // how long no byte may come; 0: 30 s
	Tries    int                          // with nothing new, before giving up; 0: 5
	Pause    time.Duration                // before another try; 0: 1 s
	Progress func(d Download, have int64) // told of what is there, now and then; nil: nobody
}

// attempt errors that another try may mend.
type brokenOff struct{ error }

// Fetch brings one file into a folder. What came before is kept beside its place (.part) and gone
// on with; the file takes its name when its checksum is right. A file that is there and right is
// left as it is.
func (f Fetcher) Fetch(ctx context.Context, d Download, dir string) error {
	path := filepath.Join(dir, d.File)
	if sum, err := fileMD5(path); err == nil && sum == d.MD5 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	part := path + ".part"
	err := f.attempts(ctx, d, part)
	if err == nil {
		err = f.accept(d, part, path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w; to do it by hand, put %s into %s", d.URL, err, d.File, dir)
	}
	return nil
}

// attempts tries until the file is whole, or a number of tries has brought nothing.
func (f Fetcher) attempts(ctx context.Context, d Download, part string) error {
	tries, pause := max(f.Tries, 0), f.Pause
	if tries == 0 {
		tries = 5
	}
	if pause == 0 {
		pause = time.Second
	}
	had, left := int64(-1), tries
	for {
		err := f.attempt(ctx, d, part)
		var broken brokenOff
		if err == nil || !errors.As(err, &broken) || ctx.Err() != nil {
			return err
		}
		if have := fileSize(part); have > had {
			had, left = have, tries
		}
		if left--; left <= 0 {
			return fmt.Errorf("%w, after %s; start again to go on from there", err, files.BytesText(float64(max(had, 0))))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// attempt asks for what is missing and appends it.
func (f Fetcher) attempt(ctx context.Context, d Download, part string) error {
	have := fileSize(part)
	if d.Size > 0 && have == d.Size {
		return nil
	}
	if d.Size > 0 && have > d.Size {
		have = 0
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := f.Stall
	if stall == 0 {
		stall = 30 * time.Second
	}
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("no byte came for %v", stall)) })
	defer watch.Stop()
	response, err := f.ask(ctx, d, have)
	if err != nil {
		return brokenOff{because(ctx, err)}
	}
	defer response.Body.Close()
	from, whole, err := answer(response, d, have)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	err = errors.Join(out.Truncate(from), f.copy(ctx, out, response.Body, d, from, whole, func() { watch.Reset(stall) }))
	return errors.Join(err, out.Sync(), out.Close())
}

// because is the reason of a cancelled request, where it has one.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

func (f Fetcher) ask(ctx context.Context, d Download, have int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	client := f.Client
	if client == nil {
		client = http.DefaultClient
	}
	return client.Do(request)
}

// answer reads the head of a response: where its bytes begin, and how large the whole file is (0:
// it does not say).
func answer(r *http.Response, d Download, have int64) (from, whole int64, err error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return 0, 0, fmt.Errorf("the server answers with an HTML page (%s) in place of the file", r.Status)
	}
	switch {
	case r.StatusCode == http.StatusOK:
		from = 0
	case r.StatusCode == http.StatusPartialContent:
		var to int64
		if n, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/", &from, &to); n != 2 || err != nil || from != have {
			return 0, 0, fmt.Errorf("asked for bytes from %d, the server sends %q", have, r.Header.Get("Content-Range"))
		}
	case r.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return have, have, nil // all is there: the checksum tells
	case r.StatusCode >= http.StatusInternalServerError || r.StatusCode == http.StatusTooManyRequests:
		return 0, 0, brokenOff{fmt.Errorf("the server answers %s", r.Status)}
	default:
		return 0, 0, fmt.Errorf("the server answers %s", r.Status)
	}
	if r.ContentLength >= 0 {
		whole = from + r.ContentLength
	}
	if d.Size > 0 && whole > 0 && whole != d.Size {
		return 0, 0, fmt.Errorf("the server says the file has %d bytes, expected %d: it is another file", whole, d.Size)
	}
	return from, whole, nil
}

// copy appends a body to what is there from byte from on.
func (f Fetcher) copy(ctx context.Context, out *os.File, body io.Reader, d Download, from, whole int64, alive func()) error {
	most := d.Size
	if most == 0 {
		most = whole
	}
	buffer := make([]byte, 1<<16)
	at := from
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			alive()
			if at == 0 && looksLikePage(buffer[:n]) {
				return errors.New("the server sends an HTML page in place of the file")
			}
			if most > 0 && at+int64(n) > most {
				return fmt.Errorf("the server sends more than the %d bytes of the file", most)
			}
			if _, err := out.WriteAt(buffer[:n], at); err != nil {
				return err
			}
			at += int64(n)
			if f.Progress != nil {
				f.Progress(d, at)
			}
		}
		switch {
		case errors.Is(err, io.EOF) && most > 0 && at < most:
			return brokenOff{fmt.Errorf("broken off at %d of %d bytes", at, most)}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return brokenOff{because(ctx, err)}
		}
	}
}

func looksLikePage(b []byte) bool {
	text := bytes.ToLower(bytes.TrimSpace(b[:min(len(b), 64)]))
	return bytes.HasPrefix(text, []byte("<!doctype html")) || bytes.HasPrefix(text, []byte("<html"))
}

// accept gives a file its name if its checksum is right, else drops it.
func (f Fetcher) accept(d Download, part, path string) error {
	sum, err := fileMD5(part)
	if err != nil {
		return err
	}
	if sum != d.MD5 {
		return errors.Join(fmt.Errorf("what came has MD5 %s, expected %s: damaged, or another file; it was dropped", sum, d.MD5), os.Remove(part))
	}
	return durable.Move(part, path)
}

func fileMD5(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := md5.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
