package datasets

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math"
	"runtime"
	"sync"

	"protobench/datasets/encoded"
	"protobench/datasets/files"
)

// moments returns each channel's mean and standard deviation over all pixels, on the scale 0..1.
// The sums are exact integers, so that it changes nothing who adds which. A constant channel gets
// deviation 1, so that normalising gives zeros.
func moments(im *Images) (mean, std [3]float32) {
	sum, square := levelSums(im)
	n := files.Product(im.Len(), im.Height, im.Width)
	for c := range im.Channels {
		m := float64(sum[c]) / n
		variance := float64(square[c])/n - float64(m*m)
		mean[c], std[c] = float32(m/255), 1
		if variance > 1e-6 {
			std[c] = float32(math.Sqrt(variance) / 255)
		}
	}
	return mean, std
}

// levelSums adds up each channel's pixels and their squares, by counting how often each level
// occurs.
func levelSums(im *Images) (sum, square [3]uint64) {
	var counts [3][256]uint64
	var mu sync.Mutex
	var crew sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		from, to := im.Len()*w/workers, im.Len()*(w+1)/workers
		crew.Go(func() {
			var own [3][256]uint64
			for i := from; i < to; i++ {
				countLevels(&own, im.Image(i), im.Channels)
			}
			mu.Lock()
			defer mu.Unlock()
			for c := range own {
				for v, n := range own[c] {
					counts[c][v] += n
				}
			}
		})
	}
	crew.Wait()
	for c := range counts {
		for v, n := range counts[c] {
			sum[c] += n * uint64(v)
			square[c] += n * uint64(v*v)
		}
	}
	return sum, square
}

// countLevels counts each channel's levels.
func countLevels(counts *[3][256]uint64, pixels []uint8, channels int) {
	if channels == 1 {
		for _, p := range pixels {
			counts[0][p]++
		}
		return
	}
	for i := 0; i+2 < len(pixels); i += 3 {
		counts[0][pixels[i]]++
		counts[1][pixels[i+1]]++
		counts[2][pixels[i+2]]++
	}
}

// fingerprint is the SHA-256 over sizes, pixels, labels and fine labels of all splits, in hex.
// Names and contents of files stand for the pixels that were decoded from them.
func fingerprint(s *Set) string {
	h := sha256.New()
	w := bufio.NewWriter(h)
	integers(w, []int{s.Classes, s.FineClasses})
	for _, im := range []*Images{&s.Train, &s.Probe, &s.Test} {
		integers(w, []int{im.Len(), im.Height, im.Width, im.Channels, len(im.Fine)})
		if im.Sums != nil { // what the pixels come from stands for them: they may be more than a start should read
			_, _ = w.Write([]byte(encoded.CacheMagic))
			_, _ = w.Write(im.Sums)
		} else {
			for i := range im.Len() {
				_, _ = w.Write(im.Image(i))
			}
		}
		integers(w, im.Labels)
		integers(w, im.Fine)
	}
	_ = w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}

// integers writes 8 bytes each, little-endian.
func integers(w io.Writer, values []int) {
	var b [8]byte
	for _, v := range values {
		binary.LittleEndian.PutUint64(b[:], uint64(v))
		_, _ = w.Write(b[:])
	}
}
