//go:build !amd64 || noasm

package kernel

func colSumsAVX2(*byte)        { panic("kernel: no assembly here") }
func colTotalsAVX2(*byte)      { panic("kernel: no assembly here") }
func affineAVX2(*byte)         { panic("kernel: no assembly here") }
func affineReLUAVX2(*byte)     { panic("kernel: no assembly here") }
func affineAddReLUAVX2(*byte)  { panic("kernel: no assembly here") }
func normSumsAVX2(*byte)       { panic("kernel: no assembly here") }
func normSumsReLUAVX2(*byte)   { panic("kernel: no assembly here") }
func normApplyAVX2(*byte)      { panic("kernel: no assembly here") }
func normApplyReLUAVX2(*byte)  { panic("kernel: no assembly here") }
func normSumsAgainAVX2(*byte)  { panic("kernel: no assembly here") }
func normApplyAgainAVX2(*byte) { panic("kernel: no assembly here") }
func transposeAVX2(*byte)      { panic("kernel: no assembly here") }
func packRowsAVX2(*byte)       { panic("kernel: no assembly here") }
func packTilesAVX2(*byte)      { panic("kernel: no assembly here") }

func colSumsImagesAVX2(*byte)       { panic("kernel: no assembly here") }
func normSumsImagesAVX2(*byte)      { panic("kernel: no assembly here") }
func normSumsImagesReLUAVX2(*byte)  { panic("kernel: no assembly here") }
func normSumsImagesAgainAVX2(*byte) { panic("kernel: no assembly here") }
