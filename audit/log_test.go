package audit

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/google/go-cmp/cmp"
)

// dinoLog is a log as DINO writes it, one line an epoch.
func dinoLog(losses ...float64) string {
	var b strings.Builder
	for i, v := range losses {
		text := fmt.Sprint(v)
		switch {
		case math.IsNaN(v):
			text = "NaN"
		case math.IsInf(v, 1):
			text = "Infinity"
		}
		fmt.Fprintf(&b, "{\"train_loss\": %s, \"train_lr\": 0.0005, \"train_wd\": 0.04, \"epoch\": %d}\n", text, i)
	}
	return b.String()
}

func logFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// along is n values from a to b.
func along(n int, a, b float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = a + float64((b-a)*float64(i)/float64(n-1))
	}
	return out
}

// TestLogs reads what people reported: losses that stand at, or rise to, ln K of every size in
// those reports, a fall to near zero, and numbers that are none.
func TestLogs(t *testing.T) {
	level := math.Log(65536)
	type row struct {
		text, want string
		kind       Kind
		ks         []int
	}
	cases := map[string]row{
		"learns":            {dinoLog(along(40, 10.5, 3)...), "a log cannot show copies", Healthy, nil},
		"rises to ln K":     {dinoLog(append(along(20, 10.9, 8), append(along(5, 8, level), level, level, level, level)...)...), "train_loss rises from 8.0000 at epoch 19", Total, nil},
		"fall":              {dinoLog(9.8, 9.5, 9.1, 9, 8.8, 8.8, 8.7, 8.6, 8.6, 8.5, 0.05, 0.05, 0.04, 0.04), "falls from 8.5 at epoch 9 to 0.05 at epoch 10", Total, nil},
		"fall and back":     {dinoLog(9.8, 9.5, 9.1, 9, 8.8, 8.8, 8.7, 8.6, 8.6, 8.5, 0.05, 8, 7.5, 7.2), "a log cannot show copies", Healthy, nil},
		"slow":              {dinoLog(along(200, 10, 0.01)...), "a log cannot show copies", Healthy, nil},
		"NaN":               {dinoLog(9, 8, math.NaN(), math.NaN()), "train_loss is NaN at epoch 2 first, 8 before, and never a number again", Dead, nil},
		"one NaN":           {dinoLog(9, 8, math.NaN(), 7, 6, 5), "train_loss is NaN at epoch 2 first", Undecided, nil},
		"K of a checkpoint": {dinoLog(math.Log(777), math.Log(777), math.Log(777), math.Log(777)), "= ln 777", Total, []int{777}},
		"no such K":         {dinoLog(math.Log(777), math.Log(777), math.Log(777), math.Log(777)), "a log cannot show copies", Healthy, []int{778}},
		"too short":         {dinoLog(level, level), "a log cannot show copies", Healthy, nil},
		"KoLeo": {"{\"iteration\": 10, \"dino_loss\": 9.1, \"koleo_loss\": 0.3}\n{\"iteration\": 20, \"dino_loss\": 9.0, \"koleo_loss\": Infinity}\n",
			"koleo_loss is +Inf at step 20 first, 0.3 before: two equal embeddings", Dead, nil},
		"entropy":  {"epoch,step,prediction_entropy,train_loss\n0,10,6.2,6.3\n0,20,6.2380,\n1,30,6.2381,\n1,40,6.2383,\n", "prediction_entropy ends at 6.2381", Total, []int{512}},
		"marginal": {"step,mean_entropy,train_loss\n10,6.238,5\n20,6.238,4\n30,6.238,3\n", "a log cannot show copies", Healthy, []int{512}},
		"KL":       {"step,kl,train_loss\n10,0.5,5\n20,0.0001,4\n30,0,3\n40,0,3\n50,0,3\n", "predictions are the targets", Undecided, nil},
	}
	for _, k := range []int{512, 1000, 1024, 2048, 3000, 4096, 8192, 16384, 60000, 65536, 131072} {
		v := math.Round(1e4*math.Log(float64(k))) / 1e4
		cases[fmt.Sprint("plateau ", k)] = row{dinoLog(v, v, v, v+0.0002, v), fmt.Sprintf("= ln %d", k), Total, nil}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := Log(logFile(t, "log.txt", c.text), c.ks, Defaults())
			if err != nil {
				t.Fatal(err)
			}
			if r.Kind != c.kind || !strings.Contains(r.Sentence(), c.want) {
				t.Errorf("got %s; want %s and %q", r.Sentence(), c.kind, c.want)
			}
		})
	}
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

// TestLogFormats reads the same curve from every format.
func TestLogFormats(t *testing.T) {
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
		got, err := ReadLog(logFile(t, "log", text))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(name, err, d)
		}
	}
	nested, err := ReadLog(logFile(t, "log", `{"train": {"loss": 2}, "x": 1}`+"\n"+`{"train": {"loss": "NaN"}}`))
	if err != nil || len(nested) != 1 || nested[0].Name != "train.loss" || nested[0].Clock != "record" || nested[0].At[1] != 1 || !math.IsNaN(nested[0].Values[1]) {
		t.Error(nested, err)
	}
}

func TestChecksum(t *testing.T) { // CRC-32C of "123456789" is 0xe3069283
	if got, want := masked([]byte("123456789")), uint32(0xe3069283>>15|0xe3069283<<17&0xffffffff)+0xa282ead8; got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
}

func TestLogsRefuse(t *testing.T) {
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
		path := logFile(t, "log", text)
		if _, err := ReadLog(path); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("got %v, want the file's name and %q", err, want)
		}
	}
}

func TestLogObject(t *testing.T) {
	b, err := json.Marshal(LogResult{"f", Verdict{Kind: Total, Reasons: []string{"why"}}})
	if d := cmp.Diff(`{"file":"f","verdict":"total collapse","reasons":["why"]}`, string(b)); err != nil || d != "" {
		t.Error(err, d)
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
		"losses":       many("{\"loss\":1}\n"),
		"empty lines":  many("{}\n"),
		"other losses": many("{\"loss#\":1}\n"),
		"one line":     append(append([]byte("{"), many("\"loss#\":1,")...), "\"lr\":1}\n"...),
		"nested":       many(strings.Repeat("{\"a\":", 500) + "{\"loss\":1}" + strings.Repeat("}", 500) + "\n"),
		"a table":      append([]byte("loss\n"), many("1\n")...),
		"a head":       many("loss#,"),
		"events":       many(string(event(1, "loss", 1, true))),
	} {
		t.Run(name, func(t *testing.T) { judgeLog(t, b) })
	}
}

func FuzzLog(f *testing.F) {
	f.Add([]byte(dinoLog(1, math.NaN())))
	f.Add([]byte("step,loss\n1,2\n"))
	f.Fuzz(judgeLog)
}

func FuzzEvents(f *testing.F) {
	f.Add(event(1, "loss", 1, true))
	f.Add(append(event(1, "loss", 1, false), event(2, "loss", 8.3178, true)...))
	f.Fuzz(judgeLog)
}

// judgeLog reads what may be a log and judges its curves.
func judgeLog(t *testing.T, b []byte) {
	defer frugal.Bound(t, len(b))()
	curves, err := curvesOf(bytes.NewReader(b))
	for _, c := range curves {
		if err == nil && len(c.At) != len(c.Values) {
			t.Error(c)
		}
		c.judge(sizes(), Defaults())
	}
}
