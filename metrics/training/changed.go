package training

// Changed is the share of images whose prototype is another one than before; undefined (false)
// without images, or where they are not the same ones.
func Changed(before, now []int) (float64, bool) {
	if len(now) == 0 || len(before) != len(now) {
		return 0, false
	}
	n := 0
	for i, k := range now {
		if before[i] != k {
			n++
		}
	}
	return float64(n) / float64(len(now)), true
}
