package datasets

import (
	"fmt"

	"protobench/datasets/files"
)

// roomFor checks that a generated set of images of the given shape fits into memory. key is the
// setting to lower where a single image is what does not fit.
func (o Options) roomFor(key string, shape ...int) error {
	const extras = 64 // labels, order and statistics of an image
	size := files.Product(shape...) + extras
	text := files.TooLarge(size * (float64(o.Train) + float64(o.Test)))
	if text == "" {
		return nil
	}
	if files.TooLarge(size) == "" {
		key = "train"
		if o.Test > o.Train {
			key = "test"
		}
	}
	return wrong(key, fmt.Sprintf("%d training and %d test images of %s: %s", o.Train, o.Test, files.BytesText(files.Product(shape...)), text), "lower data."+key)
}
