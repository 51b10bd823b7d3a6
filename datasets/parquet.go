package datasets

import (
	"fmt"

	"protobench/datasets/encoded"
	"protobench/datasets/files"
)

// parquetReader reads Hugging Face's image sets.
func parquetReader() reader {
	return reader{
		Info: Info{
			Name: "parquet", Doc: "images in Parquet files, as Hugging Face keeps them",
			Files:  "*.parquet, one or many, named for their splits (train-00000-of-00002.parquet); columns image or img (bytes, path) and label, or coarse_label and fine_label",
			Source: "your own; https://huggingface.co/docs/datasets",
		},
		recognise: func(p *files.Location) string {
			paths, err := encoded.FindShards(p, encoded.IsParquet)
			if err != nil || len(paths) == 0 {
				return ""
			}
			return fmt.Sprintf("Parquet, %d files", len(paths))
		},
		read: func(o Options, p *files.Location) (*Set, error) {
			paths, err := encoded.FindShards(p, encoded.IsParquet)
			if err != nil {
				return nil, err
			}
			if len(paths) == 0 {
				return nil, fmt.Errorf("%s: no .parquet is there (found %s); expected %s", p.Path, files.Few(p.Names()), parquetReader().Files)
			}
			s, err := hang(o, p, "parquet", encoded.NewParquetFiles(p, paths))
			if err == nil {
				s.Found = fmt.Sprintf("Parquet, %d files: %s", len(paths), s.Found)
			}
			return s, err
		},
	}
}
