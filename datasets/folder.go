package datasets

import (
	"protobench/datasets/encoded"
	"protobench/datasets/files"
)

// folderReader reads folders of images, one folder a class.
func folderReader() reader {
	return reader{
		Info: Info{
			Name: "folder", Doc: "images in folders that are named for their classes; folders inside of those are finer classes",
			Files:  "a folder with {train,val,test}/class/*.{jpg,jpeg,png,webp,gif,bmp}, or class/… alone",
			Source: "your own; ImageNet, Tiny ImageNet, Caltech-101, iNaturalist, …",
		},
		recognise: func(p *files.Location) string {
			f := encoded.NewImageFolder(p)
			if p.Only != "" || !f.HoldsImages(".") {
				return ""
			}
			return "a folder of images"
		},
		read: func(o Options, p *files.Location) (*Set, error) {
			if p.Only != "" {
				return nil, wrong("path", p.Path+" is a file", "give the folder of the class folders")
			}
			s, err := hang(o, p, "folder", encoded.NewImageFolder(p))
			if err == nil {
				s.Found = "a folder of images: " + s.Found
			}
			return s, err
		},
	}
}
