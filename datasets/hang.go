package datasets

import (
	"protobench/datasets/encoded"
	"protobench/datasets/files"
)

// hang turns a gallery into a set.
func hang(o Options, p *files.Location, format string, g encoded.Gallery) (*Set, error) {
	d, err := encoded.Decode(encoded.Rule{Format: format, Size: o.Size, TestShare: o.TestShare}, p, g)
	if d == nil {
		return nil, err
	}
	all := Images{Height: d.Height, Width: d.Width, Channels: d.Channels, Pixels: d.Pixels, Labels: d.Labels, Fine: d.Fine, Sums: d.Sums}
	return &Set{
		Train: all.part(0, d.Train), Test: all.part(d.Train, len(d.Labels)), Found: d.Found, Flip: true,
		Names: d.Names, FineNames: d.FineNames, Warnings: d.Warnings,
	}, err
}
