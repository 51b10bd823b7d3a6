//go:build !amd64 || noasm

package kernel

func combineAVX2(*byte)       { panic("kernel: no assembly here") }
func scaleAVX2(*byte)         { panic("kernel: no assembly here") }
func reluAVX2(*byte)          { panic("kernel: no assembly here") }
func maskReLUAVX2(*byte)      { panic("kernel: no assembly here") }
func softmaxGradAVX2(*byte)   { panic("kernel: no assembly here") }
func expSumAVX2(*byte)        { panic("kernel: no assembly here") }
func expStoreAVX2(*byte)      { panic("kernel: no assembly here") }
func geluAVX2(*byte)          { panic("kernel: no assembly here") }
func geluGradAVX2(*byte)      { panic("kernel: no assembly here") }
func geluBothAVX2(*byte)      { panic("kernel: no assembly here") }
func largestAVX2(*byte)       { panic("kernel: no assembly here") }
func sumAVX2(*byte)           { panic("kernel: no assembly here") }
func squaresAVX2(*byte)       { panic("kernel: no assembly here") }
func dotAVX2(*byte)           { panic("kernel: no assembly here") }
func decayedAVX2(*byte)       { panic("kernel: no assembly here") }
func weightedAVX2(*byte)      { panic("kernel: no assembly here") }
func rescaleAVX2(*byte)       { panic("kernel: no assembly here") }
func timesLogAVX2(*byte)      { panic("kernel: no assembly here") }
func addWideAVX2(*byte)       { panic("kernel: no assembly here") }
func momentumAVX2(*byte)      { panic("kernel: no assembly here") }
func nesterovAVX2(*byte)      { panic("kernel: no assembly here") }
func adamAVX2(*byte)          { panic("kernel: no assembly here") }
func layerNormAVX2(*byte)     { panic("kernel: no assembly here") }
func layerNormSumsAVX2(*byte) { panic("kernel: no assembly here") }
func layerNormGradAVX2(*byte) { panic("kernel: no assembly here") }
func expSumAVX512(*byte)      { panic("kernel: no assembly here") }
func expStoreAVX512(*byte)    { panic("kernel: no assembly here") }
func geluAVX512(*byte)        { panic("kernel: no assembly here") }
func geluGradAVX512(*byte)    { panic("kernel: no assembly here") }
func levelsAVX2(*byte)        { panic("kernel: no assembly here") }
func clampedAVX2(*byte)       { panic("kernel: no assembly here") }
func lumaAVX2(*byte)          { panic("kernel: no assembly here") }
func saturateAVX2(*byte)      { panic("kernel: no assembly here") }
func turnHueAVX2(*byte)       { panic("kernel: no assembly here") }
func interleaveAVX2(*byte)    { panic("kernel: no assembly here") }
func residualsAVX2(*byte)     { panic("kernel: no assembly here") }
func residualsAVX512(*byte)   { panic("kernel: no assembly here") }
func axpyWideAVX2(*byte)      { panic("kernel: no assembly here") }
func dotWideAVX2(*byte)       { panic("kernel: no assembly here") }
func geluBothAVX512(*byte)    { panic("kernel: no assembly here") }
func planesAVX2(*byte)        { panic("kernel: no assembly here") }
func resampleAVX2(*byte)      { panic("kernel: no assembly here") }
func mixAVX2(*byte)           { panic("kernel: no assembly here") }
func solarizedAVX2(*byte)     { panic("kernel: no assembly here") }
