using System.Text;

namespace Bartizan.Log.Tests;

/// <summary>Appends from many callers and says on standard output what was acknowledged, until it is killed.</summary>
internal static class KilledWriter
{
    public const string Argument = "--killed-writer";
    private const int Callers = 16;

    public static async Task<int> RunAsync(string directory)
    {
        await using var log = await TransparencyLog.OpenAsync(
            directory,
            new LogOptions { SegmentBytes = 256 * 1024, CheckpointEvery = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System,
            default
        );
        var output = Console.Out;
        var padding = new string('x', 300);
        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(async caller =>
                {
                    for (var n = 0; ; n++)
                    {
                        var text = $"{Environment.ProcessId} {caller} {n}";
                        var position = await log.AppendAsync(Encoding.UTF8.GetBytes($"{text} {padding}"), default);
                        lock (output)
                        {
                            output.WriteLine($"{position.Index} {text}");
                            output.Flush();
                        }
                    }
                })
        );
        return 0;
    }
}
