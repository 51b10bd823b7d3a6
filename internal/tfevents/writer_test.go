package tfevents

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// event is what the test's own reader finds.
type event struct {
	Seconds float64
	Step    uint64
	Version string
	Scalars []Scalar
}

// sum is CRC-32C bit by bit, by its polynomial.
func sum(b []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c)
		for range 8 {
			crc = crc>>1 ^ 0x82f63b78*(crc&1)
		}
	}
	return ^crc
}

// read takes a file apart and refuses wrong checksums.
func read(t *testing.T, b []byte) (all []event) {
	t.Helper()
	check := func(what string, data, stored []byte) {
		s := sum(data)
		if got := binary.LittleEndian.Uint32(stored); got != (s>>15|s<<17)+0xa282ead8 {
			t.Fatalf("checksum of the %s is %x", what, got)
		}
	}
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint64(b))
		check("length", b[:8], b[8:])
		check("message", b[12:12+n], b[12+n:])
		all = append(all, readEvent(t, b[12:12+n]))
		b = b[16+n:]
	}
	return all
}

// fields calls f with the number of each field of a message, its wire type and its content.
func fields(t *testing.T, b []byte, f func(number, wire int, content []byte)) {
	t.Helper()
	for len(b) > 0 {
		head, n := binary.Uvarint(b)
		b = b[n:]
		size := map[int]int{1: 8, 5: 4}[int(head&7)]
		switch head & 7 {
		case 0:
			_, size = binary.Uvarint(b)
		case 2:
			length, n := binary.Uvarint(b)
			b, size = b[n:], int(length)
		case 1, 5:
		default:
			t.Fatalf("wire type %d", head&7)
		}
		f(int(head>>3), int(head&7), b[:size])
		b = b[size:]
	}
}

func readEvent(t *testing.T, b []byte) (e event) {
	fields(t, b, func(number, wire int, content []byte) {
		switch fmt.Sprint(number, wire) {
		case "1 1":
			e.Seconds = math.Float64frombits(binary.LittleEndian.Uint64(content))
		case "2 0":
			e.Step, _ = binary.Uvarint(content)
		case "3 2":
			e.Version = string(content)
		case "5 2":
			fields(t, content, func(number, wire int, content []byte) {
				if number != 1 || wire != 2 {
					t.Fatalf("field %d of a summary", number)
				}
				e.Scalars = append(e.Scalars, readValue(t, content))
			})
		default:
			t.Fatalf("field %d, wire type %d", number, wire)
		}
	})
	return e
}

func readValue(t *testing.T, b []byte) (s Scalar) {
	fields(t, b, func(number, wire int, content []byte) {
		switch fmt.Sprint(number, wire) {
		case "1 2":
			s.Tag = string(content)
		case "2 5":
			s.Value = math.Float32frombits(binary.LittleEndian.Uint32(content))
		default:
			t.Fatalf("field %d of a value, wire type %d", number, wire)
		}
	})
	return s
}

// sample is a file and what is in it.
func sample(t *testing.T) ([]byte, []event) {
	t.Helper()
	want := []event{
		{Version: "brain.Event:2"},
		{Seconds: 0.5, Step: 0, Scalars: []Scalar{{"training/loss", 6.25}}},
		{Seconds: 1e9, Step: 300, Scalars: []Scalar{{"a", -1}, {strings.Repeat("long ", 60) + "ä", 1e-30}}},
		{Seconds: 2, Step: 1 << 40, Scalars: nil},
	}
	var b bytes.Buffer
	w, err := NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range want[1:] {
		if err := w.Write(int64(e.Step), e.Seconds, e.Scalars); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes(), want
}

func TestAnotherReaderFindsWhatIsWritten(t *testing.T) {
	if got := sum([]byte("123456789")); got != 0xe3069283 { // the check value of CRC-32C
		t.Fatalf("the test's own checksum is wrong: %x", got)
	}
	file, want := sample(t)
	if diff := cmp.Diff(want, read(t, file)); diff != "" {
		t.Error(diff)
	}
}

// TestFilesBeginAsTensorFlows does: the length of the first record, its checksum, and the key of the
// time that follows, as every event file of TensorFlow has them.
func TestFilesBeginAsTensorFlows(t *testing.T) {
	file, _ := sample(t)
	if want := "\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7f\x4b\x22\x09"; !bytes.HasPrefix(file, []byte(want)) {
		t.Errorf("%x, want %x", file[:13], want)
	}
}

// TestTensorBoardReadsIt asks TensorBoard's own reader.
func TestTensorBoardReadsIt(t *testing.T) {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	if exec.Command(python, "-c", "import tensorboard").Run() != nil {
		t.Skip(python + " has no tensorboard")
	}
	file, _ := sample(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "events.out.tfevents.0.test"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", `
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]).Reload()
for tag in sorted(a.Tags()["scalars"]):
    for e in a.Scalars(tag):
        print(len(tag), tag[-4:], e.step, e.wall_time, e.value)
`, dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs // has warnings too
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	want := "1 a 300 1000000000.0 -1.0\n301 ng ä 300 1000000000.0 1.0000000031710769e-30\n13 loss 0 0.5 6.25\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Error(diff)
	}
}
