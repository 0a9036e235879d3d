using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Bartizan.Guards.Bench.ScanBenchmarks).Assembly).Run(args);
