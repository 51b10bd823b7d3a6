package datasets

import "math"

// first returns the first n images (n = 0, or more than there are: all), sharing their memory.
func (im *Images) first(n int) Images {
	out := *im
	if n == 0 || n >= im.Len() {
		return out
	}
	out.Pixels = im.Pixels[:n*im.Height*im.Width*im.Channels]
	out.Labels = im.Labels[:n]
	if im.Fine != nil {
		out.Fine = im.Fine[:n]
	}
	return out
}

// longTail thins a split to an exponential profile over the classes in label order (Cui et al. 2019,
// "Class-balanced loss", 6.1): class c of C keeps the first imbalance^(-c/(C-1)) of its images, rounded, and at
// least one. The order of the images that stay is kept.
func longTail(im *Images, classes int, imbalance float64) Images {
	if imbalance == 1 || classes < 2 {
		return *im
	}
	room := make([]int, classes)
	for _, c := range im.Labels {
		room[c]++
	}
	for c := range room {
		share := math.Pow(imbalance, -float64(c)/float64(classes-1))
		room[c] = min(room[c], max(1, int(math.Round(float64(room[c])*share))))
	}
	var keep []int
	for i, c := range im.Labels {
		if room[c] > 0 {
			room[c]--
			keep = append(keep, i)
		}
	}
	return im.pick(keep)
}

// pick copies the images at the given indices, in their order.
func (im *Images) pick(indices []int) Images {
	out := Images{Height: im.Height, Width: im.Width, Channels: im.Channels}
	out.Pixels = make([]uint8, 0, len(indices)*im.Height*im.Width*im.Channels)
	for _, i := range indices {
		out.Pixels = append(out.Pixels, im.Image(i)...)
		out.Labels = append(out.Labels, im.Labels[i])
		if im.Fine != nil {
			out.Fine = append(out.Fine, im.Fine[i])
		}
	}
	return out
}
