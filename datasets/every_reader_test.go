package datasets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
)

// writers write a set of the given labels in the form that each reader reads, and return its files.
func writers() map[string]func(t *testing.T, train, test []int) map[string][]byte {
	return map[string]func(t *testing.T, train, test []int) map[string][]byte{
		"idx": func(_ *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{
				"train-images-idx3-ubyte": fixture.IDX(len(train), 2, 3), "train-labels-idx1-ubyte": fixture.RawIDX(8, toBytes(train, 0), len(train)),
				"t10k-images-idx3-ubyte": fixture.IDX(len(test), 2, 3), "t10k-labels-idx1-ubyte": fixture.RawIDX(8, toBytes(test, 0), len(test)),
			}
		},
		"cifar10": func(_ *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{"data_batch_1.bin": cifarBinaryOf(0, train, nil), "test_batch.bin": cifarBinaryOf(100, test, nil)}
		},
		"cifar10 pickled": func(_ *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{"data_batch_1": cifarPickleOf(0, train, nil), "test_batch": cifarPickleOf(100, test, nil)}
		},
		"cifar100": func(_ *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{"train.bin": cifarBinaryOf(0, train, train), "test.bin": cifarBinaryOf(100, test, test)}
		},
		"cifar100 pickled": func(_ *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{"train": cifarPickleOf(0, train, train), "test": cifarPickleOf(100, test, test)}
		},
		"stl10": func(_ *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{
				"train_X.bin": stlImages(len(train)), "train_y.bin": toBytes(train, 1), "test_X.bin": stlImages(len(test)), "test_y.bin": toBytes(test, 1),
			}
		},
		"npz": func(t *testing.T, train, test []int) map[string][]byte {
			return map[string][]byte{"a.npz": npzOf(t, arrays(train, test))}
		},
		"npy": func(_ *testing.T, train, test []int) map[string][]byte {
			out := map[string][]byte{}
			for name, b := range arrays(train, test) {
				out[name+".npy"] = b
			}
			return out
		},
		"folder": func(t *testing.T, train, test []int) map[string][]byte {
			out := map[string][]byte{}
			for split, labels := range map[string][]int{"train": train, "test": test} {
				for i, c := range labels {
					out[fmt.Sprintf("%s/%d/%03d.png", split, c, i)] = spot(t, i)
				}
			}
			return out
		},
		"parquet": func(t *testing.T, train, test []int) map[string][]byte {
			out := map[string][]byte{}
			for split, labels := range map[string][]int{"train": train, "test": test} {
				var rows []fixture.ParquetRow
				for i, c := range labels {
					label := int64(c)
					rows = append(rows, fixture.ParquetRow{Image: fixture.ParquetImage{Bytes: spot(t, i)}, Label: &label})
				}
				out[split+".parquet"] = fixture.Parquet(t, rows)
			}
			return out
		},
		"webdataset": func(t *testing.T, train, test []int) map[string][]byte {
			out := map[string][]byte{}
			for split, labels := range map[string][]int{"train": train, "test": test} {
				var files []any
				for i, c := range labels {
					files = append(files, fmt.Sprintf("%03d.png", i), spot(t, i), fmt.Sprintf("%03d.cls", i), fmt.Sprint(c))
				}
				out[split+".tar"] = fixture.Shard(t, files...)
			}
			return out
		},
	}
}

func toBytes(labels []int, first int) []byte {
	var b bytes.Buffer
	for _, c := range labels {
		b.WriteByte(byte(c + first))
	}
	return b.Bytes()
}

func arrays(train, test []int) map[string][]byte {
	out := map[string][]byte{}
	for split, labels := range map[string][]int{"train": train, "test": test} {
		var wide []byte
		for _, c := range labels {
			wide = binary.LittleEndian.AppendUint64(wide, uint64(c))
		}
		out["x_"+split] = fixture.NPY("|u1", fixture.UpTo256(6*len(labels)), len(labels), 2, 3)
		out["y_"+split] = fixture.NPY("<i8", wide, len(labels))
	}
	return out
}

// spot is a small image that no other number has.
func spot(t *testing.T, i int) []byte {
	return fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{uint8(i), 0, 0, 255}))
}

// eachReader runs a test on a set of the given labels in every form.
func eachReader(t *testing.T, train, test []int, run func(t *testing.T, o Options)) {
	fixture.OwnCache(t)
	for name, write := range writers() {
		t.Run(name, func(t *testing.T) {
			run(t, Options{Name: readerOf(name), Path: fixture.WriteFiles(t, write(t, train, test)), Imbalance: 1})
		})
	}
	for _, r := range readers() { // a new reader has its line above
		if _, known := writers()[r.Name]; !known && r.read != nil && r.Name != "auto" && !strings.Contains(r.Name, "mnist") {
			t.Errorf("no set is written for reader %s", r.Name)
		}
	}
}

// byClass is n labels of each class, in their order.
func byClass(n int, classes ...int) []int {
	var out []int
	for _, c := range classes {
		out = append(out, slices.Repeat([]int{c}, n)...)
	}
	return out
}

func TestFilesInClassOrderKeepEveryClass(t *testing.T) {
	eachReader(t, byClass(6, 0, 1, 2), byClass(4, 0, 1, 2), func(t *testing.T, o Options) {
		o.Limit, o.TestLimit = 6, 3
		s := open(t, o)
		if diff := cmp.Diff([]int{2, 2, 2}, s.Train.Counts(s.Classes)[:3]); diff != "" || s.Train.Len() != 6 {
			t.Error("limit:", diff)
		}
		if diff := cmp.Diff([]int{1, 1, 1}, s.Test.Counts(s.Classes)[:3]); diff != "" || s.Test.Len() != 3 {
			t.Error("test_limit:", diff)
		}
		s = open(t, Options{Name: o.Name, Path: o.Path, Imbalance: 1, Validation: 0.34})
		if diff := cmp.Diff([]int{2, 2, 2}, s.Test.Counts(s.Classes)[:3]); diff != "" || s.Train.Len() != 12 {
			t.Error("validation:", diff)
		}
	})
}

func TestEveryReaderSaysWhatCannotAnswer(t *testing.T) {
	for want, c := range map[string]struct{ train, test []int }{
		"all 6 training images are of class 0":        {byClass(6, 0), byClass(4, 0)},
		"no class has both training and test images":  {byClass(4, 0, 1), byClass(4, 2)},
		"no training image is of class 2":             {byClass(4, 0, 1), byClass(2, 0, 1, 2)},
		"no test image is of class 2":                 {byClass(4, 0, 1, 2), byClass(2, 0, 1)},
		"1 class of 3 left with one training image: ": {[]int{0, 0, 1, 1, 2}, byClass(2, 0, 1, 2)},
	} {
		eachReader(t, c.train, c.test, func(t *testing.T, o Options) {
			w := open(t, o).Warnings
			if !slices.ContainsFunc(w, func(text string) bool { return strings.HasPrefix(text, want) }) {
				t.Errorf("want %q among %q", want, w)
			}
		})
	}
}

// Digits 3 and 7 alone, as labels of any form: one is to the other as the setting says.
func TestTailsOverGapsOfEveryReader(t *testing.T) {
	eachReader(t, byClass(20, 3, 7), byClass(2, 3, 7), func(t *testing.T, o Options) {
		o.Imbalance = 10
		s := open(t, o)
		counts := s.Train.Counts(s.Classes)
		if counts = slices.DeleteFunc(counts, func(n int) bool { return n == 0 }); !cmp.Equal(counts, []int{20, 2}) {
			t.Errorf("%v images of the classes", counts)
		}
	})
}
