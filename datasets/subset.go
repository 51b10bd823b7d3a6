package datasets

import "crypto/sha256"

// part returns the images from a up to b, sharing their memory.
func (im *Images) part(a, b int) Images {
	out, size := *im, im.Height*im.Width*im.Channels
	out.Labels = im.Labels[a:b]
	if im.Rows != nil {
		out.Rows = im.Rows[a:b]
	} else {
		out.Pixels = im.Pixels[a*size : b*size]
	}
	if im.Fine != nil {
		out.Fine = im.Fine[a:b]
	}
	if im.Sums != nil {
		out.Sums = im.Sums[a*sha256.Size : b*sha256.Size]
	}
	return out
}

// withLabels returns the images that have a label, sharing their memory.
func (im *Images) withLabels() Images {
	if im.labelled() == im.Len() {
		return *im
	}
	var keep []int
	for i, c := range im.Labels {
		if c >= 0 {
			keep = append(keep, i)
		}
	}
	return im.Pick(keep)
}

// Pick returns the images at the given indices, in their order. Their pixels stay where they are.
func (im *Images) Pick(indices []int) Images {
	out := *im
	out.Rows, out.Labels, out.Fine, out.Sums = make([]int, len(indices)), make([]int, len(indices)), nil, nil
	for at, i := range indices {
		out.Rows[at], out.Labels[at] = im.row(i), im.Labels[i]
		if im.Fine != nil {
			out.Fine = append(out.Fine, im.Fine[i])
		}
		if im.Sums != nil {
			out.Sums = append(out.Sums, im.Sums[i*sha256.Size:][:sha256.Size]...)
		}
	}
	return out
}
