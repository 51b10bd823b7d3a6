package datasets

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math"
)

// moments returns each channel's mean and standard deviation over all pixels, on the scale 0..1. The sums are exact
// integers. A constant channel gets deviation 1, so that normalising gives zeros.
func moments(im *Images) (mean, std [3]float32) {
	var sum, square [3]uint64
	for i, p := range im.Pixels {
		c := i % im.Channels
		sum[c] += uint64(p)
		square[c] += uint64(p) * uint64(p)
	}
	n := float64(len(im.Pixels) / im.Channels)
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

// fingerprint is the SHA-256 over sizes, pixels, labels and fine labels of all splits, in hex. Names and contents of
// files stand for the pixels that were decoded from them.
func fingerprint(s *Set) string {
	h := sha256.New()
	w := bufio.NewWriter(h)
	integers(w, []int{s.Classes, s.FineClasses})
	for _, im := range []*Images{&s.Train, &s.Probe, &s.Test} {
		integers(w, []int{im.Len(), im.Height, im.Width, im.Channels, len(im.Fine)})
		if im.Sums != nil { // what the pixels come from stands for them: they may be more than a start should read
			_, _ = w.Write([]byte(cacheMagic))
			_, _ = w.Write(im.Sums)
		} else {
			_, _ = w.Write(im.Pixels)
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
