package datasets

import (
	"fmt"

	"protobench/datasets/encoded"
	"protobench/datasets/files"
)

// webdatasetReader reads shards of WebDataset: archives in which the files of one image stand
// together.
func webdatasetReader() reader {
	return reader{
		Info: Info{
			Name: "webdataset", Doc: "images in .tar shards, each beside its class",
			Files:  "one .tar (or .tar.gz), or a folder of them, named for their splits (train-000.tar); in them key.jpg (png, webp, gif, bmp) and key.cls, or key.json with label or cls",
			Source: "your own; format of https://github.com/webdataset/webdataset",
		},
		recognise: func(p *files.Location) string {
			shards, err := encoded.FindShards(p, files.IsTar)
			if err != nil || len(shards) == 0 || !encoded.HoldsSamples(p, shards[0]) {
				return ""
			}
			return fmt.Sprintf("WebDataset, %d shards", len(shards))
		},
		read: func(o Options, p *files.Location) (*Set, error) {
			shards, err := encoded.FindShards(p, files.IsTar)
			if err != nil {
				return nil, err
			}
			if len(shards) == 0 {
				return nil, fmt.Errorf("%s: no .tar is there (found %s); expected %s", p.Path, files.Few(p.Names()), webdatasetReader().Files)
			}
			s, err := hang(o, p, "webdataset", encoded.NewTarShards(p, shards))
			if err == nil {
				s.Found = fmt.Sprintf("WebDataset, %d shards: %s", len(shards), s.Found)
			}
			return s, err
		},
	}
}
