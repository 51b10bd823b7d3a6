package datasets

import (
	"fmt"
)

// webdatasetReader reads shards of WebDataset: archives in which the files of one image stand together.
func webdatasetReader() reader {
	return reader{
		Info: Info{
			Name: "webdataset", Doc: "images in .tar shards, each beside its class",
			Files:  "one .tar (or .tar.gz), or a folder of them, named for their splits (train-000.tar); in them key.jpg (png, webp, gif, bmp) and key.cls, or key.json with label or cls",
			Source: "your own; format of https://github.com/webdataset/webdataset",
		},
		recognise: func(p *location) string {
			shards, err := findShards(p, isTar)
			if err != nil || len(shards) == 0 || !holdsSamples(p, shards[0]) {
				return ""
			}
			return fmt.Sprintf("WebDataset, %d shards", len(shards))
		},
		read: func(o Options, p *location) (*Set, error) {
			shards, err := findShards(p, isTar)
			if err != nil {
				return nil, err
			}
			if len(shards) == 0 {
				return nil, fmt.Errorf("%s: no .tar is there (found %s); expected %s", p.path, some(p.names()), webdatasetReader().Files)
			}
			s, err := hang(o, p, "webdataset", newTarShards(p, shards))
			if err == nil {
				s.Found = fmt.Sprintf("WebDataset, %d shards: %s", len(shards), s.Found)
			}
			return s, err
		},
	}
}
