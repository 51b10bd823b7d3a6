// Package store keeps a sweep's results on disk: the frozen plan, one folder per cell
// with its signals, checkpoint, prototypes, weights and result, and the lock that keeps two
// runs apart.
//
//	DIR/plan.json, plan.2.json, …   what is planned; the highest number holds
//	DIR/.lock .workers/             who runs or plans here now, and who works here beside others
//	DIR/cells/<cell>/               config.toml steps.jsonl epochs.jsonl[.gz] log.txt
//	                                checkpoint.safetensors checkpoint.previous.safetensors
//	                                prototypes.safetensors final.safetensors result.json .claim
//	DIR/report/ logs/ slurm/        what others write: the report, tasks' output, submissions
//
// A killed process loses nothing but the step it was in: whole files are replaced
// atomically, logs are append-only and cut back to what a checkpoint knows. result.json
// is written last; its presence means that the cell is done.
//
// Nothing is computed here. Metrics, statistics and the sweep language have no place.
package store
