using Bartizan.Guards.Findings;
using BenchmarkDotNet.Attributes;

namespace Bartizan.Guards.Bench;

/// <summary>All deterministic guards over clean text: 10 KB and 1 MB.</summary>
[MemoryDiagnoser]
public class ScanBenchmarks
{
    private const string Sentence =
        "The quarterly report is due on Friday; please bring the numbers of the northern branch. ";

    private string _text = "";

    /// <summary>Characters.</summary>
    [Params(10_000, 1_000_000)]
    public int Length { get; set; }

    /// <summary>Makes the text.</summary>
    [GlobalSetup]
    public void Make() => _text = string.Concat(Enumerable.Repeat(Sentence, (Length / Sentence.Length) + 1))[..Length];

    /// <summary>Looks at it.</summary>
    [Benchmark]
    public double Clean() => ContentScan.Of(_text, Channel.Untrusted, Sought.Deterministic).Score;
}
