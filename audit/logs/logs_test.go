package logs

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/frugal"
)

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// event is a record as TensorBoard's writers make it: a step and a tag's value, as a number or, in
// the newer style, as a tensor.
func event(step uint64, tag string, value float32, tensor bool) []byte {
	part := func(number byte, b []byte) []byte {
		return append(binary.AppendUvarint([]byte{number<<3 | 2}, uint64(len(b))), b...)
	}
	bits := binary.LittleEndian.AppendUint32(nil, math.Float32bits(value))
	v := part(1, []byte(tag))
	if tensor {
		v = append(v, part(8, append([]byte{1 << 3, 1}, part(5, bits)...))...)
	} else {
		v = append(v, append([]byte{2<<3 | 5}, bits...)...)
	}
	e := append([]byte{1<<3 | 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, binary.AppendUvarint([]byte{2 << 3}, step)...)
	return framed(append(e, part(5, part(1, v))...))
}

func framed(e []byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(e)))
	out = binary.LittleEndian.AppendUint32(out, masked(out))
	out = append(out, e...)
	return binary.LittleEndian.AppendUint32(out, masked(e))
}

// TestFormats reads the same curve from every format.
func TestFormats(t *testing.T) {
	// The record that every file begins with: its version, and no summary.
	events := framed(append([]byte{1<<3 | 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 3<<3 | 2, 13}, "brain.Event:2"...))
	events = append(events, event(5, "loss/train", 8, false)...)
	events = append(events, event(5, "lr", 1, false)...)
	events = append(events, event(300, "loss/train", 7.5, true)...)
	want := []Curve{{Name: "loss/train", At: []float64{5, 300}, Values: []float64{8, 7.5}, Clock: "step"}}
	for name, text := range map[string]string{
		"events":            string(events),
		"unfinished events": string(events) + string(event(301, "loss/train", 7, false)[:20]),
		"lines":             "{\"step\": 5, \"loss/train\": 8, \"lr\": 1}\n\n{\"step\": 300, \"loss/train\": 7.5}\n",
		"table":             "step,loss/train,lr\n5,8,\n6,,0.1\n300,7.5,0.2\n",
	} {
		got, err := Read(written(t, text))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(name, err, d)
		}
	}
	nested, err := Read(written(t, `{"train": {"loss": 2}, "x": 1}`+"\n"+`{"train": {"loss": "NaN"}}`))
	if err != nil || len(nested) != 1 || nested[0].Name != "train.loss" || nested[0].Clock != "record" || nested[0].At[1] != 1 || !math.IsNaN(nested[0].Values[1]) {
		t.Error(nested, err)
	}
}

func TestChecksum(t *testing.T) { // CRC-32C of "123456789" is 0xe3069283
	if got, want := masked([]byte("123456789")), uint32(0xe3069283>>15|0xe3069283<<17&0xffffffff)+0xa282ead8; got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
}

func TestReadRefuses(t *testing.T) {
	bad := event(1, "loss", 1, false)
	bad[14]++
	for want, text := range map[string]string{
		"empty":                          "",
		"nothing in it is called a loss": "{\"lr\": 1}\n",
		"line 2":                         "{\"loss\": 1}\n{\"loss\": \n",
		"neither lines of JSON":          "\x80\x02}q\x00.",
		"record 0: its checksum":         string(bad),
		"wrong number of fields":         "a,loss\n1,2,3\n",
	} {
		path := written(t, text)
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("got %v, want the file's name and %q", err, want)
		}
	}
}

// What is densest in memory among what a log can say in a mebibyte stays within bounds; a fuzzer
// hardly ever gets there.
func TestLogsAreReadFrugally(t *testing.T) {
	many := func(each string) []byte {
		var b bytes.Buffer
		for i := 0; b.Len() < frugal.Small-100; i++ {
			b.WriteString(strings.ReplaceAll(each, "#", strconv.Itoa(i)))
		}
		return b.Bytes()
	}
	for name, b := range map[string][]byte{
		"losses":      many("{\"loss\":1}\n"),
		"empty lines": many("{}\n"),
		"one line":    append(append([]byte("{"), many("\"loss#\":1,")...), "\"lr\":1}\n"...),
		"nested":      many(strings.Repeat("{\"a\":", 500) + "{\"loss\":1}" + strings.Repeat("}", 500) + "\n"),
		"a table":     append([]byte("loss\n"), many("1\n")...),
		"a head":      many("loss#,"),
		"events":      many(string(event(1, "loss", 1, true))),
	} {
		t.Run(name, func(t *testing.T) { readCurves(t, b) })
	}
	if _, err := curvesOf(bytes.NewReader(many("{\"loss#\":1}\n"))); err == nil || !strings.Contains(err.Error(), "more than 1000 quantities") {
		t.Errorf("got %v", err)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("{\"train_loss\": 1, \"epoch\": 0}\n{\"train_loss\": NaN, \"epoch\": 1}\n"))
	f.Add([]byte("step,loss\n1,2\n"))
	f.Fuzz(readCurves)
}

func FuzzEvents(f *testing.F) {
	f.Add(event(1, "loss", 1, true))
	f.Add(append(event(1, "loss", 1, false), event(2, "loss", 8.3178, true)...))
	f.Fuzz(readCurves)
}

// readCurves reads what may be a log.
func readCurves(t *testing.T, b []byte) {
	defer frugal.Bound(t, len(b))()
	curves, err := curvesOf(bytes.NewReader(b))
	for _, c := range curves {
		if err == nil && len(c.At) != len(c.Values) {
			t.Error(c)
		}
	}
}
