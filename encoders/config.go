package encoders

// Config holds the keys of the sweep's [encoder] table.
type Config struct {
	Name       string `key:"name" default:"convnet" in:"convnet|mlp" doc:"backbone"`
	Width      int    `key:"width" default:"32" range:"[1,1024]" doc:"channels of the first block, doubled in each further one (mlp: hidden units are 16 × width)"`
	Depth      int    `key:"depth" default:"4" range:"[1,6]" doc:"number of blocks (mlp: of hidden layers)"`
	StemStride int    `key:"stem_stride" default:"1" range:"[1,2]" read:"convnet" doc:"stride of the first convolution"`
	Hidden     int    `key:"hidden" default:"256" range:"[1,8192]" doc:"hidden units of the projector"`
	Dim        int    `key:"dim" default:"128" range:"[2,4096]" doc:"dimension D of the embedding"`
}

// Input is the shape of one image as the encoder reads it: rows, columns, channels.
type Input struct{ Height, Width, Channels int }
