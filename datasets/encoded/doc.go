// Package encoded turns images as files hold them (JPEG, PNG, WebP, GIF, BMP) into pixels of one
// shape.
//
// A [Gallery] is a format in which many of them lie: folders, shards of archives, Parquet. [Decode]
// reads all headers, decides which images there are, in what splits, classes and size, and decodes
// them upright and scaled into a file of the cache folder, which later runs map into memory. The
// [Rule] and the files alone decide the pixels.
package encoded
